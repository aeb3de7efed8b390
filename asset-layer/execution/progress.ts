// How far a member has executed, in the form it is stored beside the tree's leaves, so that a restart goes on where the last
// durable commit ended [DAG-6]. Written by the member's store in the same transaction as the commit's writes.
import { INSTRUCTION_BYTES } from '#contracts/ledger/actions/log-post.ts'
import { bool, bytes, type Decoded, hex32, list, record, uint } from '#contracts/codec/codec.ts'
import { logFrontierCodec } from '#contracts/merkle/log.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import type { CheckpointId, Hash } from '#contracts/primitives/ids.ts'
import { type AssetState, reservedOf } from './asset-state.ts'

/** Instructions that may wait for later commits; more than this means that ordering outran execution for minutes. */
export const LEFTOVER_MAX = 1 << 20

export const progressCodec = record({
  open: record({
    sequence: uint(),
    previous: hex32<CheckpointId>(),
    previousBaseHeight: uint(),
    preRoot: hex32<Hash>(),
    firstStep: uint(),
    trace: logFrontierCodec,
    substantial: bool
  }),
  commitIndex: uint(),
  baseHeight: uint(),
  // Longer ones may be ordered, and are refused when their turn comes.
  leftover: list(bytes(2 * INSTRUCTION_BYTES), LEFTOVER_MAX),
  ended: bool
})
export type Progress = Decoded<typeof progressCodec>

/** Everything of a state but its tree. */
export function progressOf({ open, commitIndex, baseHeight, leftover, ended }: AssetState): Progress {
  return { open, commitIndex, baseHeight, leftover, ended }
}

/** The state that was stored; `tree` holds the leaves as of the same commit. */
export function restoreAssetState(progress: Progress, tree: SparseTree<Uint8Array>): AssetState {
  return { ...progress, tree, logConsumed: reservedOf(tree).cursor }
}
