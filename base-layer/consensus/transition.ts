// What consensus asks of the state transition: the few facts about a block's state that decide which block counts, and
// the two ways to get the next state. base-layer/state implements it; the simulator may use a smaller one.
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Block, BlockHeader, RecordedAcknowledgement } from '#contracts/statements/block.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'
import type { Certificate, FinalityPoint, PeriodId, Vote } from '#contracts/statements/vote.ts'

/** The state after one block, immutable. */
export interface ChainView {
  readonly id: BlockId
  readonly header: BlockHeader
  /** The table whose weights count at a height this chain has fixed, or undefined if it is not fixed yet [POS-1]. */
  tableAt(height: number): PeriodTable | undefined
  /**
   * The table that weighs votes of a period, a recovered one
   * included; undefined if this chain does not hold it [FIN-9].
   */
  votingTable(period: PeriodId): PeriodTable | undefined
  /**
   * Points this chain recorded as justified in `finalityPeriod`, newest last [FIN-8]. The first is that period's root.
   */
  readonly justified: readonly FinalityPoint[]
  readonly recordedFinal: FinalityPoint
  /**
   * The period that recorded finality has come to: that of the height
   * above the recorded final one, or a recovered one.
   */
  readonly finalityPeriod: PeriodId
  readonly ticks: number
  /** True for a registered peer, whatever its weight: its votes may be carried [POS-9]. */
  isPeer(peer: PublicKey): boolean
  /**
   * Of these peers, in order of key, those whose votes a block of `slot` on this state can still add: the link is
   * one it recorded, the votes are young enough, and it does not have them [POS-9].
   */
  lateVoters(vote: Vote, peers: Iterable<PublicKey>, slot: number): readonly PublicKey[]
}

export interface Draft {
  readonly slot: number
  readonly timeMs: number
  readonly proposer: PublicKey
  /** Of the parent, best tickets first, at most three. */
  readonly acknowledgements: readonly RecordedAcknowledgement[]
  readonly certificates: readonly Certificate[]
  /** Candidates in order of preference; those that do not apply are left out. */
  readonly transactions: readonly Transaction[]
}

export interface Transition<State extends ChainView> {
  /** The state after a block whose header's signature has been checked; every other field is checked here. */
  apply(parent: State, block: Block): Verdict<State>
  /** A block on top of `parent`, unsigned (signature of 64 zero bytes), with the state after it. Never fails. */
  build(
    parent: State,
    draft: Draft
  ): { readonly block: Block; readonly state: State; readonly dropped: readonly Transaction[] }
}
