// Who may make this node work, and who answers for work that was for nothing [GSP-1]. A sender pays for every message
// before it is read and gets it back for what is worth relaying; a signer answers for what it signed and later fails,
// whoever handed it over. Prices are native signature checks, the unit in which blocks are limited [LED-5, SIG-1].
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { Budgets } from '../runtime/budgets.ts'
import type { GossipVerdict } from '../runtime/host.ts'
import { GATE_LIMITS } from './limits.ts'

/** `known`: of no use, but cheap, and an honest peer cannot know that we have it. */
export type Looked = GossipVerdict | 'known'

export class Gate {
  readonly #peers: Budgets
  readonly #signers: Budgets

  constructor(nowMs?: () => number) {
    this.#peers = new Budgets(GATE_LIMITS.peer, nowMs)
    this.#signers = new Budgets(GATE_LIMITS.signer, nowMs)
  }

  /** Looks at a message only if its sender can pay; what turns out to be of no use is not given back. */
  async judge(from: string, bytes: number, look: () => Promise<Looked>): Promise<GossipVerdict> {
    const price = priceOfBytes(bytes)
    if (!this.#peers.spend(from, price)) return 'ignore'
    const looked = await look()
    if (looked === 'accept' || looked === 'known') this.#peers.giveBack(from, price)
    else if (looked === 'reject') this.#peers.charge(from, GATE_LIMITS.rejected)
    return looked === 'known' ? 'ignore' : looked
  }

  /** Work of this price that `from` caused before it is known whether it was worth doing; false: it cannot pay. */
  spend(from: string, price: number): boolean {
    return this.#peers.spend(from, price)
  }

  giveBack(from: string, price: number): void {
    this.#peers.giveBack(from, price)
  }

  /** Something of this key is relayed before the chain has looked at it: paid back if the chain finds it of use. */
  lend(signer: PublicKey): boolean {
    return this.#signers.spend(signer, 1)
  }

  payBack(signer: PublicKey): void {
    this.#signers.giveBack(signer, 1)
  }

  /** False while a key has to wait, after too much of what it signed came to nothing. */
  trusts(signer: PublicKey): boolean {
    return this.#signers.left(signer) > 0
  }

  /** Something that this key signed failed after it was relayed, and cost `price`. */
  blame(signer: PublicKey, price: number = GATE_LIMITS.failed): void {
    this.#signers.charge(signer, Math.max(price, GATE_LIMITS.failed))
  }
}

/** Reading and hashing: a signature check, and one for so many bytes. */
export function priceOfBytes(bytes: number): number {
  return 1 + Math.ceil(bytes / GATE_LIMITS.bytesPerCheck)
}
