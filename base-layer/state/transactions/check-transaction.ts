// Whether a transaction alone would go into the next block: for mempools, wallets and commands, with the same
// code and the same refusals as a block. And what is wrong with it whatever the state.
import type { Slot, TransactionId } from '#contracts/primitives/ids.ts'
import { checkForm } from '#contracts/ledger/check.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { accept, type Verdict } from '#contracts/primitives/verdict.ts'
import { carriedFault } from '../actions/carried.ts'
import { applyTransaction, type PreparedTransaction, prepareTransaction } from './apply-transaction.ts'
import { applyTick } from '../finality/certificates.ts'
import type { ChainState } from '../chain-state.ts'
import { isOwnerKey } from './usable-keys.ts'
import { Work } from '../work.ts'

/**
 * The id of a transaction that the block after `parent` may hold, or why it may not. A claim is judged, so ask
 * once. Recorded finality is the parent's, so what is refused as early may apply later.
 */
export function checkTransaction(parent: ChainState, transaction: Transaction): Verdict<TransactionId> {
  const prepared = prepareTransaction(transaction)
  const applied = applyTransaction(nextWork(parent, parent.header.slot + 1), prepared, 0)
  return applied.ok ? accept(prepared.id) : applied
}

/**
 * A block on `parent` before its transactions, with its tick, as far
 * as that is known without its certificates [FIN-8].
 */
export function nextWork(parent: ChainState, slot: Slot): Work {
  const work = new Work(parent, slot)
  applyTick(work)
  return work
}

/**
 * What is wrong with a transaction whatever the state, at the price of decoding what
 * it carries: nobody honest relays such a one [LED-4].
 */
export function checkAlone({ transaction, encoded }: PreparedTransaction): Verdict<undefined> {
  const form = checkForm(transaction, encoded.length, isOwnerKey)
  return form.ok ? (carriedFault(transaction.action) ?? form) : form
}
