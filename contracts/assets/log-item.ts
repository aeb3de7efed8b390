// Items of an asset's log in base state [VAL-1]: section `logs`, key (asset) holds the head, key (asset, index) an
// item. Deposits, messages and parameter changes join the union under new tags.
import { bytes, type Decoded, hex32, list, record, uint, union } from '../codec/codec.ts'
import { SEATS_MAX } from '../ledger/actions/asset-register.ts'
import { INSTRUCTION_BYTES } from '../ledger/actions/log-post.ts'
import { logFrontierCodec } from '../merkle/log.ts'
import type { PublicKey } from '../primitives/ids.ts'

export const LOG_ITEM_BYTES = INSTRUCTION_BYTES + 64

const seatsCodec = list(record({ validator: hex32<PublicKey>(), rewards: hex32<PublicKey>() }), SEATS_MAX)

export const logItemCodec = union({
  /** An instruction that its committee did not take, posted on the base chain. */
  instruction: [0, record({ instruction: bytes(INSTRUCTION_BYTES, 1) })],
  /** A checkpoint settled; its signers share the sequence's fees [CKP-5]. */
  settled: [1, record({ sequence: uint(), signers: list(hex32<PublicKey>(), SEATS_MAX) })],
  /** The source block of an epoch fixed its members [COM-4]. */
  membership: [2, record({ epoch: uint(), begins: uint(), members: seatsCodec })]
})
export type LogItem = Decoded<typeof logItemCodec>

/** An item and the base height of the block that appended it. */
export const logEntryCodec = record({ height: uint(), item: logItemCodec })
export type LogEntry = Decoded<typeof logEntryCodec>

/** Count and RFC 9162 frontier of a log's encoded entries [PRF-2]. */
export const logHeadCodec = record({ frontier: logFrontierCodec })
export type LogHead = Decoded<typeof logHeadCodec>
