// The append-only log of RFC 9162 section 2.1: history of blocks [PRF-1], logs of keys and names [PRF-4], traces
// [EXE-3]. A frontier is all a ledger must keep to append; MerkleLog keeps every hash and so can also prove.
import { type Codec, list, uint } from '../codec/codec.ts'
import { giveUp } from '../codec/reader.ts'
import { sha256 } from '../crypto/hash.ts'
import { bytesOfOctets, type Octets, octetsOf } from '../primitives/octets.ts'
import { assert, present } from '../primitives/verdict.ts'
import {
  expected,
  HASH_BYTES,
  hashBytesCodec,
  isHashBytes,
  leafHash,
  leafOctets,
  nodeHash,
  nodeOctets
} from './hash.ts'
import { consistencyPath, rangePath, splitOf } from './log-paths.ts'

/** Roots of the complete subtrees a log of `size` leaves consists of, largest first: one for each set bit of `size`. */
export interface LogFrontier {
  readonly size: number
  readonly peaks: readonly Uint8Array[]
}

export const EMPTY_LOG: LogFrontier = { size: 0, peaks: [] }
/** Root of a log without leaves: SHA-256 of nothing (RFC 9162 2.1.1). */
export const EMPTY_LOG_ROOT: Uint8Array = sha256(new Uint8Array(0))

/** The frontier with one more leaf. `leafData` is hashed here and may have any length. */
export function appendLeaf(frontier: LogFrontier, leafData: Uint8Array): LogFrontier {
  return appendLeafHash(frontier, leafHash(leafData))
}

/** The same for a leaf whose hash is known. */
export function appendLeafHash(frontier: LogFrontier, hash: Uint8Array): LogFrontier {
  const peaks = frontier.peaks.slice()
  let merged = hash
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    merged = nodeHash(present(peaks.pop(), 'a peak for each bit of the size'), merged)
  }
  peaks.push(merged)
  return { size: frontier.size + 1, peaks }
}

/** Root of the log the frontier stands for. */
export function frontierRoot(frontier: LogFrontier): Uint8Array {
  return (
    frontier.peaks.reduceRight<Uint8Array | undefined>(
      (root, peak) => (root === undefined ? peak : nodeHash(peak, root)),
      undefined
    ) ?? EMPTY_LOG_ROOT
  )
}

/** [size, peaks]; refuses a number of peaks other than the set bits of the size. */
export const logFrontierCodec: Codec<LogFrontier> = {
  pack: ({ size, peaks }) => [uint().pack(size), peaksCodec(size).pack(peaks)],
  unpack: item => {
    if (!Array.isArray(item) || item.length !== 2) return expected('a size and its peaks')
    const size = uint().unpack(item[0])
    return { size, peaks: peaksCodec(size).unpack(item[1]) }
  },
  read: reader => {
    reader.open(2, 2)
    const size = reader.uint()
    const count = bitsOf(size)
    reader.open(count, count)
    const peaks: Uint8Array[] = []
    for (let i = 0; i < count; i++) {
      const peak = reader.byteString(HASH_BYTES, HASH_BYTES)
      if (!isHashBytes(peak)) giveUp()
      peaks.push(peak)
    }
    reader.close()
    reader.close()
    return { size, peaks }
  },
  write: (writer, { size, peaks }) => {
    assert(Number.isSafeInteger(size) && size >= 0 && peaks.length === bitsOf(size), 'a peak for each bit of the size')
    writer.open(2)
    writer.uint(size)
    writer.open(peaks.length)
    for (const peak of peaks) {
      assert(peak.length === HASH_BYTES, 'a hash of 32 bytes')
      writer.byteString(peak)
    }
    writer.close()
    writer.close()
  }
}

function peaksCodec(size: number): Codec<readonly Uint8Array[]> {
  return list(hashBytesCodec, bitsOf(size), bitsOf(size))
}

function bitsOf(size: number): number {
  let bits = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}

/** Root of a log with these leaves. */
export function logRoot(leafData: Iterable<Uint8Array>): Uint8Array {
  const peaks: Octets[] = []
  let size = 0
  for (const data of leafData) size = raise(peaks, size, leafOctets(data))
  return rootOfPeaks(peaks)
}

/** Root of a log with leaves of these hashes. */
export function logRootOfHashes(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const peaks: Octets[] = []
  let size = 0
  for (const hash of leafHashes) size = raise(peaks, size, octetsOf(hash))
  return rootOfPeaks(peaks)
}

/** Appends to the peaks of a log of `size` leaves, in place; the new size. */
function raise(peaks: Octets[], size: number, hash: Octets): number {
  let merged = hash
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    merged = nodeOctets(present(peaks.pop(), 'a peak for each bit of the size'), merged)
  }
  peaks.push(merged)
  return size + 1
}

