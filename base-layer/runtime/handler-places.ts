// Who is being answered on one protocol: bounded in all and for each peer. A place is taken once a request has arrived
// whole, so that slow senders hold none; and one that is only still being read out by a slow reader is given up for
// somebody else's request. So no peer, and no crowd of peers that do not read, holds all places of a handler.
import type { HandlerOptions } from './host.ts'
import { NETWORK_LIMITS } from './limits.ts'

export interface Place {
  /** The answer is made and is being written: from here on the place may be taken away. */
  write(): void
  leave(): void
}

interface Held {
  readonly peer: string
  readonly sinceMs: number
  readonly abort: () => void
  isWriting: boolean
}

export class HandlerPlaces {
  readonly #inAll: number
  readonly #ofPeer: number
  readonly #nowMs: () => number
  /** Oldest first. */
  readonly #held = new Set<Held>()

  constructor(
    { concurrency, concurrencyPerPeer }: Pick<HandlerOptions, 'concurrency' | 'concurrencyPerPeer'>,
    nowMs: () => number = () => performance.now()
  ) {
    this.#inAll = concurrency
    this.#ofPeer = concurrencyPerPeer ?? Math.max(1, Math.floor(concurrency / NETWORK_LIMITS.handlerPartOfPeer))
    this.#nowMs = nowMs
  }

  get taken(): number {
    return this.#held.size
  }

  /** Undefined: no place for this peer now. `abort` ends the answer if its place is given to somebody else. */
  take(peer: string, abort: () => void): Place | undefined {
    const own = this.#countOf(peer)
    if (own >= this.#ofPeer) return undefined
    if (this.#held.size >= this.#inAll && !this.#giveUpOne(own)) return undefined
    const held: Held = { peer, sinceMs: this.#nowMs(), abort, isWriting: false }
    this.#held.add(held)
    return {
      write: () => {
        held.isWriting = true
      },
      leave: () => {
        this.#held.delete(held)
      }
    }
  }

  /** The slowest reader's place: of a peer that has more than the newcomer, or one that had its time. */
  #giveUpOne(own: number): boolean {
    const lateMs = this.#nowMs() - NETWORK_LIMITS.slowReaderMs
    for (const held of this.#held) {
      if (!held.isWriting || (this.#countOf(held.peer) <= own && held.sinceMs > lateMs)) continue
      this.#held.delete(held)
      held.abort()
      return true
    }
    return false
  }

  #countOf(peer: string): number {
    let count = 0
    for (const held of this.#held) if (held.peer === peer) count += 1
    return count
  }
}
