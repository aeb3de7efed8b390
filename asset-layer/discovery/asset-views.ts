// Loads what the schedule looks at from a base chain: one asset's record, its newest committees and the checkpoints down to
// where they start. For nodes and clients alike; what it returns is final [COM-3, COM-4].
import type { BaseChain } from '#base-layer/index.ts'
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import type { AssetView, PostedCheckpoint } from '../committees/schedule.ts'

/** Undefined if base state has no such asset. */
export async function loadAssetView(
  chain: BaseChain,
  asset: AssetId,
  known?: AssetRecord
): Promise<AssetView | undefined> {
  const record = known ?? (await chain.read('assets', asset))
  if (record === undefined) return undefined
  const committees = new Map<number, CommitteeRecord>()
  for (const epoch of [record.epoch - 1, record.epoch]) {
    if (epoch < 1) continue
    const committee = await chain.read('committees', { asset, epoch })
    if (committee !== undefined) committees.set(epoch, committee)
  }
  const checkpoints: PostedCheckpoint[] = []
  for (let sequence = record.sequence; sequence >= 0; sequence--) {
    const checkpoint = await chain.read('checkpoints', { asset, sequence })
    if (checkpoint === undefined) break
    checkpoints.push({ sequence, record: checkpoint })
    if (checkpoint.statement === null || checkpoint.statement.epoch < record.epoch - 1) break
  }
  return { asset, record, committees, checkpoints }
}
