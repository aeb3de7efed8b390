// Verifiers of log proofs (RFC 9162 2.1.3.2 and 2.1.4.2), for peers and light clients that hold a root only
// [PRF-1, PRF-5]. Everything in a claim may come from a hostile peer: the answer is then false, never an exception.
import { type Codec, list } from '../codec/codec.ts'
import { equalBytes } from '../primitives/bytes.ts'
import { hashBytesCodec, isHashBytes, nodeHash } from './hash.ts'
import { LOG_PATH_MAX } from './limits.ts'
import { EMPTY_LOG_ROOT } from './log.ts'

/** The hashes of an inclusion, range or consistency proof. */
export const logPathCodec: Codec<readonly Uint8Array[]> = list(hashBytesCodec, LOG_PATH_MAX)

export interface InclusionClaim {
  readonly root: Uint8Array
  readonly size: number
  readonly index: number
  readonly leafHash: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** True if and only if the leaf is the one at `index` of the log with this size and root. Never throws. */
export function verifyInclusion({ root, size, index, leafHash, path }: InclusionClaim): boolean {
  if (!isCount(size) || !isCount(index) || index >= size) return false
  if (!isHashBytes(root) || !isHashBytes(leafHash) || !isPath(path)) return false
  const reached = climb(index, size - 1, path, undefined, leafHash)
  return reached !== undefined && equalBytes(reached.whole, root)
}

export interface RangeClaim {
  readonly root: Uint8Array
  readonly size: number
  /** Index of the first leaf shown. */
  readonly start: number
  /** At least one; the caller bounds how many. */
  readonly leafHashes: readonly Uint8Array[]
  readonly path: readonly Uint8Array[]
}

/** True if and only if these are the leaves from `start` on of the log with this size and root. Never throws. */
export function verifyRange({ root, size, start, leafHashes, path }: RangeClaim): boolean {
  if (!isCount(size) || !isCount(start) || !isHashBytes(root) || !isPath(path)) return false
  if (!Array.isArray(leafHashes) || leafHashes.length === 0 || !leafHashes.every(isHashBytes)) return false
  const end = start + leafHashes.length
  if (end > size) return false
  let used = 0
  const rebuild = (from: number, to: number): Uint8Array | undefined => {
    if (to - from === 1) return leafHashes[from - start]
    let half = 1
    while (half * 2 < to - from) half *= 2
    const middle = from + half
    const shownLeft = start < middle ? rebuild(from, middle) : undefined
    const shownRight = end > middle ? rebuild(middle, to) : undefined
    const left = start < middle ? shownLeft : path[used++]
    const right = end > middle ? shownRight : path[used++]
    return left === undefined || right === undefined ? undefined : nodeHash(left, right)
  }
  const rebuilt = rebuild(0, size)
  return rebuilt !== undefined && used === path.length && equalBytes(rebuilt, root)
}

export interface ConsistencyClaim {
  readonly firstSize: number
  readonly firstRoot: Uint8Array
  readonly secondSize: number
  readonly secondRoot: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** True if and only if the first log is how the second one begins. Never throws. The empty log begins every log. */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { firstSize, firstRoot, secondSize, secondRoot, path } = claim
  if (!isCount(firstSize) || !isCount(secondSize) || firstSize > secondSize) return false
  if (!isHashBytes(firstRoot) || !isHashBytes(secondRoot) || !isPath(path)) return false
  if (firstSize === secondSize) {
    if (firstSize === 0 && !equalBytes(firstRoot, EMPTY_LOG_ROOT)) return false
    return path.length === 0 && equalBytes(firstRoot, secondRoot)
  }
  if (firstSize === 0) return path.length === 0 && equalBytes(firstRoot, EMPTY_LOG_ROOT)
  let place = firstSize - 1
  let last = secondSize - 1
  while (place % 2 === 1) {
    place = (place - 1) / 2
    last = Math.floor(last / 2)
  }
  // Here `place` is the last complete subtree of the first log; 0 means the first log is that subtree.
  const [head, ...siblings] = place === 0 ? [firstRoot, ...path] : path
  if (head === undefined) return false
  const reached = climb(place, last, siblings, head, head)
  return reached?.begun !== undefined && equalBytes(reached.begun, firstRoot) && equalBytes(reached.whole, secondRoot)
}

/**
 * Goes from node `place` of a level whose last node is `last` up to the root, one sibling a step. `whole` takes up
 * all siblings and so becomes the root; `begun`, where given, those on the left alone and so becomes the root of a
 * log that ended here. Undefined if the path is too long or too short.
 */
function climb(
  place: number,
  last: number,
  path: readonly Uint8Array[],
  begun: Uint8Array | undefined,
  whole: Uint8Array
): { readonly begun: Uint8Array | undefined; readonly whole: Uint8Array } | undefined {
  for (const sibling of path) {
    if (last === 0) return undefined
    if (place % 2 === 1 || place === last) {
      whole = nodeHash(sibling, whole)
      if (begun !== undefined) begun = nodeHash(sibling, begun)
      // On the right edge a node without sibling is its own parent: go up to where it is a right child.
      while (place % 2 === 0 && place !== 0) {
        place = place / 2
        last = Math.floor(last / 2)
      }
    } else {
      whole = nodeHash(whole, sibling)
    }
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? { begun, whole } : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isPath(path: unknown): path is readonly Uint8Array[] {
  return Array.isArray(path) && path.length <= LOG_PATH_MAX && path.every(isHashBytes)
}
