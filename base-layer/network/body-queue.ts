// Bodies of a known run of final blocks, asked for in ranges from several peers at once and given out in order. What is
// ahead of the next one is bounded; what a peer failed to bring is asked for again elsewhere. Owned by one run of sync.
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import { SYNC_LIMITS } from './limits.ts'

export interface Arrived {
  readonly block: Block
  readonly from: string
}

export interface BodyRange {
  readonly from: number
  readonly count: number
}

export class BodyQueue {
  readonly #first: number
  readonly #ids: readonly BlockId[]
  readonly #arrived = new Map<number, Arrived>()
  /** Ranges to ask for before going on. */
  readonly #again: BodyRange[] = []
  #claimed: number
  #next: number
  #workers = 0
  #isClosed = false
  #wake: (() => void)[] = []

  /** `ids` of the blocks from height `first` on. */
  constructor(first: number, ids: readonly BlockId[]) {
    this.#first = first
    this.#ids = ids
    this.#claimed = first
    this.#next = first
  }

  get isDone(): boolean {
    return this.#next >= this.#end
  }

  /** Nothing more is to be brought: all is there, or what came is of no use. */
  get isOver(): boolean {
    return this.#isClosed || this.isDone
  }

  /** Whoever brings bodies stops. */
  close(): void {
    this.#isClosed = true
    this.#changed()
  }

  idAt(height: number): BlockId | undefined {
    return this.#ids[height - this.#first]
  }

  /** What to ask for next; undefined: nothing now, see `changed`. */
  claim(): BodyRange | undefined {
    const again = this.#again.shift()
    if (again !== undefined) return again
    const most = Math.min(this.#end, this.#next + SYNC_LIMITS.bodiesAhead)
    const count = Math.min(SYNC_LIMITS.bodiesPerRequest, most - this.#claimed)
    if (count <= 0) return undefined
    const range = { from: this.#claimed, count }
    this.#claimed += count
    return range
  }

  put(height: number, arrived: Arrived): void {
    this.#arrived.set(height, arrived)
    this.#changed()
  }

  /** Not brought: somebody else is asked. */
  release(range: BodyRange): void {
    if (range.count > 0) this.#again.push(range)
    this.#changed()
  }

  /** A peer that asks; with the last of them gone, `next` says that there is no more. */
  enter(): void {
    this.#workers += 1
  }

  leave(): void {
    this.#workers -= 1
    this.#changed()
  }

  /** The next block in order; undefined at the end, or once nobody is left who brings it. */
  async next(): Promise<Arrived | undefined> {
    for (;;) {
      const arrived = this.#arrived.get(this.#next)
      if (arrived !== undefined) {
        this.#arrived.delete(this.#next)
        this.#next += 1
        this.#changed()
        return arrived
      }
      if (this.isOver || this.#workers === 0) return undefined
      await this.changed()
    }
  }

  /** Resolves at the next change: room, a range to ask again, an arrival, or the end. */
  changed(): Promise<void> {
    return new Promise(resolve => this.#wake.push(resolve))
  }

  get #end(): number {
    return this.#first + this.#ids.length
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}
