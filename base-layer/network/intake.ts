// Everything the network brings, on its way to the chain: size and form first, then signatures off the main thread, then
// an event. One table turns what is wrong into what gossip does with it; rules never mention peers.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import { type Transaction, TRANSACTION_BYTES, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes, signedAcknowledgementCodec } from '#contracts/statements/acknowledgement.ts'
import {
  type Block,
  BLOCK_BYTES,
  blockCodec,
  blockIdOf,
  certificatesHashOf,
  type SignedHeader
} from '#contracts/statements/block.ts'
import { signedVoteCodec, voteSigningBytes } from '#contracts/statements/vote.ts'
import { rememberBytes } from '../chain/block-bytes.ts'
import type { Chain, GossipAnswer } from '../chain/chain.ts'
import { CHAIN_LIMITS } from '../chain/limits.ts'
import { bodyItems, headerItem, transactionItem } from '../chain/signatures.ts'
import type { GossipVerdict } from '../runtime/host.ts'
import type { SignedItem, VerifyPool } from '../runtime/verify-pool.ts'
import { prepareTransaction } from '../state/apply-transaction.ts'
import { transactionsRootOf } from '../state/body-roots.ts'
import { SYNC_LIMITS } from './limits.ts'
import { blockGossipCodec } from './wire.ts'

/** Why a message is not delivered, and whether its sender answers for it: what depends on the time or on our own view
 * is nobody's fault. */
const VERDICTS = {
  E_TOO_LARGE: 'reject',
  E_NOT_CANONICAL: 'reject',
  E_SCHEMA: 'reject',
  E_TX_SIGNATURE: 'reject',
  E_TX_TOO_LARGE: 'reject',
  E_TX_OUTPUT_EMPTY: 'reject',
  E_TX_OUTPUT_KEY: 'reject',
  E_TX_INPUT_TWICE: 'reject',
  E_TX_NO_INPUTS: 'reject'
} as const satisfies Readonly<Record<string, GossipVerdict>>

export function verdictOf(code: string): GossipVerdict {
  return Object.hasOwn(VERDICTS, code) ? VERDICTS[code as keyof typeof VERDICTS] : 'ignore'
}

const ANSWERS: Readonly<Record<GossipAnswer, GossipVerdict>> = { relay: 'accept', ignore: 'ignore', reject: 'reject' }

/** Largest acknowledgement or vote: fixed fields, a key and a signature. */
const SMALL_BYTES = 1_024

export class Intake {
  readonly #chain: Chain
  readonly #pool: VerifyPool
  readonly #genesis: GenesisHash
  #pending = 0

  constructor(chain: Chain, pool: VerifyPool) {
    this.#chain = chain
    this.#pool = pool
    this.#genesis = chain.head.chain.genesis
  }

  /** The header's verdict decides about relaying, before the body is looked at [GSP-1]. */
  async takeBlockGossip(
    bytes: Uint8Array,
    from: string,
    fetch: (id: ReturnType<typeof blockIdOf>) => void
  ): Promise<GossipVerdict> {
    const message = decode(blockGossipCodec, bytes, SYNC_LIMITS.gossipBlockBytes + SMALL_BYTES)
    if (!message.ok) return verdictOf(message.code)
    if (message.value.kind === 'header') {
      const { header, signature } = message.value
      const verdict = await this.#takeHeader({ header, signature }, from)
      if (verdict === 'accept') fetch(blockIdOf(header))
      return verdict
    }
    const block = readBlock(message.value.block)
    if (block === undefined) return 'reject'
    const { header, signature } = block
    const verdict = await this.#takeHeader({ header, signature }, from)
    // After the relay: what is queued now runs when the verdict has been handed back.
    if (verdict === 'accept')
      setImmediate(() => {
        this.#execute(block, from).catch((error: unknown) => this.#chain.fail(error))
      })
    return verdict
  }

