// Transactions on their way into a block: bounded, by id, all of them applicable together on the head that was last seen.
// The chain's writer owns it. A transaction that the head refuses is dropped and the reason kept for whoever asks.
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { applyTransaction, type PreparedTransaction } from '../state/apply-transaction.ts'
import { LAST_LANE, laneOf } from '../state/block-limits.ts'
import type { ChainState } from '../state/chain-state.ts'
import { Work } from '../state/work.ts'
import { CHAIN_LIMITS } from './limits.ts'

interface Waiting {
  readonly prepared: PreparedTransaction
  /** Height of the head when it came. */
  readonly since: number
}

/** How much may wait; see CHAIN_LIMITS. */
export interface MempoolLimits {
  readonly mempoolTransactions: number
  readonly mempoolBytes: number
  readonly mempoolOrdinaryPercent: number
}

export class Mempool {
  readonly #waiting = new Map<TransactionId, Waiting>()
  readonly #refused = new Map<TransactionId, Rejection>()
  readonly #limits: MempoolLimits
  #bytes = 0
  #head: ChainState
  /** The head with every waiting transaction applied, so that two that spend one output are told apart. */
  #work: Work

  constructor(head: ChainState, limits: MempoolLimits = CHAIN_LIMITS) {
    this.#head = head
    this.#limits = limits
    this.#work = workOn(head)
  }

  get size(): number {
    return this.#waiting.size
  }

  has(id: TransactionId): boolean {
    return this.#waiting.has(id)
  }

  refusalOf(id: TransactionId): Rejection | undefined {
    return this.#refused.get(id)
  }

  /** Takes a transaction that applies on the head and beside those that wait; asking twice is accepted twice. */
  add(prepared: PreparedTransaction): Verdict<TransactionId> {
    const { id } = prepared
    if (this.#waiting.has(id)) return accept(id)
    if (this.#isFullFor(prepared)) return reject('E_BUSY', 'too many transactions are waiting')
    const applied = this.#apply(prepared)
    if (!applied.ok) {
      this.#refuse(id, applied)
      return applied
    }
    this.#refused.delete(id)
    this.#insert({ prepared, since: this.#head.height })
    return accept(id)
  }

  /** Candidates by lane, within a lane in the order they came: a flood in one lane hides none of another [LED-5]. */
  candidates(): readonly Transaction[] {
    const lanes = Array.from({ length: LAST_LANE + 1 }, (): Transaction[] => [])
    for (const { prepared } of this.#waiting.values()) lanes[laneOf(prepared.transaction)]?.push(prepared.transaction)
    return lanes.flat().slice(0, CHAIN_LIMITS.candidates)
  }

  /** Encodings of those that have waited for at least `heights` blocks, oldest first, within both bounds. */
  overdue(heights: number, countMax: number, bytesMax: number): readonly Uint8Array[] {
    const found: Uint8Array[] = []
    let bytes = 0
    for (const { prepared, since } of this.#waiting.values()) {
      if (this.#head.height - since < heights) continue
      bytes += prepared.encoded.length
      if (found.length >= countMax || bytes > bytesMax) break
      found.push(prepared.encoded)
    }
    return found
  }

  /** Follows the preferred chain: `returned` were in blocks it left, `included` are in blocks it gained. */
  advance(head: ChainState, included: Iterable<TransactionId>, returned: Iterable<PreparedTransaction>): void {
    for (const prepared of returned) if (!this.#waiting.has(prepared.id)) this.#insert({ prepared, since: head.height })
    for (const id of included) {
      this.#remove(id)
      this.#refused.delete(id)
    }
    this.#head = head
    this.#work = workOn(head)
    let checked = 0
    for (const { prepared, since } of [...this.#waiting.values()]) {
      const expired = head.height - since > CHAIN_LIMITS.mempoolHeights
      if (!expired && checked++ >= CHAIN_LIMITS.recheckedPerHead) continue
      const verdict = expired ? reject('E_TX_EXPIRED', 'no block took it in time') : this.#apply(prepared)
      if (verdict.ok) continue
      this.#remove(prepared.id)
      this.#refuse(prepared.id, verdict)
    }
  }

  #isFullFor({ transaction, encoded }: PreparedTransaction): boolean {
    const { mempoolTransactions, mempoolBytes, mempoolOrdinaryPercent } = this.#limits
    const percent = laneOf(transaction) === LAST_LANE ? mempoolOrdinaryPercent : 100
    const countMax = (mempoolTransactions * percent) / 100
    const bytesMax = (mempoolBytes * percent) / 100
    return this.#waiting.size >= countMax || this.#bytes + encoded.length > bytesMax
  }

  #apply(prepared: PreparedTransaction): Verdict<undefined> {
    return this.#work.attempt(() => applyTransaction(this.#work, prepared, 0))
  }

  #insert(waiting: Waiting): void {
    this.#waiting.set(waiting.prepared.id, waiting)
    this.#bytes += waiting.prepared.encoded.length
  }

  #remove(id: TransactionId): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    this.#bytes -= waiting.prepared.encoded.length
  }

  #refuse(id: TransactionId, why: Rejection): void {
    this.#refused.delete(id)
    this.#refused.set(id, why)
    if (this.#refused.size <= CHAIN_LIMITS.refusedRemembered) return
    const oldest = this.#refused.keys().next().value
    if (oldest !== undefined) this.#refused.delete(oldest)
  }
}

/** For a block of whatever slot comes next: what depends on the slot is the block's to refuse. */
function workOn(head: ChainState): Work {
  return new Work(head, Number.MAX_SAFE_INTEGER)
}
