// The least fee of a base transaction [LED-5]: a fixed part for each key whose signature it asks for, and a price for each
// byte that every node keeps and relays. Read by the state transition, mempools and wallets.
import type { Parameters } from './parameters.ts'

/** Atoms, for an encoding of `bytes` bytes, signature included, that `keys` keys sign. A seed.reveal alone is free. */
export function leastFeeOf(
  { feeAtoms, feeByteAtoms }: Pick<Parameters, 'feeAtoms' | 'feeByteAtoms'>,
  bytes: number,
  keys = 1
): bigint {
  return feeAtoms * BigInt(keys) + feeByteAtoms * BigInt(bytes)
}
