// claim.reveal: the accusation itself, judged in this block [CLM-1 to CLM-4, CLM-6]. With a commit, whatever
// the verdict, it is taken and its fee paid, so that a claim that proves nothing is not free to have judged.
import { ENGINE_VERSION } from '#contracts/assets/step.ts'
import { type Claim, claimTargetOf } from '#contracts/claims/claim.ts'
import type { ClaimCommitRecord } from '#contracts/claims/claim-record.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import type { Judgement } from '#contracts/claims/judgement.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import { type ClaimReveal, type ClaimTarget, commitmentOf } from '#contracts/ledger/actions/claim.ts'
import type { ClaimId } from '#contracts/primitives/ids.ts'
import { accept, present, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { closeEpochs, isEvidenceOver } from '../assets/epochs.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { drain } from '../transactions/balances.ts'
import { convict, convictionOf, epochOf } from '../claims/convictions.ts'
import { answerCommit, commitOf, hasRoomToConvict, removeCommits } from '../claims/open-claims.ts'
import { findFacts, targetHashOf } from '../claims/targets.ts'
import type { Work } from '../work.ts'
import { claimOf } from './carried.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyClaimReveal({ work, spare }: ActionContext, action: ClaimReveal): Locked {
  const claim = claimOf(action)
  if (!claim.ok) return claim
  const target = claimTargetOf(claim.value)
  const commit = action.commit === null ? accept(undefined) : findCommit(work, action.commit, action, target)
  if (!commit.ok) return commit
  const judgement = judge(work, claim.value, target, commit.value !== undefined)
  if (!judgement.ok) return judgement
  if (action.commit === null || commit.value === undefined) return revealBare(work, target, judgement.value)
  conclude(work, action.commit, { ...commit.value, revealedAt: work.height, revealFeeAtoms: spare }, judgement.value)
  return accept(0n)
}

/**
 * The commit that this reveal opens, if it is in time: after its block is recorded final, within REVEAL ticks.
 */
function findCommit(work: Work, id: ClaimId, reveal: ClaimReveal, target: ClaimTarget): Verdict<ClaimCommitRecord> {
  const commit = commitOf(work, id)
  if (commit === undefined) return reject('E_CLAIM_COMMIT', 'no such commit')
  if (commit.status !== 'committed') return reject('E_CLAIM_REVEALED', `the commit is ${commit.status}`)
  if (commit.commitment !== commitmentOf(reveal)) return reject('E_CLAIM_COMMITMENT', 'the commit hides something else')
  if (targetHashOf(commit.target) !== targetHashOf(target))
    return reject('E_CLAIM_TARGET', 'the claim has another target than its commit')
  const ticks = work.ticksSince(commit.committedAt)
  if (ticks === undefined) return reject('E_CLAIM_EARLY', 'the commit is not recorded final')
  return ticks < work.parameters.revealTicks ? accept(commit) : reject('E_CLAIM_LATE', 'REVEAL ticks have passed')
}

function judge(work: Work, claim: Claim, target: ClaimTarget, isCommitted: boolean): Verdict<Judgement> {
  const facts = findFacts(work, target, isCommitted)
  return facts.ok ? accept(judgeClaim(claim, facts.value, verifySignature)) : facts
}

/**
 * Without a commit a proof voids and slashes all the same, and pays nothing; anything else is not worth a
 * block's room.
 */
function revealBare(work: Work, target: ClaimTarget, judgement: Judgement): Locked {
  if (convictionOf(work, target) !== undefined) return reject('E_CLAIM_CONVICTED', 'the target is convicted')
  // Or a secret kept for years would halt whoever serves the asset by then.
  if (isEvidenceOver(work, target.asset, epochOf(work, target)))
    return reject('E_CLAIM_WINDOW', 'the evidence is too old')
  switch (judgement.kind) {
    case 'guilty':
      if (!hasRoomToConvict(work, target.asset))
        return reject('E_CLAIM_FULL', 'too many convictions of the asset are open')
      convict(work, target, judgement.seats)
      return accept(0n)
    case 'engine-fault':
      haltAsset(work, target)
      return accept(0n)
    case 'not-guilty':
      return reject('E_CLAIM_NOT_GUILTY', judgement.why)
    case 'malformed':
      return reject('E_CLAIM_MALFORMED', judgement.why)
  }
}

/** A proven commit stays open until the conviction is paid; every other is answered now. */
function conclude(work: Work, id: ClaimId, commit: ClaimCommitRecord, judgement: Judgement): void {
  switch (judgement.kind) {
    case 'guilty':
      convict(work, commit.target, judgement.seats)
      return answerCommit(work, id, commit, { status: 'proven' })
    case 'not-guilty':
    case 'malformed':
      work.burn(drain(work, balanceIdOf('deposit', id)))
      answerCommit(work, id, commit, { status: judgement.kind === 'malformed' ? 'malformed' : 'refuted' })
      return removeCommits(work, commit.target.asset, new Set([id]))
    case 'engine-fault':
      haltAsset(work, commit.target)
      work.pay(commit.refund, drain(work, balanceIdOf('deposit', id)))
      answerCommit(work, id, commit, { status: 'returned' })
      return removeCommits(work, commit.target.asset, new Set([id]))
  }
}

/** The engine failed, nobody lied: the asset stops until there is a repaired one, and nothing is paid [JDG-1]. */
function haltAsset(work: Work, { asset }: ClaimTarget): void {
  const record = present(work.get('assets', asset), 'the asset of a target')
  work.put('claims', { kind: 'fault', asset }, { kind: 'fault', engine: ENGINE_VERSION })
  work.put('assets', asset, closeEpochs(work, asset, record, 'halt'))
}
