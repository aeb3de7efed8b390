// Blocks from peers. The header's verdict decides about relaying before the body is looked at [GSP-1]; then the body is
// read, put together from short ids, or fetched, and executed. A body that the header does not commit to counts for
// nothing, in whatever form it came, and keeps the true one away from nobody.
import { decode } from '#contracts/codec/codec.ts'
import { TRANSACTION_BYTES, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import {
  type Block,
  BLOCK_BYTES,
  blockCodec,
  blockIdOf,
  certificatesHashOf,
  type SignedHeader
} from '#contracts/statements/block.ts'
import { rememberBytes } from '../chain/block-bytes.ts'
import type { Chain } from '../chain/chain.ts'
import { bodyItems, headerItem } from '../chain/signatures.ts'
import type { GossipVerdict } from '../runtime/host.ts'
import { type PreparedTransaction, prepareTransaction } from '../state/transactions/apply-transaction.ts'
import { transactionsRootOfBody } from '../state/transition.ts'
import { type CompactBlock, type Draft, draftOf, finishBlock, type Known, missingOf } from './compact-block.ts'
import type { Gate, Looked } from './gate.ts'
import { GATE_LIMITS, SYNC_LIMITS } from './limits.ts'
import { ANSWERS, verdictOf } from './verdicts.ts'
import type { Verifier } from './verifier.ts'
import { blockGossipCodec } from './wire.ts'

/** How a body is asked for. */
export interface BodyPorts {
  /** The whole block, from `from` or from others. */
  fetch(id: BlockId): void
  /** The transactions at these places of a block, or undefined. */
  pieces(id: BlockId, places: readonly number[]): Promise<readonly Uint8Array[] | undefined>
}

/** Largest signed header or small statement. */
const SMALL_BYTES = 1_024

export class BlockIntake {
  readonly #chain: Chain
  readonly #verifier: Verifier
  readonly #gate: Gate
  /** Received or rebuilt a moment ago: peers ask for them before they are stored. */
  readonly #recent = new Map<BlockId, Block>()
  /** Headers that were relayed, whose body has not been seen. */
  readonly #awaited = new Set<BlockId>()
  #rebuilding = 0
  /** The last block whose signatures were looked at. */
  #ahead: Block | undefined

  constructor(chain: Chain, verifier: Verifier, gate: Gate) {
    this.#chain = chain
    this.#verifier = verifier
    this.#gate = gate
  }

  async takeGossip(bytes: Uint8Array, from: string, ports: BodyPorts): Promise<GossipVerdict> {
    return this.#gate.judge(from, bytes.length, () => this.#look(bytes, from, ports))
  }

  /** A block that was asked for. False: its header is badly signed. Resolves when the chain has looked at it. */
  async take(block: Block, from: string): Promise<boolean> {
    if (!(await this.verify(block))) return false
    this.execute(block, from)
    return true
  }

  /** Header first, then what the body holds, off the main thread: so the next block is checked while one is applied. */
  async verify(block: Block): Promise<boolean> {
    const { genesis } = this.#verifier
    if (!(await this.#verifier.verify([headerItem(genesis, block)]))) return false
    // Its parent may be under way still: payments often spend what the last block brought.
    const before =
      this.#ahead !== undefined && blockIdOf(this.#ahead.header) === block.header.parent ? this.#ahead : undefined
    this.#ahead = block
    // The rules refuse a stranger's block by its header.
    const isKnown = this.#verifier.isKnown(block.header.proposer)
    const items = isKnown ? bodyItems(genesis, block, this.#chain.head, before) : []
    // A bad one is found again, with its code, by the rules; only good ones are remembered.
    if (items.length > 0) await this.#verifier.verify(items)
    return true
  }

  execute(block: Block, from: string): void {
    const id = blockIdOf(block.header)
    this.#awaited.delete(id)
    this.#recent.set(id, block)
    if (this.#recent.size > SYNC_LIMITS.recentBlocks) {
      const oldest = this.#recent.keys().next()
      if (oldest.done !== true) this.#recent.delete(oldest.value)
    }
    this.#chain.feed({ kind: 'block', block, from, nowMs: this.#chain.nowMs() })
  }

  /** A block whose body was matched with its header here; it may not be valid. */
  recent(id: BlockId): Block | undefined {
    return this.#recent.get(id)
  }

  async #look(bytes: Uint8Array, from: string, ports: BodyPorts): Promise<Looked> {
    const message = decode(blockGossipCodec, bytes, SYNC_LIMITS.gossipBlockBytes + SMALL_BYTES)
    if (!message.ok) return verdictOf(message.code)
    switch (message.value.kind) {
      case 'header': {
        const { header, signature } = message.value
        const verdict = this.#takeHeader({ header, signature }, from)
        if (verdict === 'accept') ports.fetch(blockIdOf(header))
        return verdict
      }
      case 'whole': {
        const block = readBlock(message.value.block)
        if (block === undefined) return 'reject'
        const verdict = this.#takeHeader(block, from)
        if (verdict === 'accept') this.#afterRelay(() => this.#executeVerified(block, from))
        return verdict
      }
      case 'compact':
        return this.#lookAtCompact(message.value, from, ports)
    }
  }

  async #lookAtCompact(compact: CompactBlock, from: string, ports: BodyPorts): Promise<Looked> {
    const { header, signature } = compact
    const id = blockIdOf(header)
    const verdict = this.#takeHeader({ header, signature }, from)
    if (verdict === 'accept') {
      this.#await(id)
      this.#afterRelay(() => this.#rebuild(compact, from, ports))
      return verdict
    }
    // Whoever sent other ids under this header first must not keep the true ones away: they count if they fit.
    if (verdict !== 'ignore' || !this.#awaited.has(id)) return verdict
    // Nobody has signed the ids: who sends wrong ones pays for looking
    // through the pool, or it would be done without end.
    const price = Math.ceil(this.#chain.mempool.size / GATE_LIMITS.idsPerCheck)
    if (!this.#gate.spend(from, price)) return 'ignore'
    const draft = this.#draft(compact)
    const block = draft === undefined ? undefined : finishBlock(compact, draft)
    if (block === undefined) return 'ignore'
    this.#gate.giveBack(from, price)
    this.#awaited.delete(id)
    this.#afterRelay(() => this.#executeVerified(block, from))
    return 'accept'
  }

  /**
   * From what is here and what `from` adds; the whole block from
   * anyone if that does not give the one the header means.
   */
  async #rebuild(compact: CompactBlock, from: string, ports: BodyPorts): Promise<void> {
    const id = blockIdOf(compact.header)
    const draft = this.#draft(compact)
    const missing = draft === undefined ? [] : missingOf(draft)
    if (draft === undefined || missing.length > SYNC_LIMITS.pieces) return ports.fetch(id)
    if (missing.length > 0) {
      const pieces = await ports.pieces(id, missing)
      if (!this.#awaited.has(id)) return
      for (const [index, place] of missing.entries()) draft[place] = preparedOf(pieces?.[index])
    }
    const block = finishBlock(compact, draft)
    if (block === undefined) return ports.fetch(id)
    await this.#executeVerified(block, from)
  }

  #draft(compact: CompactBlock): Draft | undefined {
    if (this.#rebuilding >= SYNC_LIMITS.rebuilding) return undefined
    this.#rebuilding += 1
    try {
      return draftOf(compact, this.#known())
    } finally {
      this.#rebuilding -= 1
    }
  }

  /** What waits, and what the open blocks hold: a rival of the head's block takes mostly the same. */
  *#known(): Generator<Known, undefined> {
    for (const prepared of this.#chain.mempool.waiting()) yield { id: prepared.id, prepare: () => prepared }
    const { preferred, head, final } = this.#chain
    for (let height = head.height; height > Math.max(final.height, head.height - 3); height--) {
      const open = preferred.at(height)
      for (const [place, id] of (open?.transactions ?? []).entries()) {
        const transaction = open?.block.transactions[place]
        if (transaction !== undefined) yield { id, prepare: () => prepareTransaction(transaction) }
      }
    }
  }

  #await(id: BlockId): void {
    this.#awaited.add(id)
    if (this.#awaited.size <= SYNC_LIMITS.bodiesAwaited) return
    const oldest = this.#awaited.values().next()
    if (oldest.done !== true) this.#awaited.delete(oldest.value)
  }

  #takeHeader({ header, signature }: SignedHeader, from: string): GossipVerdict {
    const signed = { header, signature }
    const { proposer } = header
    if (!this.#verifier.isKnown(proposer) || !this.#gate.trusts(proposer)) return 'ignore'
    if (!this.#verifier.verifyNow(headerItem(this.#verifier.genesis, signed))) return 'reject'
    return ANSWERS[this.#chain.feed({ kind: 'header', header: signed, from, nowMs: this.#chain.nowMs() })]
  }

  async #executeVerified(block: Block, from: string): Promise<void> {
    const items = bodyItems(this.#verifier.genesis, block, this.#chain.head)
    if (items.length > 0) await this.#verifier.verify(items)
    this.execute(block, from)
  }

  /** What is queued now runs when the verdict has been handed back. */
  #afterRelay(work: () => Promise<void>): void {
    setImmediate(() => {
      work().catch((error: unknown) => this.#chain.fail(error))
    })
  }
}

/**
 * The block in these bytes. A body that is not the one its header commits to is refused here: gossip relays one
 * message per header, so whoever came first with another body would keep the true one away.
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
    transactionsRootOfBody(transactions) === header.transactionsRoot
  )
}

function preparedOf(bytes: Uint8Array | undefined): PreparedTransaction | undefined {
  const decoded = bytes === undefined ? undefined : decode(transactionCodec, bytes, TRANSACTION_BYTES)
  return decoded?.ok === true ? prepareTransaction(decoded.value) : undefined
}