  /** A block that was asked for. False: its header is badly signed. Resolves when the chain has looked at it. */
  async takeBlock(block: Block, from: string): Promise<boolean> {
    if (!(await this.#verify([headerItem(this.#genesis, block)]))) return false
    await this.#execute(block, from)
    return true
  }

  async takeAcknowledgement(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#takeSmall(
      signedAcknowledgementCodec,
      bytes,
      acknowledgement => ({
        key: acknowledgement.peer,
        message: acknowledgementSigningBytes(this.#genesis, acknowledgement.acknowledgement),
        signature: acknowledgement.signature
      }),
      acknowledgement => ({ kind: 'acknowledgement', acknowledgement, from, nowMs: this.#chain.nowMs() })
    )
  }

  async takeVote(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#takeSmall(
      signedVoteCodec,
      bytes,
      vote => ({
        key: vote.peer,
        message: voteSigningBytes(this.#genesis, vote.vote),
        signature: vote.signature
      }),
      vote => ({ kind: 'vote', vote, from, nowMs: this.#chain.nowMs() })
    )
  }

  async takeTransaction(bytes: Uint8Array): Promise<GossipVerdict> {
    const decoded = decode(transactionCodec, bytes, TRANSACTION_BYTES)
    if (!decoded.ok) return verdictOf(decoded.code)
    const verdict = await this.submit(decoded.value, false)
    return verdict.ok ? 'accept' : verdictOf(verdict.code)
  }

  /** Checks the signature off the main thread and puts the transaction into the mempool. */
  async submit(transaction: Transaction, tell: boolean): Promise<ReturnType<Chain['submit']>> {
    const prepared = prepareTransaction(transaction)
    if (!this.#chain.mempool.has(prepared.id)) {
      const item = transactionItem(this.#genesis, transaction, this.#chain.head)
      // A bad signature is found again, with its code, by the rules; only good ones are remembered.
      if (item !== undefined) await this.#verify([item])
    }
    return this.#chain.submit(prepared, tell)
  }

  async #takeHeader(header: SignedHeader, from: string): Promise<GossipVerdict> {
    if (this.#pending >= CHAIN_LIMITS.importsPending || !this.#isKnown(header.header.proposer)) return 'ignore'
    if (!(await this.#verify([headerItem(this.#genesis, header)]))) return 'reject'
    return ANSWERS[this.#chain.feed({ kind: 'header', header, from, nowMs: this.#chain.nowMs() })]
  }

  async #execute(block: Block, from: string): Promise<void> {
    // The rules refuse a stranger's block by its header.
    const items = this.#isKnown(block.header.proposer) ? bodyItems(this.#genesis, block, this.#chain.head) : []
    if (items.length > 0) await this.#verify(items)
    this.#chain.feed({ kind: 'block', block, from, nowMs: this.#chain.nowMs() })
  }

  async #takeSmall<T>(
    codec: Codec<T>,
    bytes: Uint8Array,
    itemOf: (value: T) => SignedItem,
    eventOf: (value: T) => Parameters<Chain['feed']>[0]
  ): Promise<GossipVerdict> {
    const decoded = decode(codec, bytes, SMALL_BYTES)
    if (!decoded.ok) return verdictOf(decoded.code)
    const item = itemOf(decoded.value)
    if (this.#pending >= CHAIN_LIMITS.importsPending || !this.#isKnown(item.key)) return 'ignore'
    if (!(await this.#verify([item]))) return 'reject'
    return ANSWERS[this.#chain.feed(eventOf(decoded.value))]
  }

  /** A registered peer at the head or the final block: nobody else's statements are worth a signature check [GSP-1]. */
  #isKnown(peer: PublicKey): boolean {
    return this.#chain.head.isPeer(peer) || this.#chain.final.isPeer(peer)
  }

  /**
   * True if all are valid. The pool is shared with the layer above, whose load must neither stop the base chain nor make
   * an honest sender look bad: when it is full, what little comes here is checked in place.
   */
  async #verify(items: readonly SignedItem[]): Promise<boolean> {
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

/**
 * The block in these bytes. A body that is not the one its header commits to is refused here: gossip relays one message per
 * header, so whoever came first with another body would keep the true one away.
 */
export function readBlock(bytes: Uint8Array): Block | undefined {
  const decoded = decode(blockCodec, bytes, BLOCK_BYTES)
  if (!decoded.ok || !isBodyOf(decoded.value)) return undefined
  rememberBytes(decoded.value, bytes)
  return decoded.value
}

function isBodyOf({ header, transactions, certificates }: Block): boolean {
  return (
    certificatesHashOf(certificates) === header.certificatesHash &&
    transactionsRootOf(transactions.map(one => encode(transactionCodec, one))) === header.transactionsRoot
  )
}
