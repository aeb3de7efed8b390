// What waits in the mempool and cannot be taken any more after some height or tick count, found by it.
export class Deadlines<T> {
  readonly #byLast = new Map<number, Set<T>>()

  /** `last`: the last height or tick count of a block that may take it; null if there is none. */
  add(entry: T, last: number | null): void {
    if (last === null) return
    const same = this.#byLast.get(last)
    if (same === undefined) this.#byLast.set(last, new Set([entry]))
    else same.add(entry)
  }

  remove(entry: T, last: number | null): void {
    const same = last === null ? undefined : this.#byLast.get(last)
    same?.delete(entry)
    if (last !== null && same?.size === 0) this.#byLast.delete(last)
  }

  /** All whose last was before `next`. */
  before(next: number): readonly T[] {
    return [...this.#byLast].flatMap(([last, entries]) => (last < next ? [...entries] : []))
  }
}
