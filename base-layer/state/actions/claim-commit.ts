// claim.commit: an accusation whose content is still hidden, with a deposit [CLM-4].
import { claimDepositMin } from '#contracts/bonds/slashing.ts'
import type { ClaimCommit, ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import type { ClaimId, Hash } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, reject } from '#contracts/primitives/verdict.ts'
import { isEvidenceOver } from '../assets/epochs.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { credit } from '../transactions/balances.ts'
import { convictionOf } from '../claims/convictions.ts'
import { addCommit, countOpen, hasRoomToCommit } from '../claims/open-claims.ts'
import { findFacts } from '../claims/targets.ts'
import type { Work } from '../work.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyClaimCommit(context: ActionContext, action: ClaimCommit): Locked {
  const { work, payer, transaction, spare, place } = context
  const { target, commitment, claimant, deposit } = action
  const facts = findFacts(work, target)
  if (!facts.ok) return facts
  const fault = timeFault(work, target, facts.value.registration.windowTicks)
  if (fault !== undefined) return fault
  const least = claimDepositMin(facts.value.registration, target.kind)
  if (deposit < least) return reject('E_CLAIM_DEPOSIT', `the deposit is at least ${least} atoms`)
  if (deposit > spare) return reject('E_TX_FUNDS', 'the inputs do not cover the deposit')
  if (!hasRoomToCommit(work, target.asset)) return reject('E_CLAIM_FULL', 'too many claims on the asset are open')
  const id = transaction as Hash as ClaimId
  work.put(
    'claims',
    { kind: 'commit', id },
    {
      kind: 'commit',
      target,
      commitment,
      claimant,
      refund: payer,
      deposit,
      feeAtoms: spare - deposit,
      committedAt: work.height,
      place,
      status: 'committed',
      revealedAt: null,
      revealFeeAtoms: 0n
    }
  )
  credit(work, balanceIdOf('deposit', id), deposit, 'deposit')
  addCommit(work, target.asset, id)
  countOpen(work, target, 1)
  return accept(deposit)
}

/**
 * A checkpoint from posting to window end, a seat until EVIDENCE_AGE after its dag's last checkpoint [CLM-4].
 */
function timeFault(work: Work, target: ClaimTarget, windowTicks: number): Rejection | undefined {
  if (target.kind === 'checkpoint') {
    const checkpoint = work.get('checkpoints', { asset: target.asset, sequence: target.sequence })
    if (checkpoint?.status !== 'standing')
      return reject('E_CLAIM_STATUS', `the checkpoint is ${checkpoint?.status ?? 'unknown'}`)
    return work.hasPassed(checkpoint.postedAt, windowTicks)
      ? reject('E_CLAIM_WINDOW', 'the window has passed')
      : undefined
  }
  if (convictionOf(work, target) !== undefined) return reject('E_CLAIM_CONVICTED', 'the seat is convicted')
  return isEvidenceOver(work, target.asset, target.epoch)
    ? reject('E_CLAIM_WINDOW', 'the evidence is too old')
    : undefined
}
