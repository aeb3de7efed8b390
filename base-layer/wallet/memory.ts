// What an account remembers between building a transaction and its end: which outputs it holds, and the bytes to send
// again. Nodes keep it in memory; a wallet keeps it in wallet.db, written before anything is sent (wallet-store.ts).
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { OutputId, TransactionId } from '#contracts/primitives/ids.ts'

/** built: perhaps never sent. sent: the chain has it, or may. The rest are ends. */
export type OwnState = 'built' | 'sent' | 'final' | 'refused' | 'released' | 'replaced'

export interface OwnTransaction {
  readonly id: TransactionId
  readonly transaction: Transaction
  readonly state: OwnState
  /** What it was for, in the words of whoever made it. */
  readonly note: string
}

export interface AccountMemory {
  /**
   * Remembers a transaction as built and holds its inputs, also those
   * of the one it replaces; durable once it returns.
   */
  hold(transaction: Transaction, id: TransactionId, note: string, replaces?: TransactionId): void
  /** An end frees the inputs. `height` of the block that holds a final one. */
  mark(id: TransactionId, state: OwnState, height?: number): void
  /** Those that have not ended, oldest first. */
  open(): readonly OwnTransaction[]
  find(id: TransactionId): OwnTransaction | undefined
  isHeld(output: OutputId): boolean
  readonly held: number
}

export function isEnd(state: OwnState): boolean {
  return state !== 'built' && state !== 'sent'
}

export function createAccountMemory(): AccountMemory {
  const open = new Map<TransactionId, OwnTransaction>()
  const held = new Map<OutputId, TransactionId>()
  const end = (id: TransactionId): void => {
    for (const input of open.get(id)?.transaction.inputs ?? []) if (held.get(input) === id) held.delete(input)
    open.delete(id)
  }
  return {
    hold: (transaction, id, note, replaces) => {
      open.set(id, { id, transaction, state: 'built', note })
      for (const input of transaction.inputs) held.set(input, id)
      if (replaces !== undefined) end(replaces)
    },
    mark: (id, state) => {
      const found = open.get(id)
      if (isEnd(state)) end(id)
      else if (found !== undefined) open.set(id, { ...found, state })
    },
    open: () => [...open.values()],
    find: id => open.get(id),
    isHeld: output => held.has(output),
    get held() {
      return held.size
    }
  }
}
