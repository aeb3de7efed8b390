// What base chain nodes send each other: names of topics and protocols, which carry the genesis tag so that networks do
// not meet, and the codecs of messages. Tags are append-only.
import { amount, bytes, type Decoded, hex32, list, nullable, record, uint, union } from '#contracts/codec/codec.ts'
import { TRANSACTION_BYTES } from '#contracts/ledger/transaction.ts'
import type { BlockId, GenesisHash } from '#contracts/primitives/ids.ts'
import { BLOCK_BYTES, signedHeaderCodec } from '#contracts/statements/block.ts'
import { certificateCodec } from '#contracts/statements/vote.ts'
import { UPDATE_BYTES } from '../light/limits.ts'
import { SECTION_NAMES } from '../state/trees/sections.ts'
import { compactBlockCodec } from './compact-block.ts'
import { SYNC_LIMITS } from './limits.ts'

export interface WireNames {
  readonly blocks: string
  readonly acknowledgements: string
  readonly votes: string
  readonly transactions: string
  readonly preferences: string
  readonly status: string
  readonly range: string
  readonly block: string
  readonly headers: string
  readonly offer: string
  readonly pieces: string
  readonly bodies: string
  readonly update: string
  readonly anchor: string
  readonly final: string
  readonly snapshotHead: string
  readonly snapshotChunk: string
}

export function wireNames(genesis: GenesisHash): WireNames {
  const base = `/surety/${genesis.slice(0, 16)}/base`
  return {
    blocks: `${base}/blocks/1`,
    acknowledgements: `${base}/acknowledgements/1`,
    votes: `${base}/votes/1`,
    transactions: `${base}/transactions/1`,
    preferences: `${base}/preferences/1`,
    status: `${base}/status/1`,
    range: `${base}/range/1`,
    block: `${base}/block/1`,
    headers: `${base}/headers/1`,
    offer: `${base}/offer/1`,
    pieces: `${base}/pieces/1`,
    bodies: `${base}/bodies/1`,
    update: `${base}/update/1`,
    anchor: `${base}/anchor/1`,
    final: `${base}/final/1`,
    snapshotHead: `${base}/snapshot-head/1`,
    snapshotChunk: `${base}/snapshot-chunk/1`
  }
}

/** Blocks travel as their own canonical bytes, so that they are encoded once and stored as they came. */
export const blockGossipCodec = union({
  whole: [0, record({ block: bytes(SYNC_LIMITS.gossipBlockBytes) })],
  header: [1, signedHeaderCodec],
  compact: [2, compactBlockCodec]
})

export const statusRequestCodec = record({})
export const statusCodec = record({
  finalHeight: uint(),
  finalId: hex32<BlockId>(),
  headHeight: uint(),
  headId: hex32<BlockId>(),
  score: amount()
})
export type Status = Decoded<typeof statusCodec>

/** The blocks of the answerer's preferred chain after the first of these ids that is on it. */
export const rangeRequestCodec = record({ locator: list(hex32<BlockId>(), SYNC_LIMITS.locatorIds, 1) })
/** Empty if none of the ids is on its chain, or nothing follows. */
export const rangeCodec = list(bytes(BLOCK_BYTES), SYNC_LIMITS.rangeBlocks)

export const blockRequestCodec = record({ id: hex32<BlockId>() })
export const blockAnswerCodec = nullable(bytes(BLOCK_BYTES))

/** Transactions of one block by place, which a compact block left missing. */
export const piecesRequestCodec = record({ id: hex32<BlockId>(), places: list(uint(), SYNC_LIMITS.pieces, 1) })
/** Null: not here, or more than one answer may hold. */
export const piecesCodec = nullable(list(bytes(TRANSACTION_BYTES), SYNC_LIMITS.pieces))

/** Encoded blocks of the final chain from a height on; fewer than asked for where they are large. */
export const bodiesRequestCodec = record({ from: uint(), count: uint(SYNC_LIMITS.bodiesPerRequest) })

/** Where a light client stands; the answer is its next update [FIN-10]. */
export const updateRequestCodec = record({ period: uint(), height: uint() })
export const heightRequestCodec = record({ height: uint() })
/** Bytes that base-layer/light checks; null: not to be shown here. */
export const proofAnswerCodec = nullable(bytes(UPDATE_BYTES))

/** What is final here at a height: asked of peers outside the groups that something was heard from [NET-2]. */
export const finalRequestCodec = record({ height: uint() })
export const finalAnswerCodec = record({
  finalHeight: uint(),
  /** Null: nothing is final there yet, or it is not known any more. */
  id: nullable(hex32<BlockId>())
})
export type FinalAnswer = Decoded<typeof finalAnswerCodec>

/** The state of one final block, to be fetched in chunks; null: none is ready. */
export const snapshotHeadCodec = nullable(
  record({
    block: bytes(BLOCK_BYTES),
    /** As exportAnchor gives it. */
    state: bytes(SYNC_LIMITS.snapshotAnchorBytes),
    /** What makes the block final, under the table of its period. */
    certificates: list(certificateCodec, 2, 2),
    chunks: uint(SYNC_LIMITS.snapshotChunks)
  })
)
export type SnapshotHead = NonNullable<Decoded<typeof snapshotHeadCodec>>

export const snapshotChunkRequestCodec = record({ id: hex32<BlockId>(), index: uint(SYNC_LIMITS.snapshotChunks) })
const storedLeafCodec = record({
  section: uint(SECTION_NAMES.length - 1),
  key: bytes(SYNC_LIMITS.leafKeyBytes),
  value: bytes(SYNC_LIMITS.leafValueBytes)
})
export const snapshotChunkCodec = nullable(list(storedLeafCodec, SYNC_LIMITS.snapshotLeaves))

/** Headers of the final chain, for light clients. */
export const headersRequestCodec = record({ from: uint(), count: uint(SYNC_LIMITS.headers) })
export const headersCodec = list(signedHeaderCodec, SYNC_LIMITS.headers)

/**
 * Transactions that have waited for some blocks: gossip forgets what
 * it has sent once, so they are handed over [GSP-2].
 */
export const offerCodec = list(bytes(TRANSACTION_BYTES), SYNC_LIMITS.offered)
/** How many of them were new and taken. */
export const offerAnswerCodec = record({ taken: uint() })
