// Everything the network brings, on its way to the chain: budget, size and form first, then signatures off the main
// thread, then an event. Votes and acknowledgements are judged here; blocks and transactions each have a file.
import { hash } from 'node:crypto'
import { type Codec, decode } from '#contracts/codec/codec.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { acknowledgementSigningBytes, signedAcknowledgementCodec } from '#contracts/statements/acknowledgement.ts'
import type { Block } from '#contracts/statements/block.ts'
import { checkVote } from '#contracts/statements/certificate.ts'
import { signedVoteCodec, voteSigningBytes } from '#contracts/statements/vote.ts'
import type { Chain } from '../chain/chain.ts'
import type { PreferenceDesk } from '../chain/mempool/preference-desk.ts'
import type { BaseEvent } from '../consensus/events.ts'
import type { GossipVerdict } from '../runtime/host.ts'
import type { SignedItem, VerifyPool } from '../runtime/verify-pool.ts'
import { BASE_LIMITS } from '../consensus/limits.ts'
import { BlockIntake, type BodyPorts } from './block-intake.ts'
import { Gate } from './gate.ts'
import { GATE_LIMITS } from './limits.ts'
import { TransactionIntake } from './transaction-intake.ts'
import { ANSWERS, verdictOf } from './verdicts.ts'
import { Verifier } from './verifier.ts'

/** Largest acknowledgement or vote: fixed fields, a key and a signature. */
const SMALL_BYTES = 1_024

export class Intake {
  readonly #chain: Chain
  readonly #verifier: Verifier
  readonly #gate: Gate
  readonly #blocks: BlockIntake
  readonly #transactions: TransactionIntake
  /**
   * Votes and acknowledgements relayed lately, by all their bytes:
   * nobody has them relayed again by sending them again.
   */
  readonly #relayed = new Set<string>()
  #waiting = 0

  constructor(chain: Chain, pool: VerifyPool, gate: Gate = new Gate()) {
    this.#chain = chain
    this.#gate = gate
    this.#verifier = new Verifier(chain, pool)
    this.#blocks = new BlockIntake(chain, this.#verifier, gate)
    this.#transactions = new TransactionIntake(chain, this.#verifier, gate)
  }

  async takeBlockGossip(bytes: Uint8Array, from: string, ports: BodyPorts): Promise<GossipVerdict> {
    return this.#blocks.takeGossip(bytes, from, ports)
  }

  /** A block that was asked for. False: its header is badly signed. Resolves when the chain has looked at it. */
  async takeBlock(block: Block, from: string): Promise<boolean> {
    return this.#blocks.take(block, from)
  }

  /** The first half of `takeBlock`: signatures, off the main thread. */
  async verifyBlock(block: Block): Promise<boolean> {
    return this.#blocks.verify(block)
  }

  /** The second half. */
  executeBlock(block: Block, from: string): void {
    this.#blocks.execute(block, from)
  }

  /** A block that came in a moment ago and may not be stored yet. */
  recentBlock(id: BlockId): Block | undefined {
    return this.#blocks.recent(id)
  }

  async takeAcknowledgement(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#takeSmall(signedAcknowledgementCodec, bytes, from, acknowledgement => {
      const { peer, signature, acknowledgement: said } = acknowledgement
      const { slotMs } = this.#chain.head.chain.parameters
      const distance = said.slot - Math.floor(this.#chain.nowMs() / slotMs)
      return {
        item: { key: peer, message: acknowledgementSigningBytes(this.#verifier.genesis, said), signature },
        form: distance > 1 || distance < -BASE_LIMITS.acknowledgementSlots ? 'ignore' : 'accept',
        event: { kind: 'acknowledgement', acknowledgement, from, nowMs: this.#chain.nowMs() }
      }
    })
  }

  async takeVote(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#takeSmall(signedVoteCodec, bytes, from, vote => {
      const { peer, signature, vote: said } = vote
      const { parameters } = this.#chain.head.chain
      const distance = said.target.epoch - Math.floor(this.#chain.nowMs() / parameters.finalityEpochMs)
      const isNear = distance <= 1 && distance >= -BASE_LIMITS.voteEpochs
      return {
        item: { key: peer, message: voteSigningBytes(this.#verifier.genesis, said), signature },
        form: !isNear ? 'ignore' : checkVote(said, parameters).ok ? 'accept' : 'reject',
        event: { kind: 'vote', vote, from, nowMs: this.#chain.nowMs() }
      }
    })
  }

  async takeTransaction(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#transactions.take(bytes, from)
  }

  /** Checks the signature off the main thread and puts the transaction into the mempool. */
  async submit(transaction: Transaction, tell: boolean): Promise<Verdict<TransactionId>> {
    return this.#transactions.submit(transaction, tell)
  }

  /** The chief's preference [GOV-3]: of no use once its chief or its time is over, whoever sends it. */
  async takePreference(
    bytes: Uint8Array,
    from: string,
    desk: Pick<PreferenceDesk, 'takeBytes'>
  ): Promise<GossipVerdict> {
    return this.#gate.judge(from, bytes.length, async () => {
      const taken = desk.takeBytes(bytes)
      return taken.ok ? 'accept' : verdictOf(taken.code)
    })
  }

  /** Something that this key signed turned out worthless after it was relayed: its next messages wait [GSP-1]. */
  blame(signer: PublicKey): void {
    this.#gate.blame(signer)
  }

  /** Relayed on its signer's word, who is known and answers for it; the chain looks at it after that [GSP-1]. */
  async #takeSmall<T>(
    codec: Codec<T>,
    bytes: Uint8Array,
    from: string,
    read: (value: T) => Small
  ): Promise<GossipVerdict> {
    return this.#gate.judge(from, bytes.length, async () => {
      const decoded = decode(codec, bytes, SMALL_BYTES)
      if (!decoded.ok) return verdictOf(decoded.code)
      const { item, form, event } = read(decoded.value)
      if (form === 'ignore' || !this.#verifier.isKnown(item.key)) return 'ignore'
      const name = hash('sha256', bytes, 'base64')
      if (this.#relayed.has(name)) return 'known'
      if (form === 'reject') return this.#verifier.verifyNow(item) ? this.#blameFor(item.key) : 'reject'
      if (!this.#gate.trusts(item.key)) return 'ignore'
      if (!this.#verifier.verifyNow(item)) return 'reject'
      this.#remember(name)
      // More of one key than it can be trusted with, or than wait already, is looked at first.
      if (this.#waiting >= GATE_LIMITS.checksWaiting || !this.#gate.lend(item.key))
        return ANSWERS[this.#chain.feed(event)]
      this.#waiting += 1
      setImmediate(() => {
        this.#waiting -= 1
        if (this.#chain.feed(event) === 'relay') this.#gate.payBack(item.key)
      })
      return 'accept'
    })
  }

  #blameFor(signer: PublicKey): GossipVerdict {
    this.#gate.blame(signer)
    return 'reject'
  }

  #remember(name: string): void {
    this.#relayed.add(name)
    if (this.#relayed.size <= GATE_LIMITS.statementsRemembered) return
    const oldest = this.#relayed.values().next()
    if (oldest.done !== true) this.#relayed.delete(oldest.value)
  }
}

/** A vote or an acknowledgement: what to verify, whether its time and form are right, and what the chain is told. */
interface Small {
  readonly item: SignedItem
  readonly form: GossipVerdict
  readonly event: BaseEvent
}
