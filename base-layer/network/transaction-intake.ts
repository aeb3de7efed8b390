// Transactions from peers: relayed once their form is right and their owner, who is known by the coin spent, has
// signed; applied after that, and the owner answers for what then fails [GSP-1]. What is dear to check is checked
// first. Those submitted here are checked whole before anyone hears of them.
import { decode } from '#contracts/codec/codec.ts'
import { type Transaction, TRANSACTION_BYTES, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Chain } from '../chain/chain.ts'
import { transactionItem } from '../chain/signatures.ts'
import type { GossipVerdict } from '../runtime/host.ts'
import { type PreparedTransaction, prepareTransaction } from '../state/transactions/apply-transaction.ts'
import { checkAlone } from '../state/transactions/check-transaction.ts'
import { verificationsOf } from '../state/transactions/block-limits.ts'
import type { Gate, Looked } from './gate.ts'
import { GATE_LIMITS } from './limits.ts'
import { verdictOf } from './verdicts.ts'
import type { Verifier } from './verifier.ts'

export class TransactionIntake {
  readonly #chain: Chain
  readonly #verifier: Verifier
  readonly #gate: Gate
  #waiting = 0

  constructor(chain: Chain, verifier: Verifier, gate: Gate) {
    this.#chain = chain
    this.#verifier = verifier
    this.#gate = gate
  }

  async take(bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    return this.#gate.judge(from, bytes.length, () => this.#look(bytes, from))
  }

  /** Checks the signature off the main thread and puts the transaction into the mempool. */
  async submit(transaction: Transaction, tell: boolean): Promise<Verdict<TransactionId>> {
    const prepared = prepareTransaction(transaction)
    if (!this.#chain.mempool.has(prepared.id)) {
      const alone = checkAlone(prepared)
      if (!alone.ok) return alone
      const item = transactionItem(this.#verifier.genesis, transaction, { get: this.#chain.mempool.read })
      // A bad signature is found again, with its code, by the rules; only good ones are remembered.
      if (item !== undefined) await this.#verifier.verify([item])
    }
    return this.#chain.submit(prepared, tell)
  }

  async #look(bytes: Uint8Array, from: string): Promise<Looked> {
    const decoded = decode(transactionCodec, bytes, TRANSACTION_BYTES)
    if (!decoded.ok) return verdictOf(decoded.code)
    const { mempool } = this.#chain
    const prepared = prepareTransaction(decoded.value)
    if (mempool.has(prepared.id)) return 'known'
    const alone = checkAlone(prepared)
    if (!alone.ok) return verdictOf(alone.code)
    const screened = mempool.screen(prepared)
    if (screened !== undefined) return verdictOf(screened.code)
    const item = transactionItem(this.#verifier.genesis, prepared.transaction, { get: mempool.read })
    // Nobody here owns what it spends: it is spent already, or what creates it has not arrived.
    if (item === undefined || this.#verifier.isBusy || !this.#gate.trusts(item.key)) return 'ignore'
    if (!(await this.#verifier.verify([item]))) return 'reject'
    const price = verificationsOf(prepared.transaction)
    if (price > GATE_LIMITS.relayUncheckedMax || this.#waiting >= GATE_LIMITS.checksWaiting)
      return this.#checkFirst(prepared, item.key, from, price)
    this.#waiting += 1
    // After the relay: what is queued now runs when the verdict has been handed back.
    setImmediate(() => {
      this.#waiting -= 1
      const verdict = this.#chain.submit(prepared, false)
      if (!verdict.ok) this.#gate.blame(item.key, price)
    })
    return 'accept'
  }

  /**
   * Judging a claim or a proof costs milliseconds: who hands over one
   * that fails pays for it as well as who signed it.
   */
  #checkFirst(prepared: PreparedTransaction, signer: PublicKey, from: string, price: number): Looked {
    if (!this.#gate.spend(from, price)) return 'ignore'
    const verdict = this.#chain.submit(prepared, false)
    if (!verdict.ok) {
      this.#gate.blame(signer, price)
      return verdictOf(verdict.code)
    }
    this.#gate.giveBack(from, price)
    return 'accept'
  }
}
