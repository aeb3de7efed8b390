// Ids of the final chain as an RFC 9162 log that proves without hashing them all again [PRF-1]: roots of runs
// of 256 blocks are kept, 64 bytes a run, and the runs that a path enters are read back from the store. Made
// when somebody first asks.
import { leafHash, nodeHash } from '#contracts/merkle/hash.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { type RangeRoot, splitOf } from '#contracts/merkle/log-paths.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'

/** Blocks of one run: a power of two. */
const RUN = 256
/** Runs hashed before others get their turn: about 5 ms. */
const RUNS_AT_ONCE = 32
/** Runs kept whole: 16 kB each. A path enters one at the block and one at the end. */
const RUNS_KEPT = 32

export class HistoryIndex {
  readonly #ids: (from: number, to: number) => readonly BlockId[]
  /** A leaf for each complete run: its root. */
  readonly #runs = new MerkleLog()
  readonly #open = new Map<number, MerkleLog>()
  #preparing: Promise<void> | undefined
  /** Greatest height asked about: so many ids are stored. */
  #height = 0

  /** `ids`: of final blocks of heights [from, to), all of them stored. */
  constructor(ids: (from: number, to: number) => readonly BlockId[]) {
    this.#ids = ids
  }

  /** Hashes what is new up to a height, in turns: a second's work at 10^6 blocks, once. */
  async prepare(height: number): Promise<void> {
    while (this.#missing(height) > 0) {
      this.#preparing ??= nextTurn().finally(() => {
        this.#preparing = undefined
      })
      await this.#preparing
      this.#hashRuns(height)
    }
  }

  /** Roots over the ids of blocks 0 to `height` - 1. What was not prepared is hashed here and now. */
  rootBelow(height: number): RangeRoot {
    while (this.#missing(height) > 0) this.#hashRuns(height)
    this.#height = Math.max(this.#height, height)
    return (from, to) => {
      assert(to <= height, 'a range within the history')
      return this.#root(from, to)
    }
  }

  #missing(height: number): number {
    return Math.floor(height / RUN) - this.#runs.size
  }

  #hashRuns(height: number): void {
    const until = Math.min(this.#runs.size + RUNS_AT_ONCE, Math.floor(height / RUN))
    while (this.#runs.size < until) this.#runs.appendHash(this.#read(this.#runs.size, RUN).root())
  }

  #root(from: number, to: number): Uint8Array {
    if (to - from < RUN) {
      const run = Math.floor(from / RUN)
      return this.#run(run, to - run * RUN).rangeRoot(from - run * RUN, to - run * RUN)
    }
    if (to % RUN === 0) return this.#runs.rangeRoot(from / RUN, to / RUN)
    const middle = from + splitOf(to - from)
    return nodeHash(this.#root(from, middle), this.#root(middle, to))
  }

  /** The first `count` blocks of a run, or more. */
  #run(run: number, count: number): MerkleLog {
    const known = this.#open.get(run)
    this.#open.delete(run)
    const log =
      known !== undefined && known.size >= count ? known : this.#read(run, Math.min(RUN, this.#height - run * RUN))
    // The least recently used goes first: a Map is in order of insertion.
    this.#open.set(run, log)
    if (this.#open.size > RUNS_KEPT) this.#open.delete(present(this.#open.keys().next().value, 'the oldest'))
    return log
  }

  #read(run: number, count: number): MerkleLog {
    const ids = this.#ids(run * RUN, run * RUN + count)
    assert(ids.length === count, 'the store has the ids of all final blocks')
    return MerkleLog.ofHashes(ids.map(id => leafHash(hexToBytes(id))))
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
