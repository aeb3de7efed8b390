// BaseChain over a ChainBuilder, for tests of accounts: what is submitted is checked by the rules at once and goes into the
// next block that the test asks for; the builder's head counts as final.
import type { BaseChain, BlockSummary, ChainInfo, Listed, TransactionStatus } from '#base-layer/index.ts'
import { OutputIndex } from '#base-layer/client/output-index.ts'
import { summaryOf } from '#base-layer/client/summary.ts'
import { checkTransaction } from '#base-layer/state/transactions/check-transaction.ts'
import type { KeyOf, SectionName, ValueOf } from '#base-layer/state/trees/sections.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { ChainBuilder } from './chain-builder.ts'

export class BuiltChain
  implements Pick<BaseChain, 'info' | 'tip' | 'read' | 'list' | 'outputsOf' | 'submit' | 'status'>
{
  readonly builder: ChainBuilder
  readonly waiting: Transaction[] = []
  /** Set to lose what is submitted, as a network that is down does. */
  isDown = false
  readonly #included = new Map<TransactionId, number>()
  readonly #outputs = new OutputIndex()

  constructor(builder: ChainBuilder) {
    this.builder = builder
  }

  /** A BaseChain: what accounts never call is missing. */
  get chain(): BaseChain {
    return this as unknown as BaseChain
  }

  advance(blocks = 1): void {
    for (let n = 0; n < blocks; n++) {
      const { header } = this.builder.produce(this.waiting)
      for (const one of this.waiting.splice(0)) this.#included.set(transactionIdOf(one), header.height)
    }
  }

  async info(): Promise<ChainInfo> {
    const { genesis, document, parameters } = this.builder.state.chain
    return { genesis, genesisTimeMs: document.genesisTimeMs, parameters, prefix: document.prefix }
  }

  async tip(): Promise<BlockSummary> {
    const { id, header } = this.builder.state
    return summaryOf(id, header, 0)
  }

  async read<S extends SectionName>(section: S, key: KeyOf<S>): Promise<ValueOf<S> | undefined> {
    return this.builder.state.get(section, key)
  }

  async list<S extends SectionName>(section: S): Promise<readonly Listed<S>[]> {
    return [...this.builder.state.entries(section)].map(([key, value]) => ({ key, value }))
  }

  async outputsOf(owner: PublicKey): ReturnType<BaseChain['outputsOf']> {
    return this.#outputs.of(owner, this.builder.state)
  }

  async submit(transaction: Transaction): Promise<Verdict<TransactionId>> {
    if (this.isDown) throw new Error('the network is down')
    const checked = checkTransaction(this.builder.state, transaction)
    if (checked.ok) this.waiting.push(transaction)
    return checked
  }

  /** See BaseChain.floors. */
  floorRates: readonly number[] = []
  async floors(): Promise<readonly number[]> {
    return this.floorRates
  }

  async status(id: TransactionId): Promise<TransactionStatus> {
    const height = this.#included.get(id)
    if (height !== undefined) return { kind: 'final', height, block: this.builder.state.id }
    return this.waiting.some(one => transactionIdOf(one) === id) ? { kind: 'seen' } : { kind: 'unknown' }
  }
}
