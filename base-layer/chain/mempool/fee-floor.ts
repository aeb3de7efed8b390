// What a lane of the mempool asks for at the least: nothing while there is room, more than
// what was last pushed out once it is full, and half as much every so many heights [GSP-3].
// Counted in heights, so that it stands still in a stall.
import { CHAIN_LIMITS } from '../limits.ts'

export class FeeFloor {
  #rate = 0
  #height = 0

  /** Atoms per thousand bytes at a height. */
  at(height: number): number {
    const halvings = Math.floor(Math.max(0, height - this.#height) / CHAIN_LIMITS.mempoolFloorHalf)
    return Math.floor(this.#rate / 2 ** halvings)
  }

  /** Something that paid `rate` had to go. */
  raise(rate: number, height: number): void {
    const asked = rate + CHAIN_LIMITS.mempoolRelayRate
    if (asked <= this.at(height)) return
    this.#rate = asked
    this.#height = height
  }
}
