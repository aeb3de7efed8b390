// Reviews [NAM-4]: the payer of a payment that names its payee says once how it went, and the payee replies once.
// Both are in the name's history for ever; state holds the right to write them for a while.
import { type Decoded, hex32, oneOf, record, text, uint, union } from '../codec/codec.ts'
import type { Hash, PublicKey } from '../primitives/ids.ts'
import { nameCodec } from './name.ts'

export const REVIEW_CHARACTERS = 140

/** A few words on the chain, or the hash of more elsewhere. */
export const wordsCodec = union({
  text: [0, record({ text: text(REVIEW_CHARACTERS) })],
  hash: [1, record({ hash: hex32<Hash>() })]
})
export type Words = Decoded<typeof wordsCodec>

export const opinionCodec = union({
  /** The payer's: from 0, the worst, to 5. */
  review: [0, record({ rating: uint(5), words: wordsCodec })],
  /** The payee's, to the review. */
  reply: [1, record({ words: wordsCodec })]
})
export type Opinion = Decoded<typeof opinionCodec>

/** A payment that may still be reviewed or replied to, in base state under the id of its transaction. */
export const namedPaymentCodec = record({
  name: nameCodec,
  payer: hex32<PublicKey>(),
  /** The key that the name pointed to. */
  payee: hex32<PublicKey>(),
  /** What is awaited. */
  awaits: oneOf(['review', 'reply']),
  /** Height since which it is: the right ends NAME_REVIEW ticks after. */
  since: uint()
})
export type NamedPayment = Decoded<typeof namedPaymentCodec>
