// Counts what a peer sent that was rejected. The count lowers the peer's gossip score at once and halves with time; at
// the limit the peer is cut off and not let in again until the count has faded.
import { NETWORK_LIMITS } from './limits.ts'

/** A peer's count halves in this time. */
const HALF_LIFE_MS = 60_000

export class Penalties {
  readonly #counts = new Map<string, { count: number; atMs: number }>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  /** Adds offences and returns whether the peer is to be cut off now. */
  add(peer: string, offences = 1): boolean {
    const count = this.countOf(peer) + offences
    this.#counts.delete(peer)
    if (this.#counts.size >= NETWORK_LIMITS.penalisedPeersMax) {
      const oldest = this.#counts.keys().next().value
      if (oldest !== undefined) this.#counts.delete(oldest)
    }
    this.#counts.set(peer, { count, atMs: this.#nowMs() })
    return count >= NETWORK_LIMITS.rejectionsMax
  }

  /** Offences of the peer, faded by their age. */
  countOf(peer: string): number {
    const entry = this.#counts.get(peer)
    return entry === undefined ? 0 : entry.count * 0.5 ** ((this.#nowMs() - entry.atMs) / HALF_LIFE_MS)
  }

  /** True while more than half of the limit is left: a peer that was cut off stays out for about a minute. */
  isBanned(peer: string): boolean {
    return this.countOf(peer) > NETWORK_LIMITS.rejectionsMax / 2
  }
}
