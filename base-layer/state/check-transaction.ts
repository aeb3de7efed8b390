// Whether a transaction alone would go into the next block: for mempools, wallets and commands, with the same
// code and the same refusals as a block.
import type { TransactionId } from '#contracts/primitives/ids.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { accept, type Verdict } from '#contracts/primitives/verdict.ts'
import { applyTransaction, prepareTransaction } from './apply-transaction.ts'
import type { ChainState } from './chain-state.ts'
import { Work } from './work.ts'

/**
 * The id of a transaction that the block after `parent` may hold, or why it may not. A claim is judged, so ask
 * once. Time bounds and recorded finality are the parent's, so what is refused as early may apply later.
 */
export function checkTransaction(parent: ChainState, transaction: Transaction): Verdict<TransactionId> {
  const prepared = prepareTransaction(transaction)
  const applied = applyTransaction(new Work(parent, parent.header.slot + 1), prepared, 0)
  return applied.ok ? accept(prepared.id) : applied
}
