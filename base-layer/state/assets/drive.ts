// What a block does for every asset by height and tick alone [AST-2, COM-4, VAL-3, CLM-4], in order of asset
// id.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { ENGINE_VERSION } from '#contracts/assets/step.ts'
import { boundaryOf } from '#contracts/committees/schedule.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { drain } from '../transactions/balances.ts'
import { driveClaims } from '../claims/drive.ts'
import type { Work } from '../work.ts'
import { closeEpochs, committeeOf, firstOpenEpoch, freeUnits, newestCheckpoint } from './epochs.ts'
import { isEnded, type LifeEvent, statusAfter } from './life.ts'
import { oldestWaiting } from './log.ts'
import { driveSettlement } from './settlement.ts'
import { driveSource } from './source.ts'

export function driveAssets(work: Work): void {
  const assets = new Set<AssetId>()
  for (const [asset] of work.selected('assets')) assets.add(asset)
  for (const [key] of work.selected('claims')) if (key.kind === 'open') assets.add(key.asset)
  for (const asset of [...assets].sort(compareText)) {
    const before = present(work.get('assets', asset), 'an asset is never forgotten')
    // Claims first: settlement waits for open commits. Without an epoch there is nobody to accuse.
    if (before.epoch > 0) driveClaims(work, asset)
    if (before.registeredAt === work.height) continue
    const after = driveAsset(work, asset, before)
    if (after !== before) work.put('assets', asset, after)
  }
}

/**
 * Settlement first, so that what was true at the start of the block counts; then beginnings, because a deadline
 * counts no earlier than they do; then deadlines, which may close what would otherwise be drawn for; the draw
 * last.
 */
function driveAsset(work: Work, asset: AssetId, before: AssetRecord): AssetRecord {
  let record = driveSettlement(work, asset, before)
  if (isEnded(record.status)) return record
  nameSource(work, asset, record)
  record = moved(work, record, 'next-block')
  record = driveBeginning(work, asset, record)
  record = driveDeadlines(work, asset, record)
  return driveSource(work, asset, record)
}

/** The record after an event of AST-2's table, unchanged if the event means nothing now. */
function moved(work: Work, record: AssetRecord, event: LifeEvent): AssetRecord {
  const status = statusAfter(record.status, event)
  return status === undefined ? record : { ...record, status, since: work.height }
}

/** A source's own state cannot hold its id; the next block's does. */
function nameSource(work: Work, asset: AssetId, { epoch }: AssetRecord): void {
  const committee = epoch === 0 ? undefined : committeeOf(work, asset, epoch)
  if (committee?.source === work.parent.height) {
    work.put('committees', { asset, epoch }, { ...committee, sourceId: work.parent.id })
  }
}

function driveBeginning(work: Work, asset: AssetId, record: AssetRecord): AssetRecord {
  const { current, epoch, status } = record
  if (epoch <= current) return record
  const committee = committeeOf(work, asset, epoch)
  if (committee.closedAt !== null || work.height < committee.begins) return record
  if (current > 0) freeUnits(work, committeeOf(work, asset, current), current)
  if (status === 'live') return { ...record, current: epoch }
  return { ...moved(work, record, 'begins'), current: epoch, liveSince: work.height }
}

function driveDeadlines(work: Work, asset: AssetId, record: AssetRecord): AssetRecord {
  const { graceTicks, staffingTicks, restaffTicks } = work.parameters
  switch (record.status) {
    case 'staffing':
      return record.epoch === 0 && work.hasPassed(record.registeredAt, staffingTicks)
        ? lapse(work, asset, record)
        : record
    case 'live':
      return isOverdue(work, asset, record) ? closeEpochs(work, asset, record, 'halt') : record
    case 'halted':
      return work.hasPassed(record.since, graceTicks) && !awaitsEngine(work, asset)
        ? { ...moved(work, record, 'salvaged'), redrawFrom: work.height }
        : record
    case 'restaffing':
      return record.redrawFrom !== null && work.hasPassed(record.since, restaffTicks)
        ? { ...moved(work, record, 'unrestaffed'), redrawFrom: null }
        : record
    default:
      return record
  }
}

/** True while the only engine there is has failed on the asset: others would fail on the same step [JDG-1]. */
function awaitsEngine(work: Work, asset: AssetId): boolean {
  const fault = work.get('claims', { kind: 'fault', asset })
  return fault?.kind === 'fault' && fault.engine === ENGINE_VERSION
}

/** True once the committee has let GRACE, INBOX_DEADLINE or IDLE_DEADLINE pass [COM-4, VAL-3]. */
function isOverdue(work: Work, asset: AssetId, record: AssetRecord): boolean {
  const { graceTicks, inboxTicks, idleTicks } = work.parameters
  const newest = newestCheckpoint(work, asset, record)
  const open = firstOpenEpoch(newest)
  if (open <= record.epoch) {
    const boundary = boundaryOf(committeeOf(work, asset, open), work.parameters)
    if (work.hasPassed(boundary, graceTicks)) return true
  }
  const baseHeight = newest.statement?.baseHeight ?? record.registeredAt
  if (work.hasPassed(Math.max(baseHeight, record.liveSince), idleTicks)) return true
  const oldest = oldestWaiting(work, asset, newest.statement?.logConsumed ?? 0)
  return oldest !== undefined && work.hasPassed(Math.max(oldest.height, record.liveSince), inboxTicks)
}

/** Nobody came: the lock and the reserve go back to the issuer [AST-1]. */
function lapse(work: Work, asset: AssetId, record: AssetRecord): AssetRecord {
  const { issuer } = present(record, 'an asset').registration
  work.pay(issuer, drain(work, balanceIdOf('lock', asset)) + drain(work, balanceIdOf('reserve', asset)))
  return moved(work, record, 'unstaffed')
}
