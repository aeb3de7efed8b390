// What every action's handler is given, and what it gives back: the atoms it moved from the inputs into
// balances, or why it is refused [LED-4].
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Work } from '../work.ts'

export interface ActionContext {
  readonly work: Work
  /** The key that owns the inputs, and the action's authority. */
  readonly signer: PublicKey
  readonly transaction: TransactionId
  /** Atoms that the inputs hold beyond the outputs: what is locked, and the fee. */
  readonly spare: bigint
  /** Place of the transaction in its block. */
  readonly place: number
}

/** Atoms locked in balances: the inputs must cover them. */
export type Locked = Verdict<bigint>
