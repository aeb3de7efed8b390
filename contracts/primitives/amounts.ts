// Amounts of the base coin and of an asset's tokens: unsigned integers below 2^63 [ENC-2], always bigint.
import type { Atoms } from './ids.ts'
import { assert } from './verdict.ts'

export const ATOMS_PER_SHARE = 100_000_000n
/** Exclusive upper bound of every amount [ENC-2]. */
export const AMOUNT_LIMIT = 1n << 63n

export function isAmount(value: bigint): boolean {
  return value >= 0n && value < AMOUNT_LIMIT
}

/** Sum of amounts, or undefined if it reaches 2^63. */
export function sumAmounts(amounts: Iterable<Atoms>): Atoms | undefined {
  let total = 0n
  for (const amount of amounts) total += amount
  return isAmount(total) ? total : undefined
}

/** Asserts that an amount computed by the protocol itself stays in range. */
export function checkedAmount(value: bigint): Atoms {
  assert(isAmount(value), 'amount out of range')
  return value
}
