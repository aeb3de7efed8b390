// The least fee of a base transaction [LED-5]: a fixed part for each key whose signature it asks for, and a price for each
// byte that every node keeps and relays. Read by the state transition, mempools and wallets.
import { encode } from '../codec/codec.ts'
import { SIGNATURE_BYTES } from '../crypto/signature.ts'
import type { Parameters } from './parameters.ts'
import { type TransactionBody, transactionCodec } from './transaction.ts'

export type FeeParameters = Pick<Parameters, 'feeAtoms' | 'feeByteAtoms'>

/** Atoms, for an encoding of `bytes` bytes, signature included, that `keys` keys sign. A seed.reveal alone is free. */
export function leastFeeOf({ feeAtoms, feeByteAtoms }: FeeParameters, bytes: number, keys = 1): bigint {
  return feeAtoms * BigInt(keys) + feeByteAtoms * BigInt(bytes)
}

/** The same for a body that `keys` keys are to sign. Asserts if the body breaks its schema. */
export function leastFeeFor(parameters: FeeParameters, body: TransactionBody, keys = 1): bigint {
  const { length } = encode(transactionCodec, { ...body, signature: new Uint8Array(SIGNATURE_BYTES) })
  return leastFeeOf(parameters, length, keys)
}

/** The least fee that covers the very body it leads to: change that is smaller by a fee may take fewer bytes. */
export function feeThatCovers(parameters: FeeParameters, bodyWith: (fee: bigint) => TransactionBody, keys = 1): bigint {
  let fee = leastFeeOf(parameters, 0, keys)
  for (;;) {
    const least = leastFeeFor(parameters, bodyWith(fee), keys)
    if (fee >= least) return fee
    fee = least
  }
}
