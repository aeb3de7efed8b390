// Source blocks [COM-2, COM-4, COM-5]: when an asset looks for the members of its next epoch, who may be drawn,
// and what the source fixes.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { ENGINE_VERSION } from '#contracts/assets/step.ts'
import { type Candidate, drawCommittee, type SeatedUnit } from '#contracts/committees/draw.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { AssetId, BondId, Seat } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { ChainState } from '../chain-state.ts'
import { tableIn } from '../finality/periods.ts'
import type { Work } from '../work.ts'
import { changeUnit, committeeOf } from './epochs.ts'
import { appendLogItem } from './log.ts'

/** Draws the next epoch if this block may be its source and the candidates fill every seat. */
export function driveSource(work: Work, asset: AssetId, record: AssetRecord): AssetRecord {
  if (!isSourceDue(work, asset, record)) return record
  const members = drawMembers(work, asset, record)
  if (members === undefined) return record
  const epoch = record.epoch + 1
  const committee: CommitteeRecord = {
    source: work.height,
    sourceId: null,
    begins: work.height + work.parameters.margin,
    engine: ENGINE_VERSION,
    seats: members.map(member => ({ ...member, slashed: false })),
    closedAt: null
  }
  work.put('committees', { asset, epoch }, committee)
  for (const seat of committee.seats) changeUnit(work, seat, unit => ({ ...unit, epoch }), epoch)
  const seats = members.map(({ validator, rewards }) => ({ validator, rewards }))
  appendLogItem(work, asset, { kind: 'membership', epoch, begins: committee.begins, members: seats })
  return { ...record, epoch, redrawFrom: null }
}

/**
 * First source: any block of staffing. Next: EPOCH above the last, or from `redrawFrom` once the base closed an
 * epoch. Between two snapshots the candidates of an asset that waits for members only get fewer, so it is enough
 * to look when it starts to wait and when a new snapshot counts.
 */
function isSourceDue(work: Work, asset: AssetId, record: AssetRecord): boolean {
  const { period, reveals } = work.parameters
  const isNewSnapshot = work.height >= reveals && (work.height - reveals) % period === 0
  switch (record.status) {
    case 'staffing':
      return record.epoch === 0 && isNewSnapshot
    case 'restaffing':
      return record.redrawFrom !== null && (isNewSnapshot || work.height === record.redrawFrom)
    case 'live':
      return (
        record.current === record.epoch &&
        work.height >= committeeOf(work, asset, record.epoch).source + work.parameters.epoch
      )
    default:
      return false
  }
}

function drawMembers(work: Work, asset: AssetId, record: AssetRecord): readonly Candidate[] | undefined {
  const { period, reveals } = work.parameters
  const newest = Math.floor((work.height - reveals) / period)
  const table = newest < 0 ? undefined : tableIn(work, newest)
  if (table === undefined) return undefined
  const last = record.epoch === 0 ? undefined : committeeOf(work, asset, record.epoch)
  const lost = last === undefined ? [] : silentSeats(work, asset, record, last).flatMap(seat => last.seats[seat] ?? [])
  const terms = { seed: table.seed, asset, epoch: record.epoch + 1, seats: record.registration.seats }
  const halted = record.redrawFrom !== null && last !== undefined && last.closedAt !== record.redrawFrom
  return drawCommittee(terms, candidatesOf(work, asset, newest * period, lost), last && { seats: last.seats, halted })
}

/**
 * Units bonded at or below `by`, active and not slashed. A bond names one asset, so none is reserved elsewhere
 * [BND-6].
 */
function candidatesOf(work: Work, asset: AssetId, by: number, lost: readonly SeatedUnit[]): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const bond of bondsOf(work.parent, asset)) {
    const record = work.get('bonds', bond)
    if (record === undefined || record.status !== 'active' || record.postedAt > by) continue
    const { units, validator, rewards } = record
    units.forEach(({ slashed }, unit) => {
      const isLost = lost.some(seat => seat.bond === bond && seat.unit === unit)
      if (!slashed && !isLost) candidates.push({ bond, unit, validator, rewards })
    })
  }
  return candidates
}

/** Bonds by asset, for each tree of bonds: many assets may look for members in one block. */
const bondsByAsset = new WeakMap<object, ReadonlyMap<AssetId, readonly BondId[]>>()

/** Bonds of an asset posted up to the block of a state: younger ones are not drawn in the block after it. */
function bondsOf(state: ChainState, asset: AssetId): readonly BondId[] {
  let found = bondsByAsset.get(state.trees.bonds)
  if (found === undefined) {
    const grouped = new Map<AssetId, BondId[]>()
    for (const [id, { asset: of }] of state.entries('bonds')) {
      const others = grouped.get(of)
      if (others === undefined) grouped.set(of, [id])
      else others.push(id)
    }
    found = grouped
    bondsByAsset.set(state.trees.bonds, found)
  }
  return found.get(asset) ?? []
}

/** Seats that signed none of the last SILENT checkpoints of their dag [COM-5]. */
function silentSeats(work: Work, asset: AssetId, record: AssetRecord, committee: CommitteeRecord): readonly Seat[] {
  const { silent } = work.parameters
  const heard = new Set<Seat>()
  for (let back = 0; back < silent; back++) {
    const sequence = record.sequence - back
    const checkpoint = sequence < 1 ? undefined : present(work.get('checkpoints', { asset, sequence }), 'recorded')
    if (checkpoint?.statement?.epoch !== record.epoch) return []
    for (const seat of checkpoint.signers) heard.add(seat)
  }
  return committee.seats.flatMap((_, seat) => (heard.has(seat) ? [] : [seat]))
}
