// Questions that anyone may put to a node that serves an asset, and their answers: addresses, steps with inputs, trace leaves,
// certified statements, snapshots, values by proof, receipts. Answers are checked by who asked; nothing here is believed.
import { LOG_ENTRY_BYTES, STEP_INPUT_BYTES, TEMPLATE_VALUE_BYTES } from '#contracts/assets/limits.ts'
import { STEP_OUTCOMES, TRACE_LEAF_BYTES } from '#contracts/assets/trace.ts'
import { bytes, type Codec, hex32, list, nullable, oneOf, record, text, uint, union } from '#contracts/codec/codec.ts'
import type { AssetId, CheckpointId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { ADDRESS_RECORD_BYTES } from '#contracts/statements/address-record.ts'
import { STATE_PROOF_BYTES } from '../checkpoints/state-proof.ts'
import { RECEIPT_BYTES } from '../checkpoints/receipt.ts'
import { REQUEST_LIMITS, SUBMIT_LIMITS } from '../limits.ts'

/** Keys of state: a prefix and a template's longest key. */
const STATE_KEY_BYTES = 256
const STATE_VALUE_BYTES = Math.max(TEMPLATE_VALUE_BYTES, 8192)
const CERTIFIED_BYTES = 16 * 1024

export const addressesQuestionCodec = record({
  asset: hex32<AssetId>(),
  validators: list(hex32<PublicKey>(), REQUEST_LIMITS.validators, 1)
})
export const addressesAnswerCodec = record({
  records: list(bytes(ADDRESS_RECORD_BYTES, 1), REQUEST_LIMITS.validators)
})

/** Of the sequence that the statement with this id closes; or of the newest dag if null. */
const sequenceFields = {
  asset: hex32<AssetId>(),
  sequence: uint(),
  statement: nullable(hex32<CheckpointId>())
} as const

/** Steps of a sequence by place. */
export const stepsQuestionCodec = record({ ...sequenceFields, from: uint(), count: uint(REQUEST_LIMITS.steps) })
export const stepsAnswerCodec = record({
  steps: list(record({ input: bytes(STEP_INPUT_BYTES), leaf: bytes(TRACE_LEAF_BYTES, 1) }), REQUEST_LIMITS.steps)
})

/** Trace leaves of a sequence by place; all of them together have the statement's traceRoot. */
export const leavesQuestionCodec = record({ ...sequenceFields, from: uint(), count: uint(REQUEST_LIMITS.leaves) })
export const leavesAnswerCodec = record({ leaves: list(bytes(TRACE_LEAF_BYTES, 1), REQUEST_LIMITS.leaves) })

/** The newest certified statement of a sequence, or of all if null. */
export const certifiedQuestionCodec = record({ asset: hex32<AssetId>(), sequence: nullable(uint()) })
export const certifiedAnswerCodec = record({ certified: nullable(bytes(CERTIFIED_BYTES, 1)) })

/** The state that a checkpoint left, in the order of its keys, after a key. */
export const snapshotQuestionCodec = record({
  asset: hex32<AssetId>(),
  sequence: uint(),
  checkpoint: hex32<CheckpointId>(),
  after: bytes(STATE_KEY_BYTES)
})
export const snapshotAnswerCodec = record({
  entries: list(record({ key: bytes(STATE_KEY_BYTES, 1), value: bytes(STATE_VALUE_BYTES) }), REQUEST_LIMITS.entries),
  last: oneOf(['more', 'last'])
})

/** Values by key as of the newest certificate (null) or of a closed sequence. */
export const queryQuestionCodec = record({
  asset: hex32<AssetId>(),
  sequence: nullable(uint()),
  keys: list(bytes(STATE_KEY_BYTES, 1), REQUEST_LIMITS.keys, 1)
})
/** An encoded state proof; null: not at hand here. For the registration only the witness is there. */
export const queryAnswerCodec = record({
  proof: nullable(bytes(STATE_PROOF_BYTES, 1)),
  witness: nullable(bytes(STATE_PROOF_BYTES, 1))
})

export const receiptQuestionCodec = record({ asset: hex32<AssetId>(), instruction: hex32<Hash>() })
export const receiptAnswerCodec = record({ receipt: nullable(bytes(RECEIPT_BYTES, 1)) })

/** From a client of a submit channel. Each instruction is one that `decodeInstruction` takes. */
export const submitCodec = record({
  asset: hex32<AssetId>(),
  instructions: list(bytes(LOG_ENTRY_BYTES, 1), SUBMIT_LIMITS.instructions, 1)
})
/** To the client: one for each instruction, once. */
const noticeCodec = union({
  accepted: [
    0,
    record({
      id: hex32<Hash>(),
      index: uint(),
      sequence: uint(),
      outcome: oneOf(STEP_OUTCOMES),
      code: text(32)
    })
  ],
  refused: [1, record({ id: hex32<Hash>(), code: text(64), why: text(256) })]
})
export const noticesCodec = record({ notices: list(noticeCodec, SUBMIT_LIMITS.waiting) })
export type SentNotice = typeof noticeCodec extends Codec<infer T> ? T : never
