// What a block does for an asset's claims by ticks alone [CLM-4, BND-5]:
// commits that nobody revealed lapse, convictions are paid.
import { shareConviction } from '#contracts/bonds/slashing.ts'
import type { ClaimCommitRecord } from '#contracts/claims/claim-record.ts'
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import type { AssetId, ClaimId, Hash } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { drain } from '../transactions/balances.ts'
import type { Work } from '../work.ts'
import { convictionBalanceOf, convictionKeyOf, convictionOf } from './convictions.ts'
import { answerCommit, commitOf, openClaims, removeCommits, removeConvictions } from './open-claims.ts'
import { targetHashOf } from './targets.ts'

export function driveClaims(work: Work, asset: AssetId): void {
  const { commits, convictions } = openClaims(work, asset)
  const { revealTicks } = work.parameters
  const gone = new Set<ClaimId>()
  for (const id of commits) {
    const commit = present(commitOf(work, id), 'an open commit is on record')
    if (commit.status !== 'committed' || !work.hasPassed(commit.committedAt, revealTicks)) continue
    lapse(work, id, commit)
    gone.add(id)
  }
  if (gone.size > 0) removeCommits(work, asset, gone)
  const due = convictions.filter(target => {
    const { provenAt } = present(convictionOf(work, target), 'an open conviction is on record')
    return work.hasPassed(provenAt, revealTicks)
  })
  if (due.length > 0) payDue(work, asset, due)
}

/** The deposit burns, unless another's proof voided the checkpoint from below and left nothing to prove. */
function lapse(work: Work, id: ClaimId, commit: ClaimCommitRecord): void {
  const deposit = drain(work, balanceIdOf('deposit', id))
  if (isVoidedFromBelow(work, commit.target)) {
    work.pay(commit.refund, deposit)
    answerCommit(work, id, commit, { status: 'returned' })
  } else {
    work.burn(deposit)
    answerCommit(work, id, commit, { status: 'lapsed' })
  }
}

function isVoidedFromBelow(work: Work, target: ClaimTarget): boolean {
  if (target.kind !== 'checkpoint') return false
  const { asset, sequence } = target
  return work.get('checkpoints', { asset, sequence })?.status === 'void' && convictionOf(work, target) === undefined
}

interface ProvenCommit {
  readonly id: ClaimId
  readonly commit: ClaimCommitRecord
}

/** One walk over the open commits serves every conviction that is due. */
function payDue(work: Work, asset: AssetId, due: readonly ClaimTarget[]): void {
  const proven = new Map<Hash, ProvenCommit[]>()
  for (const id of openClaims(work, asset).commits) {
    const commit = present(commitOf(work, id), 'an open commit is on record')
    if (commit.status !== 'proven') continue
    const name = targetHashOf(commit.target)
    const others = proven.get(name)
    if (others === undefined) proven.set(name, [{ id, commit }])
    else others.push({ id, commit })
  }
  const answered = due.flatMap(target => {
    const commits = proven.get(targetHashOf(target)) ?? []
    payOut(work, target, commits)
    return commits.map(one => one.id)
  })
  removeCommits(work, asset, new Set(answered))
  removeConvictions(work, asset, new Set(due))
}

/**
 * The earliest proven commit is paid, every proven one gets its deposit back; where nobody is paid, all burns
 * [BND-5].
 */
function payOut(work: Work, target: ClaimTarget, proven: readonly ProvenCommit[]): void {
  for (const { id, commit } of proven) work.pay(commit.refund, drain(work, balanceIdOf('deposit', id)))
  // The list is in the order of the commits, so the first is the earliest.
  const first = proven[0]
  const slashed = drain(work, convictionBalanceOf(target))
  const fees = first === undefined ? 0n : first.commit.feeAtoms + first.commit.revealFeeAtoms
  const shares = first === undefined ? { claimant: 0n, burnt: slashed } : shareConviction(slashed, fees)
  if (first !== undefined) work.pay(first.commit.claimant, shares.claimant)
  work.burn(shares.burnt)
  const conviction = present(convictionOf(work, target), 'an open conviction is on record')
  work.put('claims', convictionKeyOf(target), {
    kind: 'conviction',
    ...conviction,
    paid: true,
    paidTo: first?.commit.claimant ?? null,
    paidCommit: first?.id ?? null,
    reward: shares.claimant,
    burnt: shares.burnt
  })
}
