// What this node's key has signed, as its guard and this process know it, against what turns up in blocks and
// gossip [FIN-7]. Something later than either knows was signed in a life that the guard has forgotten - a folder
// restored from a copy - or is being signed by another process with the same key. Part of signing.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { GuardMarks, Intention } from './events.ts'

/** When something was signed: a slot, or for votes the target's epoch. */
export type SignedMoment =
  | { readonly kind: 'acknowledge' | 'propose'; readonly slot: number }
  | { readonly kind: 'vote'; readonly epoch: number }

export class OwnSignatures {
  readonly #parameters: Parameters
  readonly #startMs: number
  #newest: Readonly<Record<SignedMoment['kind'], number>>
  /** Up to this epoch the guard is known to have forgotten things. */
  #lostUpTo: number

  constructor(parameters: Parameters, guard: GuardMarks, nowMs: number) {
    this.#parameters = parameters
    this.#startMs = nowMs
    this.#newest = {
      acknowledge: guard.acknowledgedSlot,
      propose: guard.proposedSlot,
      vote: guard.vote?.targetEpoch ?? -1
    }
    this.#lostUpTo = guard.loss?.epoch ?? -1
  }

  /** This process is about to sign. */
  signed(intention: Intention): void {
    switch (intention.kind) {
      case 'acknowledge':
        return this.#raise('acknowledge', intention.acknowledgement.slot)
      case 'propose':
        return this.#raise('propose', intention.block.header.slot)
      case 'vote':
        return this.#raise('vote', intention.vote.target.epoch)
    }
  }

  /** Something that this key signed: `twin` if that was after this process began. Undefined for what is known. */
  note(what: SignedMoment): 'forgotten' | 'twin' | undefined {
    const [at, lengthMs] =
      what.kind === 'vote' ? [what.epoch, this.#parameters.finalityEpochMs] : [what.slot, this.#parameters.slotMs]
    if (at <= this.#newest[what.kind]) return undefined
    this.#raise(what.kind, at)
    // A clock that is behind makes a moment look later than it was: a whole one must lie between.
    if (at * lengthMs > this.#startMs + lengthMs) return 'twin'
    const epoch = Math.floor((at * lengthMs) / this.#parameters.finalityEpochMs)
    if (epoch <= this.#lostUpTo) return undefined
    this.#lostUpTo = Math.floor(this.#startMs / this.#parameters.finalityEpochMs) + 1
    return 'forgotten'
  }

  #raise(kind: SignedMoment['kind'], at: number): void {
    this.#newest = { ...this.#newest, [kind]: Math.max(this.#newest[kind], at) }
  }
}

/** Everything signed that a block carries, with its signer. */
export function* momentsIn(
  { header, certificates }: Block,
  parentSlot: number
): Generator<readonly [signer: PublicKey, what: SignedMoment], undefined> {
  yield [header.proposer, { kind: 'propose', slot: header.slot }]
  for (const { peer } of header.acknowledgements) yield [peer, { kind: 'acknowledge', slot: parentSlot }]
  for (const { vote, votes } of certificates) {
    for (const { peer } of votes) yield [peer, { kind: 'vote', epoch: vote.target.epoch }]
  }
}
