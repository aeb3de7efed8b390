// Roots over a block's body: its transactions, and what they spent [PRF-3].
import { bytesToHex, compareText, concatBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import { logRoot } from '#contracts/merkle/log.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import type { Spent } from './work.ts'

/** RFC 9162 root over the encoded transactions in their order. */
export function transactionsRootOf(encoded: readonly Uint8Array[]): Hash {
  return bytesToHex(logRoot(encoded)) as Hash
}

/**
 * RFC 9162 root over (output, transaction), sorted by output, so that absence is shown by two neighbours
 * [PRF-3].
 */
export function spentRootOf(spent: readonly Spent[]): Hash {
  const sorted = [...spent].sort((a, b) => compareText(a.output, b.output))
  return bytesToHex(
    logRoot(sorted.map(one => concatBytes(hexToBytes(one.output), hexToBytes(one.transaction))))
  ) as Hash
}
