// Blocks under a head's historyRoot [PRF-1]: that a block is one of those a head stands on, that it is not, and
// that one head's history is how another's begins [PRF-6]. The root binds its size, which is the head's height.
// Pure.
import { type Decoded, hex32, record, uint } from '#contracts/codec/codec.ts'
import { leafHash } from '#contracts/merkle/hash.ts'
import { consistencyPath, type RangeRoot, rangePath } from '#contracts/merkle/log-paths.ts'
import { logPathCodec, verifyConsistency, verifyInclusion } from '#contracts/merkle/log-proof.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { type BlockHeader, blockIdOf, headerCodec } from '#contracts/statements/block.ts'
import { ABSENT, type Absent, type Invalid, invalid, type Present, shown } from './answer.ts'

/** An old block with its path under a head; without hashes for the head itself. */
export const placedBlockCodec = record({ header: headerCodec, path: logPathCodec })
export type PlacedBlock = Decoded<typeof placedBlockCodec>

/** The id that a history has at a height. */
export const placedIdCodec = record({ height: uint(), id: hex32<BlockId>(), path: logPathCodec })
export type PlacedId = Decoded<typeof placedIdCodec>

/** That the older head is in the newer one's history, and that its own history is how that one begins. */
export const linkCodec = record({ inclusion: logPathCodec, consistency: logPathCodec })
export type Link = Decoded<typeof linkCodec>

/** What of a head decides here. */
export type HistoryHead = Pick<BlockHeader, 'height' | 'historyRoot'>

export interface KnownBlock {
  readonly id: BlockId
  readonly header: BlockHeader
}

/** `present` if the block is the head or one before it. Never throws. */
export function checkBlockIn(head: BlockHeader, { header, path }: PlacedBlock): Present<KnownBlock> | Invalid {
  const id = blockIdOf(header)
  if (header.height === head.height) {
    const isHead = id === blockIdOf(head) && path.length === 0
    return isHead ? shown({ id, header }) : invalid('E_PROOF_ROOT', 'another block than the head at its height')
  }
  return isPlaced(head, { height: header.height, id, path })
    ? shown({ id, header })
    : invalid('E_PROOF_ROOT', 'the path does not lead from this block to the head')
}

/** `present` if this is the id of the block at that height below the head. Never throws. */
export function checkIdIn(head: HistoryHead, placed: PlacedId): Present<BlockId> | Invalid {
  return isPlaced(head, placed)
    ? shown(placed.id)
    : invalid('E_PROOF_ROOT', 'the path does not lead from this id to the head')
}

/** `absent` if the head stands on another block than `id` at the height of `placed`. Never throws. */
export function checkIdNotIn(head: HistoryHead, id: BlockId, placed: PlacedId): Absent | Invalid {
  const found = checkIdIn(head, placed)
  if (found.kind === 'invalid') return found
  return found.value === id ? invalid('E_PROOF_CONTRARY', 'the head stands on this very block') : ABSENT
}

/** `present` if `older` is a block of `newer`'s history, with all that it stands on [PRF-1, PRF-6]. Never throws. */
export function checkPrefix(older: KnownBlock, newer: HistoryHead, link: Link): Present<BlockId> | Invalid {
  const { height, historyRoot } = older.header
  if (!isPlaced(newer, { height, id: older.id, path: link.inclusion })) {
    return invalid('E_PROOF_ROOT', 'the older head is not shown to be in the history of the newer')
  }
  const isBegun = verifyConsistency({
    firstSize: height,
    firstRoot: hexToBytes(historyRoot),
    secondSize: newer.height,
    secondRoot: hexToBytes(newer.historyRoot),
    path: link.consistency
  })
  return isBegun ? shown(older.id) : invalid('E_PROOF_ROOT', 'one history is not how the other begins')
}

function isPlaced(head: HistoryHead, { height, id, path }: PlacedId): boolean {
  return verifyInclusion({
    root: hexToBytes(head.historyRoot),
    size: head.height,
    index: height,
    leafHash: leafHash(hexToBytes(id)),
    path
  })
}

/** The path of block `height` under a head at `headHeight`, above it. `root`: over the ids of the chain. */
export function buildBlockPath(root: RangeRoot, height: number, headHeight: number): readonly Uint8Array[] {
  return height === headHeight ? [] : rangePath(root, height, height + 1, headHeight)
}

/** Links a head to a later one of the same chain. */
export function buildLink(root: RangeRoot, height: number, laterHeight: number): Link {
  return {
    inclusion: buildBlockPath(root, height, laterHeight),
    consistency: consistencyPath(root, height, laterHeight)
  }
}
