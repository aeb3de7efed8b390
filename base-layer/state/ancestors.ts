// Ids of a chain's blocks by height, shared between forks: what a certificate's target is compared with
// [FIN-8]. Kept from the root of the period that finality has reached, because no certificate that can still
// count points below it.
import type { BlockId, Height } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'

const CHUNK = 64

export class Ancestors {
  /** Height of the first id kept. */
  readonly from: Height
  readonly #full: readonly (readonly BlockId[])[]
  readonly #tail: readonly BlockId[]

  private constructor(from: Height, full: readonly (readonly BlockId[])[], tail: readonly BlockId[]) {
    this.from = from
    this.#full = full
    this.#tail = tail
  }

  /** A chain whose blocks from `from` on have these ids, in order of height. */
  static of(from: Height, ids: Iterable<BlockId>): Ancestors {
    let chain = new Ancestors(from, [], [])
    for (const id of ids) chain = chain.append(id)
    return chain
  }

  /** Height of the next id to append. */
  get next(): Height {
    return this.from + this.#full.length * CHUNK + this.#tail.length
  }

  append(id: BlockId): Ancestors {
    const tail = [...this.#tail, id]
    return tail.length < CHUNK
      ? new Ancestors(this.from, this.#full, tail)
      : new Ancestors(this.from, [...this.#full, tail], [])
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
    return gone === 0 ? this : new Ancestors(this.from + gone * CHUNK, this.#full.slice(gone), this.#tail)
  }

  ids(): readonly BlockId[] {
    return [...this.#full.flat(), ...this.#tail]
  }
}
