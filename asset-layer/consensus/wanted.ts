// Blocks we know of and do not hold, and whom to ask for them next. Blocks that a waiting block names are always kept;
// blocks only announced by a header are bounded per author. The machine turns what is due into `fetch` effects.
import type { Hash, Round, Seat } from '#contracts/primitives/ids.ts'
import type { DagRef } from '#contracts/statements/dag-header.ts'
import { CONSENSUS_LIMITS } from './limits.ts'

interface Wanted {
  /** Of those that name this digest the one of the highest round: a false lower one must not let it be collected early. */
  ref: DagRef
  /** Seats that said they hold it, in the order they said so. */
  readonly holders: Set<Seat>
  /** True if a waiting block names it. */
  needed: boolean
  askAtMs: number
  attempts: number
}

export interface FetchRequest {
  readonly to: Seat
  readonly refs: readonly DagRef[]
}

export class WantedBlocks {
  readonly #wanted = new Map<Hash, Wanted>()
  readonly #seats: number
  readonly #own: Seat | null

  constructor(seats: number, own: Seat | null) {
    this.#seats = seats
    this.#own = own
  }

  get size(): number {
    return this.#wanted.size
  }

  /** Wants a block. `holder` is a seat that must have it. Asking again only adds the holder. */
  want(ref: DagRef, holder: Seat | null, askAtMs: number, needed: boolean): void {
    let entry = this.#wanted.get(ref.digest)
    if (entry === undefined) {
      if (!needed && !this.#makeRoom(ref)) return
      entry = { ref, holders: new Set(), needed, askAtMs, attempts: 0 }
      this.#wanted.set(ref.digest, entry)
    }
    if (ref.round > entry.ref.round) entry.ref = ref
    entry.needed ||= needed
    if (holder !== null && holder !== this.#own) entry.holders.add(holder)
  }

  /** True if a waiting block names it. */
  isNeeded(digest: Hash): boolean {
    return this.#wanted.get(digest)?.needed === true
  }

  drop(digest: Hash): void {
    this.#wanted.delete(digest)
  }

  collect(gcRound: Round): void {
    for (const { ref } of this.#wanted.values()) if (ref.round <= gcRound) this.#wanted.delete(ref.digest)
  }

  /** The time of the earliest question, if any. */
  nextAskMs(): number | undefined {
    let least: number | undefined
    for (const { askAtMs } of this.#wanted.values()) if (least === undefined || askAtMs < least) least = askAtMs
    return least
  }

  /** Questions due now, lowest rounds first, at most one full request per seat; each is due again after the retry. */
  takeDue(nowMs: number, retryMs: number): readonly FetchRequest[] {
    const due = [...this.#wanted.values()].filter(entry => entry.askAtMs <= nowMs)
    due.sort((a, b) => a.ref.round - b.ref.round || a.ref.author - b.ref.author)
    const requests = new Map<Seat, DagRef[]>()
    for (const entry of due) {
      entry.askAtMs = nowMs + retryMs
      const to = this.#nextHolder(entry)
      if (to === undefined) continue
      const refs = requests.get(to) ?? []
      if (refs.length >= CONSENSUS_LIMITS.fetchRefs) {
        // This one was not asked for; its turn comes with the next request, lower rounds first.
        entry.askAtMs = nowMs + Math.ceil(retryMs / 8)
        continue
      }
      entry.attempts += 1
      refs.push(entry.ref)
      requests.set(to, refs)
    }
    return [...requests].map(([to, refs]) => ({ to, refs }))
  }

  /** Those who said they hold it, then its author, then everyone. */
  #nextHolder({ ref, holders, attempts }: Wanted): Seat | undefined {
    const order = new Set<Seat>([...holders, ref.author])
    for (let i = 1; i <= this.#seats; i++) order.add((ref.author + i) % this.#seats)
    if (this.#own !== null) order.delete(this.#own)
    return [...order][attempts % Math.max(1, order.size)]
  }

  /** Room for one more announced block of an author; the farthest ahead gives way. */
  #makeRoom(ref: DagRef): boolean {
    const same = [...this.#wanted.values()].filter(entry => !entry.needed && entry.ref.author === ref.author)
    if (same.length < CONSENSUS_LIMITS.announcedPerAuthor) return true
    const farthest = same.reduce((a, b) => (b.ref.round > a.ref.round ? b : a))
    if (farthest.ref.round <= ref.round) return false
    this.#wanted.delete(farthest.ref.digest)
    return true
  }
}
