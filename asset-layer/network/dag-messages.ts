// What members and observers of a dag say to each other over a link. A frame is for one dag and holds items, each encoded
// once however many peers it goes to. Headers, bodies and statements travel as their own canonical bytes.
import { bytes, type Decoded, decode, encode, hex32, list, record, uint, union } from '#contracts/codec/codec.ts'
import { STATEMENT_BYTES } from '#contracts/ledger/actions/checkpoint-post.ts'
import { SIGNATURE_BYTES } from '#contracts/crypto/signature.ts'
import type { DagId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { ADDRESS_RECORD_BYTES } from '#contracts/statements/address-record.ts'
import { DAG_LIMITS, dagRefsCodec } from '#contracts/statements/dag-header.ts'
import { CONSENSUS_LIMITS } from '../consensus/limits.ts'
import { LINK_LIMITS } from '../limits.ts'

const headerBytes = bytes(DAG_LIMITS.signedHeaderBytes, 1)
const blockCodec = record({ header: headerBytes, body: bytes(DAG_LIMITS.bodyBytes, 1) })
const statementCodec = record({
  seat: uint(DAG_LIMITS.seats - 1),
  statement: bytes(STATEMENT_BYTES, 1),
  signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
})
export type SentStatement = Decoded<typeof statementCodec>

/** Tags are append-only. */
const itemCodec = union({
  /** Who speaks, if a member: its signed address record ties the validator key to the peer id of this link. */
  hello: [0, record({ address: bytes(ADDRESS_RECORD_BYTES) })],
  /** A member's own new block. */
  block: [1, blockCodec],
  /** Headers of blocks that the sender holds. */
  headers: [2, record({ headers: list(headerBytes, LINK_LIMITS.headers) })],
  fetch: [3, record({ refs: dagRefsCodec(CONSENSUS_LIMITS.fetchRefs) })],
  'fetch-rounds': [4, record({ from: uint(DAG_LIMITS.round) })],
  /** The answer to either. */
  blocks: [5, record({ blocks: list(blockCodec, LINK_LIMITS.answerBlocks) })],
  statements: [6, record({ statements: list(statementCodec, LINK_LIMITS.statements) })]
})
export type DagItem = Decoded<typeof itemCodec>

const frameCodec = record({ dag: hex32<DagId>(), items: list(bytes(LINK_LIMITS.frameBytes, 1), LINK_LIMITS.items, 1) })
export type DagFrame = Decoded<typeof frameCodec>

export function encodeItem(item: DagItem): Uint8Array {
  return encode(itemCodec, item)
}

export function encodeFrame(dag: DagId, items: readonly Uint8Array[]): Uint8Array {
  return encode(frameCodec, { dag, items })
}

/** Never throws. */
export function decodeFrame(from: Uint8Array): Verdict<DagFrame> {
  return decode(frameCodec, from, LINK_LIMITS.frameBytes)
}

/** Never throws. */
export function decodeItem(from: Uint8Array): Verdict<DagItem> {
  return decode(itemCodec, from, LINK_LIMITS.frameBytes)
}