function rootOfPeaks(peaks: Octets[]): Uint8Array {
  let root = peaks.pop()
  if (root === undefined) return EMPTY_LOG_ROOT
  for (let peak = peaks.pop(); peak !== undefined; peak = peaks.pop()) root = nodeOctets(peak, root)
  return bytesOfOctets(root)
}

/** A growing log in memory: 64 bytes a leaf, proofs for any earlier size in O(log size). */
export class MerkleLog {
  /** levels[k] holds, one after the other, the roots of the complete subtrees of 2^k leaves. */
  readonly #levels: HashList[] = []
  #size = 0

  static ofHashes(leafHashes: Iterable<Uint8Array>): MerkleLog {
    const log = new MerkleLog()
    for (const hash of leafHashes) log.appendHash(hash)
    return log
  }

  get size(): number {
    return this.#size
  }

  /** Appends a leaf and returns its index. */
  append(leafData: Uint8Array): number {
    return this.appendHash(leafHash(leafData))
  }

  /** Appends a leaf by its hash and returns its index. */
  appendHash(hash: Uint8Array): number {
    let merged = hash
    let place = this.#size
    let level = 0
    this.#push(level, merged)
    for (; place % 2 === 1; place = (place - 1) / 2) {
      merged = nodeHash(this.#subtree(level, place - 1), merged)
      level += 1
      this.#push(level, merged)
    }
    this.#size += 1
    return this.#size - 1
  }

  leafHash(index: number): Uint8Array {
    assert(index < this.#size, 'leaf within the log')
    return this.#subtree(0, index)
  }

  /** Root of the first `size` leaves, of all if left out. */
  root(size: number = this.#size): Uint8Array {
    this.#checkSize(size)
    return size === 0 ? EMPTY_LOG_ROOT : this.#range(0, size)
  }

  /** What appendLeaf goes on from after the first `size` leaves. */
  frontier(size: number = this.#size): LogFrontier {
    this.#checkSize(size)
    const peaks: Uint8Array[] = []
    for (let start = 0; start < size; ) {
      const span = splitOf(size - start + 1)
      peaks.push(this.#range(start, start + span))
      start += span
    }
    return { size, peaks }
  }

  /** Path of RFC 9162 2.1.3.1 from the leaf to the root of the first `size` leaves, nearest sibling first. */
  inclusionProof(index: number, size: number = this.#size): readonly Uint8Array[] {
    return this.rangeProof(index, index + 1, size)
  }

  /** Hashes beside leaves [start, end) that lead to the root of the first `size`: deepest first, left to right. */
  rangeProof(start: number, end: number, size: number = this.#size): readonly Uint8Array[] {
    this.#checkSize(size)
    return rangePath((from, to) => this.#range(from, to), start, end, size)
  }

  /** Path of RFC 9162 2.1.4.1: the log of `first` leaves begins that of `second`. Empty for 0 and for equal sizes. */
  consistencyProof(first: number, second: number = this.#size): readonly Uint8Array[] {
    this.#checkSize(second)
    return consistencyPath((from, to) => this.#range(from, to), first, second)
  }

  #checkSize(size: number): void {
    assert(Number.isSafeInteger(size) && size >= 0 && size <= this.#size, 'a size the log has had')
  }

  /** Root of leaves [from, to): `from` is a multiple of the power of two that holds the range. */
  rangeRoot(from: number, to: number): Uint8Array {
    assert(from >= 0 && from < to && to <= this.#size, 'a range within the log')
    return this.#range(from, to)
  }

  #range(from: number, to: number): Uint8Array {
    const span = to - from
    let level = 0
    let width = 1
    for (; width < span; width *= 2) level += 1
    if (width === span) return this.#subtree(level, from / span)
    const middle = from + width / 2
    return nodeHash(this.#range(from, middle), this.#range(middle, to))
  }

  #subtree(level: number, place: number): Uint8Array {
    return present(this.#levels[level], 'a level for each power of two').at(place)
  }

  #push(level: number, hash: Uint8Array): void {
    if (level === this.#levels.length) this.#levels.push(new HashList())
    this.#levels[level]?.push(hash)
  }
}

/** Hashes packed into one buffer, which holds a million of them in 32 MB. */
class HashList {
  #bytes = new Uint8Array(4 * HASH_BYTES)
  #count = 0

  push(hash: Uint8Array): void {
    if ((this.#count + 1) * HASH_BYTES > this.#bytes.length) {
      const wider = new Uint8Array(this.#bytes.length * 2)
      wider.set(this.#bytes)
      this.#bytes = wider
    }
    this.#bytes.set(hash, this.#count * HASH_BYTES)
    this.#count += 1
  }

  at(place: number): Uint8Array {
    assert(place >= 0 && place < this.#count, 'a hash that was stored')
    return this.#bytes.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
  }
}
