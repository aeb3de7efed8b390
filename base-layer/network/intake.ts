// Everything the network brings, on its way to the chain: budget, size and form first, then signatures off the main
// thread, then an event. Votes and acknowledgements are judged here; blocks and transactions each have a file.
import { type Codec, decode } from '#contracts/codec/codec.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { acknowledgementSigningBytes, signedAcknowledgementCodec } from '#contracts/statements/acknowledgement.ts'
import type { Block } from '#contracts/statements/block.ts'
import { signedVoteCodec, voteSigningBytes } from '#contracts/statements/vote.ts'
import type { Chain } from '../chain/chain.ts'
import type { GossipVerdict } from '../runtime/host.ts'
import type { SignedItem, VerifyPool } from '../runtime/verify-pool.ts'
import { BlockIntake, type BodyPorts } from './block-intake.ts'
import { Gate } from './gate.ts'
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
    return this.#takeSmall(
      signedAcknowledgementCodec,
      bytes,
      from,
      acknowledgement => ({
        key: acknowledgement.peer,
        message: acknowledgementSigningBytes(this.#verifier.genesis, acknowledgement.acknowledgement),
        signature: acknowledgement.signature
      }),
      acknowledgement => ({ kind: 'acknowledgement', acknowledgement, from, nowMs: this.#chain.nowMs() })
    )
  }

  async takeVote(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#takeSmall(
      signedVoteCodec,
      bytes,
      from,
      vote => ({
        key: vote.peer,
        message: voteSigningBytes(this.#verifier.genesis, vote.vote),
        signature: vote.signature
      }),
      vote => ({ kind: 'vote', vote, from, nowMs: this.#chain.nowMs() })
    )
  }

  async takeTransaction(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#transactions.take(bytes, from)
  }

  /** Checks the signature off the main thread and puts the transaction into the mempool. */
  async submit(transaction: Transaction, tell: boolean): Promise<Verdict<TransactionId>> {
    return this.#transactions.submit(transaction, tell)
  }

  /** Something that this key signed turned out worthless after it was relayed: its next messages wait [GSP-1]. */
  blame(signer: PublicKey): void {
    this.#gate.blame(signer)
  }

  async #takeSmall<T>(
    codec: Codec<T>,
    bytes: Uint8Array,
    from: string,
    itemOf: (value: T) => SignedItem,
    eventOf: (value: T) => Parameters<Chain['feed']>[0]
  ): Promise<GossipVerdict> {
    return this.#gate.judge(from, bytes.length, async () => {
      const decoded = decode(codec, bytes, SMALL_BYTES)
      if (!decoded.ok) return verdictOf(decoded.code)
      const item = itemOf(decoded.value)
      if (this.#verifier.isBusy || !this.#verifier.isKnown(item.key) || !this.#gate.trusts(item.key)) return 'ignore'
      if (!(await this.#verifier.verify([item]))) return 'reject'
      return ANSWERS[this.#chain.feed(eventOf(decoded.value))]
    })
  }
}
