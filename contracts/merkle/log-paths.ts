// The paths of RFC 9162 2.1.3.1 and 2.1.4.1 over whatever can give the root of a range of leaves: a log in
// memory, or one whose lower levels are read back when they are asked for. Verifiers are in log-proof.ts
// [PRF-1].
import { assert } from '../primitives/verdict.ts'

/**
 * Root of leaves [from, to) of a log; asked only for ranges that start at a multiple of the power of two that
 * holds them.
 */
export type RangeRoot = (from: number, to: number) => Uint8Array

/** Largest power of two below `size`, for size above 1: where RFC 9162 splits a tree. */
export function splitOf(size: number): number {
  let half = 1
  while (half * 2 < size) half *= 2
  return half
}

/** Hashes beside leaves [start, end) that lead to the root of the first `size`: deepest first, left to right. */
export function rangePath(root: RangeRoot, start: number, end: number, size: number): readonly Uint8Array[] {
  assert(start >= 0 && start < end && end <= size, 'a range of leaves within the size')
  const path: Uint8Array[] = []
  const walk = (from: number, to: number): void => {
    if (start <= from && to <= end) return
    const middle = from + splitOf(to - from)
    if (start < middle) walk(from, middle)
    if (end > middle) walk(middle, to)
    if (start >= middle) path.push(root(from, middle))
    if (end <= middle) path.push(root(middle, to))
  }
  walk(0, size)
  return path
}

/** The log of `first` leaves begins that of `second`. Empty for 0 and for equal sizes. */
export function consistencyPath(root: RangeRoot, first: number, second: number): readonly Uint8Array[] {
  assert(Number.isSafeInteger(first) && first >= 0 && first <= second, 'the first log is no longer than the second')
  const path: Uint8Array[] = []
  if (first === 0 || first === second) return path
  let from = 0
  let to = second
  // Siblings come from the root down and are turned round, because a proof starts at the leaves.
  while (to !== first) {
    const middle = from + splitOf(to - from)
    if (first <= middle) {
      path.push(root(middle, to))
      to = middle
    } else {
      path.push(root(from, middle))
      from = middle
    }
  }
  if (from !== 0) path.push(root(from, to))
  return path.reverse()
}
