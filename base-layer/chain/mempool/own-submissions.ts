// What was accepted at this node's door and outlives its process: kept before it is answered,
// and tried again after a restart for as long as a transaction may wait [LED-3]. The node
// owns it; every submission of its own goes through here.
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { prepareTransaction } from '../../state/transactions/apply-transaction.ts'
import type { Chain } from '../chain.ts'
import { CHAIN_LIMITS } from '../limits.ts'
import { MempoolFile } from './mempool-file.ts'

export interface OwnSubmissionsParts {
  readonly path: string
  readonly chain: Pick<Chain, 'mempool' | 'head' | 'onFinal'>
  /** Into the mempool and on to the peers. */
  readonly take: (transaction: Transaction) => Promise<Verdict<TransactionId>>
  readonly isFinal: (id: TransactionId) => Promise<boolean>
}

export class OwnSubmissions {
  readonly #parts: OwnSubmissionsParts
  readonly #file: MempoolFile
  #isClosed = false

  constructor(parts: OwnSubmissionsParts) {
    this.#parts = parts
    this.#file = new MempoolFile(parts.path, parts.chain.mempool)
  }

  async submit(transaction: Transaction): Promise<Verdict<TransactionId>> {
    const verdict = await this.#parts.take(transaction)
    if (verdict.ok && !this.#isClosed) this.#file.keep(prepareTransaction(transaction))
    return verdict
  }

  /** What the last run had taken: at once, and again as this node catches up with the blocks that they spend from. */
  async restore(): Promise<void> {
    const file = this.#file
    const { chain } = this.#parts
    file.read()
    await this.#submitLeft(file.leftOver)
    if (this.#isClosed) return
    file.compact()
    const lastHeight = chain.head.height + CHAIN_LIMITS.mempoolHeights
    let isTrying = false
    const stop = chain.onFinal(({ header }) => {
      if (file.leftOver === 0 || header.height > lastHeight) stop()
      if (isTrying) return
      isTrying = true
      void this.#submitLeft(CHAIN_LIMITS.recheckedPerHead)
        .catch(() => {})
        .finally(() => {
          isTrying = false
        })
    })
  }

  /** Keeps all that waits for the next start, and then nothing more. */
  close(): void {
    this.#isClosed = true
    this.#file.close()
  }

  async #submitLeft(count: number): Promise<void> {
    for (const { id, transaction } of this.#file.left(count)) {
      if (this.#isClosed) return
      if (await this.#parts.isFinal(id)) this.#file.forget(id)
      else await this.submit(transaction).catch(() => {})
    }
  }
}
