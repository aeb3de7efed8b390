// Answers where validators of an asset can be reached, as far as signed records are known here [COM-3].
import type { AddressBook } from '../../discovery/address-book.ts'
import { addressesAnswerCodec, addressesQuestionCodec } from '../requests.ts'
import { answering, type RequestHandler } from './answer.ts'

export function handleAddresses(book: AddressBook): RequestHandler {
  return answering(addressesQuestionCodec, addressesAnswerCodec, ({ asset, validators }) => ({
    records: validators.flatMap(validator => book.record(asset, validator) ?? [])
  }))
}
