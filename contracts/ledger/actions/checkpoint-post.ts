// checkpoint.post: a certified statement that closes its sequence, with the signatures of a quorum beside it [CKP-1].
// Anyone may post; the statement's bytes are decoded and checked by the state transition [CKP-2].
import { bytes, type Decoded, list, record, uint } from '../../codec/codec.ts'
import { SIGNATURE_BYTES } from '../../crypto/signature.ts'
import { SEATS_MAX } from './asset-register.ts'

/** A statement is about 400 bytes. */
export const STATEMENT_BYTES = 1024

export const seatSignaturesCodec = list(
  record({ seat: uint(SEATS_MAX - 1), signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES) }),
  SEATS_MAX
)
/** Signatures of distinct seats, in order of seat. */
export type SeatSignatures = Decoded<typeof seatSignaturesCodec>

export const checkpointPostCodec = record({
  statement: bytes(STATEMENT_BYTES),
  signatures: seatSignaturesCodec
})
export type CheckpointPost = Decoded<typeof checkpointPostCodec>
