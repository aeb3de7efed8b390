// The list of an asset's claims that wait for ticks: commits to be revealed or lapse, convictions to be paid
// [CLM-4]. One leaf, so a block looks at these alone and not at every claim there ever was.
import type { ClaimCommitRecord } from '#contracts/claims/claim-record.ts'
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import type { AssetId, ClaimId } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import { OPEN_CLAIMS } from '../limits.ts'
import type { OpenClaims } from '../trees/sections.ts'
import type { Work } from '../work.ts'

export function openClaims(work: Work, asset: AssetId): OpenClaims {
  const open = work.get('claims', { kind: 'open', asset })
  return open?.kind === 'open' ? open : NOTHING_OPEN
}

const NOTHING_OPEN: OpenClaims = { commits: [], convictions: [] }

/** An asset without open claims has no leaf. */
function putOpen(work: Work, asset: AssetId, { commits, convictions }: OpenClaims): void {
  if (commits.length + convictions.length === 0) work.remove('claims', { kind: 'open', asset })
  else work.put('claims', { kind: 'open', asset }, { kind: 'open', commits, convictions })
}

/** False if as many commits on the asset wait as may. */
export function hasRoomToCommit(work: Work, asset: AssetId): boolean {
  return openClaims(work, asset).commits.length < OPEN_CLAIMS
}

/** False if as many convictions wait as may without a commit; those with one always have room. */
export function hasRoomToConvict(work: Work, asset: AssetId): boolean {
  return openClaims(work, asset).convictions.length < OPEN_CLAIMS
}

export function addCommit(work: Work, asset: AssetId, id: ClaimId): void {
  const { commits, convictions } = openClaims(work, asset)
  putOpen(work, asset, { commits: [...commits, id], convictions })
}

export function addConviction(work: Work, target: ClaimTarget): void {
  const { commits, convictions } = openClaims(work, target.asset)
  putOpen(work, target.asset, { commits, convictions: [...convictions, target] })
}

export function removeCommits(work: Work, asset: AssetId, gone: ReadonlySet<ClaimId>): void {
  const { commits, convictions } = openClaims(work, asset)
  putOpen(work, asset, { commits: commits.filter(id => !gone.has(id)), convictions })
}

/** `paid` are items of the list itself. */
export function removeConvictions(work: Work, asset: AssetId, paid: ReadonlySet<ClaimTarget>): void {
  const { commits, convictions } = openClaims(work, asset)
  putOpen(work, asset, { commits, convictions: convictions.filter(one => !paid.has(one)) })
}

export function commitOf(work: Work, id: ClaimId): ClaimCommitRecord | undefined {
  const found = work.get('claims', { kind: 'commit', id })
  return found?.kind === 'commit' ? found : undefined
}

/** A commit is answered, one way or another: settlement of its checkpoint no longer waits for it [CLM-4]. */
export function answerCommit(
  work: Work,
  id: ClaimId,
  record: ClaimCommitRecord,
  change: Partial<ClaimCommitRecord>
): void {
  work.put('claims', { kind: 'commit', id }, { kind: 'commit', ...record, ...change })
  countOpen(work, record.target, -1)
}

/** Moves the count of open commits of a checkpoint; it waits for them before it settles. */
export function countOpen(work: Work, target: ClaimTarget, by: 1 | -1): void {
  if (target.kind !== 'checkpoint') return
  const { asset, sequence } = target
  const checkpoint = work.get('checkpoints', { asset, sequence })
  assert(checkpoint?.id === target.checkpoint, 'a checkpoint is kept while commits on it are open')
  work.put('checkpoints', { asset, sequence }, { ...checkpoint, openCommits: checkpoint.openCommits + by })
}
