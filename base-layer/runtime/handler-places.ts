// Who is being answered on one protocol: bounded in all and for each peer, so that no one peer, over however many
// connections, holds all places of a handler.
import type { HandlerOptions } from './host.ts'
import { NETWORK_LIMITS } from './limits.ts'

export class HandlerPlaces {
  readonly #inAll: number
  readonly #ofPeer: number
  readonly #taken = new Map<string, number>()
  #running = 0

  constructor({ concurrency, concurrencyPerPeer }: Pick<HandlerOptions, 'concurrency' | 'concurrencyPerPeer'>) {
    this.#inAll = concurrency
    this.#ofPeer = concurrencyPerPeer ?? Math.max(1, Math.floor(concurrency / NETWORK_LIMITS.handlerPartOfPeer))
  }

  /** False: no place for this peer now. */
  take(peer: string): boolean {
    const taken = this.#taken.get(peer) ?? 0
    if (this.#running >= this.#inAll || taken >= this.#ofPeer) return false
    this.#running += 1
    this.#taken.set(peer, taken + 1)
    return true
  }

  leave(peer: string): void {
    const left = (this.#taken.get(peer) ?? 1) - 1
    this.#running -= 1
    if (left === 0) this.#taken.delete(peer)
    else this.#taken.set(peer, left)
  }
}
