// Signatures of what the network brings, checked off the main thread before anything else is done with it [SIG-1], for
// keys that this node knows and nobody else's [GSP-1]. Shared by everything that takes messages in.
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import type { Chain } from '../chain/chain.ts'
import { CHAIN_LIMITS } from '../chain/limits.ts'
import type { SignedItem, VerifyPool } from '../runtime/verify-pool.ts'

export class Verifier {
  readonly genesis: GenesisHash
  readonly #chain: Chain
  readonly #pool: VerifyPool
  #pending = 0

  constructor(chain: Chain, pool: VerifyPool) {
    this.#chain = chain
    this.#pool = pool
    this.genesis = chain.head.chain.genesis
  }

  get isBusy(): boolean {
    return this.#pending >= CHAIN_LIMITS.importsPending
  }

  /** A registered peer at the head or the final block: nobody else's statements are worth a signature check [GSP-1]. */
  isKnown(peer: PublicKey): boolean {
    return this.#chain.head.isPeer(peer) || this.#chain.final.isPeer(peer)
  }

  /**
   * One signature, here and now: 60 us, where waiting for a thread
   * behind whole blocks takes longer than relaying may.
   */
  verifyNow({ key, message, signature }: SignedItem): boolean {
    return verifySignature(key, message, signature)
  }

  /**
   * True if all are valid. The pool is shared with the layer above, whose load must neither stop the base chain nor
   * make an honest sender look bad: when it is full, what little comes here is checked in place.
   */
  async verify(items: readonly SignedItem[]): Promise<boolean> {
    this.#pending += 1
    try {
      return await this.#pool.verifyAll(items)
    } catch {
      return items.every(({ key, message, signature }) => verifySignature(key, message, signature))
    } finally {
      this.#pending -= 1
    }
  }
}
