// Token buckets by name, priced in native signature checks [GSP-1]: what a peer or a signer may cost this node without
// being of use. Takers pay before the work is done and get it back if it was worth doing, so that honest load is free
// and a flood costs its sender. Bounded; the name not heard of for longest is forgotten first.

export interface BudgetTerms {
  /** What a name may spend at once. */
  readonly capacity: number
  readonly perSecond: number
  /** Names remembered; one that is forgotten starts full. */
  readonly namesMax: number
}

interface Bucket {
  readonly left: number
  readonly atMs: number
}

export class Budgets {
  readonly #terms: BudgetTerms
  readonly #nowMs: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(terms: BudgetTerms, nowMs: () => number = () => performance.now()) {
    this.#terms = terms
    this.#nowMs = nowMs
  }

  get size(): number {
    return this.#buckets.size
  }

  /** What the name may spend now; below zero after a charge that it could not pay. */
  left(name: string): number {
    const bucket = this.#buckets.get(name)
    const { capacity, perSecond } = this.#terms
    if (bucket === undefined) return capacity
    return Math.min(capacity, bucket.left + ((this.#nowMs() - bucket.atMs) / 1000) * perSecond)
  }

  /** Takes the price, or takes nothing and returns false. */
  spend(name: string, price: number): boolean {
    const left = this.left(name)
    if (left < price) return false
    this.#set(name, left - price)
    return true
  }

  /** The work was of use. */
  giveBack(name: string, price: number): void {
    this.#set(name, this.left(name) + price)
  }

  /** Takes the price whether it can be paid or not: debt is bounded, so that everyone comes back in time. */
  charge(name: string, price: number): void {
    this.#set(name, Math.max(-this.#terms.capacity, this.left(name) - price))
  }

  #set(name: string, left: number): void {
    const { capacity, namesMax } = this.#terms
    this.#buckets.delete(name)
    if (left >= capacity) return
    this.#buckets.set(name, { left, atMs: this.#nowMs() })
    if (this.#buckets.size <= namesMax) return
    const oldest = this.#buckets.keys().next()
    if (oldest.done !== true) this.#buckets.delete(oldest.value)
  }
}
