// Roots over a block's body: its transactions, and what they spent [PRF-3]. Each binds the number of leaves, so
// that a path shows at which place of how many its leaf stands [HASH-1]. Written by the transition, checked by
// light.
import { hashHex } from '#contracts/crypto/hash.ts'
import { logRoot } from '#contracts/merkle/log.ts'
import { compareText, concatBytes, hexToBytes, uintToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import type { Spent } from '../work.ts'

/** What a header commits to of a list with this many leaves and this RFC 9162 root. */
export function bodyRootOf(size: number, root: Uint8Array): Hash {
  return hashHex('block-list', uintToBytes(size, 8), root)
}

/** Over the encoded transactions in their order. */
export function transactionsRootOf(encoded: readonly Uint8Array[]): Hash {
  return bodyRootOf(encoded.length, logRoot(encoded))
}

/** Over (output, transaction), sorted by output, so that absence is shown by two neighbours [PRF-3]. */
export function spentRootOf(spent: readonly Spent[]): Hash {
  const sorted = sortedSpent(spent)
  return bodyRootOf(sorted.length, logRoot(sorted.map(spentLeafOf)))
}

/** In the order of the list. */
export function sortedSpent(spent: readonly Spent[]): readonly Spent[] {
  return [...spent].sort((a, b) => compareText(a.output, b.output))
}

/** The 64 bytes of one leaf of the list. */
export function spentLeafOf({ output, transaction }: Spent): Uint8Array {
  return concatBytes(hexToBytes(output), hexToBytes(transaction))
}
