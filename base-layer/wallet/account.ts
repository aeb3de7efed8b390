// A key's coin on the base chain: its balance, and transactions built and signed from its outputs [LED-3]. Commands,
// wallets and nodes that pay fees use it over any BaseChain. Outputs it has spent stay reserved until final or refused,
// and hosted outputs are spent last: they carry the owner's weight [POS-1].
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'

/** All in atoms. */
export interface Balance {
  /** What a transaction may spend now. */
  readonly spendable: bigint
  /** Of this key at the head, but not yet final, not yet mature, or reserved by a transaction under way. */
  readonly pending: bigint
  /** Part of `spendable` in outputs that name a host: spending them lowers that peer's weight. */
  readonly hosted: bigint
}

export interface Payment {
  readonly to: PublicKey
  readonly atoms: bigint
  /** The peer that is to represent these shares; default nobody. */
  readonly host?: PublicKey | null
}

export interface TransactionWishes {
  readonly payments?: readonly Payment[]
  readonly action?: Action | null
  readonly notAfter?: number | null
  readonly memo?: Transaction['memo']
}

export type AccountCode = 'E_FUNDS' | 'E_INPUTS_TOO_MANY' | 'E_ASSET_UNKNOWN' | (string & {})

export interface Account {
  readonly key: PublicKey
  balance(): Promise<Balance>
  /** A signed transaction, not sent; its inputs stay reserved until it is final, refused or released. */
  build(wishes: TransactionWishes): Promise<Verdict<Transaction, AccountCode>>
  /** Builds, signs and submits. The id, or why not; a refused one gives its inputs back. */
  send(wishes: TransactionWishes): Promise<Verdict<TransactionId, AccountCode>>
  /** Sends one action with the coin it locks and the fee. */
  act(action: Action): Promise<Verdict<TransactionId, AccountCode>>
  pay(payments: readonly Payment[]): Promise<Verdict<TransactionId, AccountCode>>
  /** Gives back the inputs of a built transaction that will not be sent. */
  release(transaction: Transaction): void
}

export interface AccountSettings {
  /** Never spend outputs that name a host. Default false: they are spent when nothing else suffices. */
  readonly keepHosted?: boolean
}

export declare function createAccount(chain: BaseChain, secret: Uint8Array, settings?: AccountSettings): Account
