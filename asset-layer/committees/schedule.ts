// Who serves which asset when: a pure function of final base state. The node follows it, clients find committees by it.
// Upholds [COM-4]: a dag starts from the checkpoint that closed the epoch before, or, once the base closed that, from the
// newest that stands; members sign once the beginning height is final to them.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { type CommitteeRecord, dagIdOf } from '#contracts/committees/committee-record.ts'
import type { AssetId, CheckpointId, DagId, Height, PublicKey, Seat } from '#contracts/primitives/ids.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import type { Statement } from '#contracts/statements/statement.ts'

export interface PostedCheckpoint {
  readonly sequence: number
  readonly record: CheckpointRecord
}

/** One asset in one final state. */
export interface AssetView {
  readonly asset: AssetId
  readonly record: AssetRecord
  /** By epoch; at least the newest two that have a source. */
  readonly committees: ReadonlyMap<number, CommitteeRecord>
  /** Standing and settled ones, newest first, without gaps, down to one of an epoch before every epoch asked about. */
  readonly checkpoints: readonly PostedCheckpoint[]
}

/** The checkpoint an epoch's dag starts from; `statement` is null for the registration. */
export interface EpochStart {
  readonly sequence: number
  readonly id: CheckpointId
  readonly statement: Statement | null
}

/** One epoch of one asset that is to be run now. */
export interface Duty {
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  readonly committee: CommitteeRecord
  /** Of the validator asked about; empty: it may observe. */
  readonly seats: readonly Seat[]
  readonly start: EpochStart
}

/** Where the dag of an epoch starts, or undefined while that is open: the epoch before still runs. */
export function deriveEpochStart(view: AssetView, epoch: number): EpochStart | undefined {
  const start = view.checkpoints.find(({ record }) => record.statement === null || record.statement.epoch < epoch)
  if (start === undefined) return undefined
  const {
    sequence,
    record: { id, statement }
  } = start
  const closedInOrder = statement?.closes === 'epoch' && statement.epoch === epoch - 1
  const closedByBase = view.committees.get(epoch - 1)?.closedAt != null
  return epoch === 1 || closedInOrder || closedByBase ? { sequence, id, statement } : undefined
}

/** The epochs of an asset that run at a final height, oldest first: at most one, since each starts where the last ended. */
export function deriveDuties(view: AssetView, validator: PublicKey | null, final: Height): readonly Duty[] {
  const duties: Duty[] = []
  for (const epoch of [view.record.epoch - 1, view.record.epoch]) {
    const committee = view.committees.get(epoch)
    if (committee === undefined || committee.sourceId === null) continue
    if (committee.closedAt !== null || committee.begins > final || hasEnded(view, epoch)) continue
    const start = deriveEpochStart(view, epoch)
    if (start === undefined) continue
    const seats = committee.seats.flatMap((seat, place) => (seat.validator === validator ? [place] : []))
    const dag = dagIdOf(view.asset, epoch, committee.sourceId, start.id)
    duties.push({ asset: view.asset, epoch, dag, committee, seats, start })
  }
  return duties
}

/** True once a checkpoint that closes the epoch is posted. */
function hasEnded({ checkpoints }: AssetView, epoch: number): boolean {
  return checkpoints.some(({ record: { statement } }) => statement?.epoch === epoch && statement.closes === 'epoch')
}
