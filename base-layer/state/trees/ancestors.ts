// Ids of a chain's blocks by height, shared between forks: what a certificate's target is compared with
// [FIN-8]. Kept from the root of the period that finality has reached, because no certificate that can still
// count points below it; of those before, the frontier, by which the history of a header proves the rest [PRF-1].
import { appendLeaf, EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Height } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'

const CHUNK = 64

export class Ancestors {
  /** Of the ids that are not kept. */
  readonly before: LogFrontier
  readonly #full: readonly (readonly BlockId[])[]
  readonly #tail: readonly BlockId[]

  private constructor(before: LogFrontier, full: readonly (readonly BlockId[])[], tail: readonly BlockId[]) {
    this.before = before
    this.#full = full
    this.#tail = tail
  }

  /** A chain whose blocks after those `before` have these ids, in order of height. */
  static of(ids: Iterable<BlockId>, before: LogFrontier = EMPTY_LOG): Ancestors {
    let chain = new Ancestors(before, [], [])
    for (const id of ids) chain = chain.append(id)
    return chain
  }

  /** Height of the first id kept. */
  get from(): Height {
    return this.before.size
  }

  /** Height of the next id to append. */
  get next(): Height {
    return this.from + this.#full.length * CHUNK + this.#tail.length
  }

  append(id: BlockId): Ancestors {
    const tail = [...this.#tail, id]
    return tail.length < CHUNK
      ? new Ancestors(this.before, this.#full, tail)
      : new Ancestors(this.before, [...this.#full, tail], [])
  }

  /** Id at a height, or undefined outside of what is kept. */
  at(height: Height): BlockId | undefined {
    const place = height - this.from
    if (place < 0) return undefined
    const chunk = Math.floor(place / CHUNK)
    return chunk === this.#full.length ? this.#tail[place % CHUNK] : this.#full[chunk]?.[place % CHUNK]
  }

  /** The same without whole chunks below `height`. */
  since(height: Height): Ancestors {
    assert(height >= this.from, 'ids that are gone do not come back')
    const gone = Math.min(Math.floor((height - this.from) / CHUNK), this.#full.length)
    return gone === 0
      ? this
      : new Ancestors(appended(this.before, this.#full.slice(0, gone).flat()), this.#full.slice(gone), this.#tail)
  }

  ids(): readonly BlockId[] {
    return [...this.#full.flat(), ...this.#tail]
  }
}

/** The log with these ids at its end. */
export function appended(log: LogFrontier, ids: readonly BlockId[]): LogFrontier {
  return ids.reduce((grown, id) => appendLeaf(grown, hexToBytes(id)), log)
}
