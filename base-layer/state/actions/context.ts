// What every action's handler is given, and what it gives back: the atoms it moved from the inputs into
// balances, or why it is refused [LED-4].
import type { Output } from '#contracts/ledger/output.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Work } from '../work.ts'

export interface ActionContext {
  readonly work: Work
  /** Who signed: the owners of the inputs and the action's authorities [SIG-3]. */
  readonly signers: ReadonlySet<PublicKey>
  /** Owner of the first input: what a finder or a poster earns is its own. */
  readonly payer: PublicKey
  readonly transaction: TransactionId
  /** What the transaction creates beside its action. */
  readonly outputs: readonly Output[]
  /** Atoms that the inputs hold beyond the outputs: what is locked, and the fee. */
  readonly spare: bigint
  /** Place of the transaction in its block. */
  readonly place: number
}

/** Atoms locked in balances: the inputs must cover them. */
export type Locked = Verdict<bigint>
