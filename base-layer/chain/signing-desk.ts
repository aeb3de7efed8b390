// What this node signs, in the one order there is: written and synced by the guard,
// signed, sent, given back to consensus [FIN-7]. A guard that refuses or cannot write
// ends signing; the node follows on. Part of the chain's writer.
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { SignedVote } from '#contracts/statements/vote.ts'
import type { BaseEvent, BaseSigner, Intention } from '../consensus/events.ts'
import type { Logger } from '../runtime/logger.ts'
import type { FileVoteGuard } from '../store/vote-guard.ts'

/** What signs for this node: null in a node that only follows. */
export interface SigningParts {
  readonly key: PublicKey
  readonly guard: FileVoteGuard
  readonly signer: BaseSigner
}

/** Where what was signed goes. */
export interface SignedOutbound {
  sendBlock(block: Block): void
  sendAcknowledgement(acknowledgement: SignedAcknowledgement): void
  sendVote(vote: SignedVote): void
}

export class SigningDesk {
  readonly #parts: SigningParts | null
  readonly #outbound: SignedOutbound
  readonly #logger: Logger

  constructor(parts: SigningParts | null, outbound: SignedOutbound, logger: Logger) {
    this.#parts = parts
    this.#outbound = outbound
    this.#logger = logger
  }

  get signs(): boolean {
    return this.#parts?.guard.signs === true
  }

  stop(why: string): void {
    this.#parts?.guard.stop(why)
  }

  /** Signs and sends; the event with which consensus hears of it, or undefined if nothing was signed. */
  sign(intention: Intention, nowMs: number): BaseEvent | undefined {
    if (this.#parts === null || !this.signs) return undefined
    const { guard } = this.#parts
    try {
      return this.#signWritten(this.#parts, intention, nowMs)
    } catch (error) {
      guard.stop(String(error))
      this.#logger.error({ err: error }, 'the vote guard failed: this node signs nothing until it is restarted')
      return undefined
    }
  }

  /**
   * The key signed what its guard does not know: an older copy begins anew, with the marks in the
   * event that is returned; a twin makes this process stop.
   */
  forget(isTwin: boolean, nowMs: number): BaseEvent | undefined {
    if (this.#parts === null) return undefined
    const { key, guard } = this.#parts
    if (isTwin) {
      guard.stop('another process signs with this key')
      this.#logger.error({ key }, 'another process signs with this key: this one signs nothing more')
      return undefined
    }
    this.#logger.warn({ key }, 'this key signed what its guard file does not know: signing is held back')
    return { kind: 'guard', guard: guard.noteForgotten(nowMs), nowMs }
  }

  #signWritten({ guard, signer }: SigningParts, intention: Intention, nowMs: number): BaseEvent {
    switch (intention.kind) {
      case 'acknowledge': {
        const acknowledgement = signer.acknowledge(guard.write(intention))
        this.#outbound.sendAcknowledgement(acknowledgement)
        return { kind: 'acknowledgement', acknowledgement, from: null, nowMs }
      }
      case 'vote': {
        const vote = signer.vote(guard.write(intention))
        this.#outbound.sendVote(vote)
        return { kind: 'vote', vote, from: null, nowMs }
      }
      case 'propose': {
        const block = signer.propose(guard.write(intention))
        this.#outbound.sendBlock(block)
        return { kind: 'block', block, from: null, nowMs }
      }
    }
  }
}
