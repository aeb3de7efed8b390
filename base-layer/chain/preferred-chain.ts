// The preferred chain above the final block, by height and by transaction: what answers to readers and peers are
// made of. The chain's writer keeps it in step with the effects of consensus.
import type { BlockId, TransactionId } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { FinalityPoint } from '#contracts/statements/vote.ts'
import type { ChainStep } from '../consensus/events.ts'
import { prepareTransaction } from '../state/transactions/apply-transaction.ts'
import type { ChainState } from '../state/chain-state.ts'

export interface OpenBlock {
  readonly id: BlockId
  readonly block: Block
  readonly state: ChainState
  readonly transactions: readonly TransactionId[]
}

export class PreferredChain {
  /** Ascending heights from final + 1 to the head. */
  #open: OpenBlock[] = []
  readonly #places = new Map<TransactionId, OpenBlock>()
  #final: ChainState
  #likely = 0

  constructor(final: ChainState) {
    this.#final = final
  }

  get head(): ChainState {
    return this.#open.at(-1)?.state ?? this.#final
  }

  get final(): ChainState {
    return this.#final
  }

  /** Block of this chain above the final one, by height. */
  at(height: number): OpenBlock | undefined {
    return this.#open[height - this.#final.height - 1]
  }

  /** Where a transaction is on this chain above the final block. */
  placeOf(id: TransactionId): OpenBlock | undefined {
    return this.#places.get(id)
  }

  isLikely(height: number): boolean {
    return height <= this.#likely
  }

  /** `removed` newest first, `added` oldest first; returns the blocks gained. */
  move(removed: readonly Block[], added: readonly ChainStep<ChainState>[]): readonly OpenBlock[] {
    for (const _ of removed) {
      const gone = this.#open.pop()
      assert(gone !== undefined, 'only open blocks are left behind')
      for (const id of gone.transactions) this.#places.delete(id)
    }
    this.#likely = Math.min(this.#likely, this.head.height)
    return added.map(step => this.#append(step))
  }

  /** Moves the border of finality up to `steps`; on another branch the open blocks go. */
  finalise(steps: readonly ChainStep<ChainState>[]): void {
    for (const { state } of steps) {
      const [first, ...rest] = this.#open
      if (first !== undefined && first.id === state.id) {
        this.#open = rest
        for (const id of first.transactions) this.#places.delete(id)
      } else {
        this.#open = []
        this.#places.clear()
      }
      this.#final = state
    }
  }

  /** More than half of the table voted for this block [FIN-1]. */
  markLikely(point: FinalityPoint): void {
    if (this.at(point.height)?.id === point.id) this.#likely = Math.max(this.#likely, point.height)
  }

  /** A few ids from the head down to the final block, ever further apart: a peer finds the last common one. */
  locator(): readonly BlockId[] {
    const ids: BlockId[] = []
    let step = 1
    for (let height = this.head.height; height > this.#final.height; height -= step) {
      const open = this.at(height)
      if (open !== undefined) ids.push(open.id)
      if (ids.length > 3) step *= 2
    }
    return [...ids, this.#final.id]
  }

  #append({ block, state }: ChainStep<ChainState>): OpenBlock {
    assert(state.header.parent === this.head.id, 'the preferred chain grows at its head')
    const transactions = block.transactions.map(transaction => prepareTransaction(transaction).id)
    const open: OpenBlock = { id: state.id, block, state, transactions }
    this.#open.push(open)
    for (const id of transactions) this.#places.set(id, open)
    return open
  }
}
