// Epochs of an asset's committees in base state [COM-4, BND-2, BND-6]: which are open, closing them, freeing
// their units, and when a bond's last promise has run out.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import type { BondRecord } from '#contracts/bonds/bond-record.ts'
import type { CommitteeRecord, CommitteeSeat } from '#contracts/committees/committee-record.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import { type LifeEvent, statusAfter } from './life.ts'
import type { Work } from '../work.ts'

export function committeeOf(work: Work, asset: AssetId, epoch: number): CommitteeRecord {
  return present(work.get('committees', { asset, epoch }), 'an epoch with a source has a committee')
}

/** The newest standing or settled checkpoint; the registration if there is none. */
export function newestCheckpoint(work: Work, asset: AssetId, record: AssetRecord): CheckpointRecord {
  return present(work.get('checkpoints', { asset, sequence: record.sequence }), 'the newest sequence is recorded')
}

/** The oldest epoch that no checkpoint has closed; it may have no source yet. */
export function firstOpenEpoch({ statement }: CheckpointRecord): number {
  if (statement === null) return 1
  return statement.closes === 'epoch' ? statement.epoch + 1 : statement.epoch
}

/**
 * The base closes every epoch that is still open [COM-4]: their units are free, and draws start again at
 * `redrawFrom`.
 */
export function closeEpochs(
  work: Work,
  asset: AssetId,
  record: AssetRecord,
  event: Extract<LifeEvent, 'halt' | 'void'>
): AssetRecord {
  for (let epoch = firstOpenEpoch(newestCheckpoint(work, asset, record)); epoch <= record.epoch; epoch++) {
    const committee = committeeOf(work, asset, epoch)
    if (committee.closedAt !== null) continue
    work.put('committees', { asset, epoch }, { ...committee, closedAt: work.height })
    freeUnits(work, committee, record.epoch)
  }
  const status = statusAfter(record.status, event)
  // An asset that was looking for members already goes on looking.
  if (status === undefined)
    return { ...record, current: 0, redrawFrom: record.status === 'restaffing' ? work.height : null }
  const redrawFrom = event === 'void' ? work.height : null
  return { ...record, status, since: work.height, current: 0, redrawFrom }
}

/** Ends the reservation of a committee's units to epochs up to `epoch` [BND-6]. */
export function freeUnits(work: Work, committee: CommitteeRecord, epoch: number): void {
  for (const seat of committee.seats) {
    changeUnit(work, seat, unit => (unit.epoch !== null && unit.epoch <= epoch ? { ...unit, epoch: null } : unit))
  }
}

type Unit = BondRecord['units'][number]

/** Rewrites the unit behind a seat; `lastEpoch` rises to `seatedIn` if given. */
export function changeUnit(work: Work, seat: CommitteeSeat, change: (unit: Unit) => Unit, seatedIn = 0): void {
  const bond = present(work.get('bonds', seat.bond), 'a seat stands on a bond')
  const units = bond.units.map((unit, index) => (index === seat.unit ? change(unit) : unit))
  work.put('bonds', seat.bond, { ...bond, units, lastEpoch: Math.max(bond.lastEpoch, seatedIn) })
}

/** The newest standing or settled checkpoint of an epoch, if it has one. */
export function lastCheckpointOf(
  work: Work,
  asset: AssetId,
  record: AssetRecord,
  epoch: number
): CheckpointRecord | undefined {
  const found = checkpointBefore(work, asset, record, epoch + 1)
  return found.statement?.epoch === epoch ? found : undefined
}

/**
 * The newest standing or settled checkpoint of an earlier epoch: those of an epoch lie together, so halving
 * finds it.
 */
export function checkpointBefore(work: Work, asset: AssetId, record: AssetRecord, epoch: number): CheckpointRecord {
  const at = (sequence: number): CheckpointRecord =>
    present(work.get('checkpoints', { asset, sequence }), 'sequences up to the newest are recorded')
  let low = 0
  let high = record.sequence
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((at(middle).statement?.epoch ?? 0) < epoch) low = middle
    else high = middle - 1
  }
  return at(low)
}

/**
 * Height from which EVIDENCE_AGE counts for an epoch [BND-2, CLM-4]: its last checkpoint is settled or void, or
 * without one the base closed it. Undefined while it can still bring checkpoints, or one of them waits.
 */
export function epochSettledAt(work: Work, asset: AssetId, epoch: number): number | undefined {
  const record = present(work.get('assets', asset), 'an asset with epochs is registered')
  const { closedAt } = committeeOf(work, asset, epoch)
  if (closedAt === null && firstOpenEpoch(newestCheckpoint(work, asset, record)) <= epoch) return undefined
  const last = lastCheckpointOf(work, asset, record, epoch)
  if (last !== undefined && last.settledAt === null) return undefined
  return Math.max(closedAt ?? 0, last?.settledAt ?? 0)
}

/** True once nothing that an epoch's members signed can be claimed any more [CLM-4, CLM-6]. */
export function isEvidenceOver(work: Work, asset: AssetId, epoch: number): boolean {
  const from = epochSettledAt(work, asset, epoch)
  return from !== undefined && work.hasPassed(from, work.parameters.evidenceAgeTicks)
}

export function isReleaseDue(work: Work, bond: BondRecord): boolean {
  return bond.lastEpoch === 0 || isEvidenceOver(work, bond.asset, bond.lastEpoch)
}
