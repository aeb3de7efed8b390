// name.pay: says that an output of the transaction pays whom a name points to; name.review: what payer and payee
// say of it afterwards [NAM-4]. Authority: pay, whoever pays; review, its author.
import { type Decoded, hex32, record, uint } from '../../codec/codec.ts'
import { nameCodec } from '../../names/name.ts'
import { opinionCodec } from '../../names/review.ts'
import type { PublicKey, TransactionId } from '../../primitives/ids.ts'

/** As many outputs as a transaction may have. */
const OUTPUT_LAST = 255

export const namePayCodec = record({
  name: nameCodec,
  /** Index of the output that pays the name's key. */
  output: uint(OUTPUT_LAST)
})
export type NamePay = Decoded<typeof namePayCodec>

export const nameReviewCodec = record({
  /** The transaction that held the name.pay. */
  payment: hex32<TransactionId>(),
  /** Its payer for a review, its payee for a reply. */
  author: hex32<PublicKey>(),
  opinion: opinionCodec
})
export type NameReview = Decoded<typeof nameReviewCodec>
