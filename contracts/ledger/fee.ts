// The least fee of a base transaction [LED-5]: a fixed part for each key whose signature it asks for and for each output that
// it adds to what every node keeps, and a price for each byte that every node relays. Read by the state transition, mempools
// and wallets.
import { encode } from '../codec/codec.ts'
import { SIGNATURE_BYTES } from '../crypto/signature.ts'
import type { Parameters } from './parameters.ts'
import { type TransactionBody, transactionCodec } from './transaction.ts'

export type FeeParameters = Pick<Parameters, 'feeAtoms' | 'feeByteAtoms'>

/**
 * Atoms, for an encoding of `bytes` bytes, signature included, that `keys` keys sign and that leaves `added` outputs more than
 * there were. A seed.reveal alone is free.
 */
export function leastFeeOf({ feeAtoms, feeByteAtoms }: FeeParameters, bytes: number, keys = 1, added = 0): bigint {
  return feeAtoms * BigInt(keys + added) + feeByteAtoms * BigInt(bytes)
}

/** Outputs created beyond the number of inputs spent; one that leaves fewer is not paid for that. */
export function outputsAdded(inputs: number, outputs: number): number {
  return Math.max(0, outputs - inputs)
}

/** The same for a body that `keys` keys are to sign. Asserts if the body breaks its schema. */
export function leastFeeFor(parameters: FeeParameters, body: TransactionBody, keys = 1): bigint {
  const { length } = encode(transactionCodec, { ...body, signature: new Uint8Array(SIGNATURE_BYTES) })
  return leastFeeOf(parameters, length, keys, outputsAdded(body.inputs.length, body.outputs.length))
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
