// Base transactions [LED-3]: inputs, outputs, at most one action, one signature by all the keys it needs [SIG-3].
// The id hashes everything but the signature, so that it cannot be malleated.
import { bytes, type Decoded, encode, hex32, list, nullable, record, uint } from '../codec/codec.ts'
import { remembered } from '../codec/remembered.ts'
import { hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import type { GenesisHash, Hash, OutputId, TransactionId } from '../primitives/ids.ts'
import { actionCodec } from './actions/action.ts'
import { outputCodec } from './output.ts'

/** Most bytes of one encoded transaction: a claim with its witness is the largest. */
export const TRANSACTION_BYTES = 96 * 1024
export const TRANSACTION_INPUTS = 256
export const TRANSACTION_OUTPUTS = 256
/** Of a hash lock [LED-1]. */
export const PREIMAGE_BYTES = 32

const bodyFields = {
  inputs: list(hex32<OutputId>(), TRANSACTION_INPUTS),
  outputs: list(outputCodec, TRANSACTION_OUTPUTS),
  action: nullable(actionCodec),
  /** First and last height of a block that may hold it. */
  notBefore: nullable(uint()),
  notAfter: nullable(uint()),
  memo: nullable(hex32<Hash>()),
  /** Of the inputs that are hash locks and are claimed rather than refunded; each serves at least one [LED-1]. */
  preimages: list(bytes(PREIMAGE_BYTES, PREIMAGE_BYTES), TRANSACTION_INPUTS)
}
export const transactionBodyCodec = record(bodyFields)
export type TransactionBody = Decoded<typeof transactionBodyCodec>

/** What was decoded remembers its bytes: nodes need them for the id, the roots and the block. */
export const transactionCodec = remembered(
  record({ ...bodyFields, signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES) })
)
export type Transaction = Decoded<typeof transactionCodec>

/** Head and contents of the signature, with which an encoded transaction ends. */
const SIGNATURE_ITEM_BYTES = 2 + SIGNATURE_BYTES

/** The encoded body of an encoded transaction: the same list without its last item, so one less in its head. */
export function bodyOfEncoded(encoded: Uint8Array): Uint8Array {
  const body = encoded.slice(0, encoded.length - SIGNATURE_ITEM_BYTES)
  body[0] = (body[0] ?? 0) - 1
  return body
}

/** The id: everything but the signature [LED-3]. Accepts a signed transaction as well as a body. */
export function transactionIdOf(body: TransactionBody): TransactionId {
  return hashHex<TransactionId>('transaction', encode(transactionBodyCodec, body))
}

/** What the owner signs [SIG-2]. */
export function transactionSigningBytes(genesis: GenesisHash, body: TransactionBody): Uint8Array {
  return signingBytes('transaction', genesis, encode(transactionBodyCodec, body))
}
