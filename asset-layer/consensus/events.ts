// What goes into the consensus machine and what comes out of it, as data. The replica's driver feeds events and
// carries out effects in the order given. Upholds the seam of [DAG-6, FIN-7]: the machine never holds a signature that
// is not durable yet; it proposes an unsigned header, and only what was written can be signed.
import type { CheckedDagBlock, CheckedDagHeader, DagHeader, DagRef } from '#contracts/statements/dag-header.ts'
import type { DagId, Hash, Height, Round, Seat } from '#contracts/primitives/ids.ts'

export interface ConsensusSettings {
  readonly dag: DagId
  /** Number of seats of the committee. */
  readonly seats: number
  /** Our seat, or null for an observer, which follows the same DAG and writes nothing. */
  readonly seat: Seat | null
  /** False after a wiped or older store: sign nothing more in this dag [DAG-6]. */
  readonly canPropose: boolean
  /** Base height at which the epoch begins: no own header names a lower one [DAG-5]. */
  readonly beginHeight: Height
  /** Least time between two own blocks. */
  readonly minRoundDelayMs: number
  /** Longest wait for a leader's block or its votes; at least twice the delay bound [DAG-2]. */
  readonly leaderTimeoutMs: number
  /** Wait before asking for a block that is likely under way already. */
  readonly fetchGraceMs: number
  /** Wait before asking another seat for the same block. */
  readonly fetchRetryMs: number
  /** Newest stored commit; absent when the whole dag is restored or nothing is stored. */
  readonly resume?: ResumePoint
}

/** Everything of the past that later commits depend on besides blocks above `leaderRound - gcDepth`. */
export interface ResumePoint {
  readonly index: number
  readonly leaderRound: Round
}

/** `from` is the seat on the other end of the connection, null for anyone else. `nowMs` is the driver's monotonic
 * clock. Blocks and headers are passed only after `checkDagBlock` or `checkSignedDagHeader`. */
export type ConsensusEvent =
  /** Before `start`: a stored block, in the order stored. `committed`: it is in a stored commit. */
  | { readonly kind: 'restored'; readonly block: CheckedDagBlock; readonly committed: boolean }
  /** Once, after the last `restored`. */
  | { readonly kind: 'start'; readonly nowMs: number }
  /** A whole block, pushed, fetched, or our own after write, sign and send. */
  | { readonly kind: 'block'; readonly block: CheckedDagBlock; readonly from: Seat | null; readonly nowMs: number }
  /** A header that a member pushed to say that it holds the block. */
  | { readonly kind: 'header'; readonly header: CheckedDagHeader; readonly from: Seat; readonly nowMs: number }
  /** The answer to `need-payload`: encoded body and our newest final base height. */
  | {
      readonly kind: 'payload'
      readonly round: Round
      readonly body: Uint8Array
      readonly baseHeight: Height
      readonly nowMs: number
    }
  /** The time of the last `set-timer` has come (or passed). */
  | { readonly kind: 'timer'; readonly nowMs: number }

export type ConsensusEffect =
  /** An accepted block. Store it in order; it must be durable no later than the next own block or commit. */
  | { readonly kind: 'store'; readonly block: CheckedDagBlock }
  /** We may write a block of this round: answer with `payload`, at once if possible. */
  | { readonly kind: 'need-payload'; readonly round: Round }
  | Proposal
  /** Send these headers to a member that is not known to have their blocks. */
  | { readonly kind: 'push'; readonly to: Seat; readonly headers: readonly CheckedDagHeader[] }
  /** Ask a member for these blocks. */
  | { readonly kind: 'fetch'; readonly to: Seat; readonly refs: readonly DagRef[] }
  /** Ask a member for its blocks of this and later rounds, ascending, as many as one answer holds. */
  | { readonly kind: 'fetch-rounds'; readonly to: Seat; readonly fromRound: Round }
  /** Feed `timer` at this time; replaces the timer set before. */
  | { readonly kind: 'set-timer'; readonly atMs: number }
  /** Store it once, after the blocks before it and in one transaction with the note which blocks are committed. A
   * replay without `resume` repeats commits from the first: those already stored are ignored by index. */
  | { readonly kind: 'commit'; readonly commit: CommittedSubDag }
  /** Two signed headers of one (dag, round, author): an offence of that seat [DAG-7]. */
  | {
      readonly kind: 'evidence'
      readonly seat: Seat
      readonly first: CheckedDagHeader
      readonly second: CheckedDagHeader
    }
  /** Nothing more will be proposed; 'E_SAFETY_FAULT': more than f seats lie and nothing more is committed either. */
  | { readonly kind: 'halt'; readonly code: HaltCode; readonly why: string }

export type HaltCode = 'E_SAFETY_FAULT' | 'E_FOREIGN_OWN_BLOCK'

/** Own block to write durably, then sign, then send with its body to every member, then feed back as a `block`. A
 * stored proposal is restored and served like any block even if the crash came before its `store`. */
export interface Proposal {
  readonly kind: 'propose'
  readonly header: DagHeader
  readonly digest: Hash
  readonly body: Uint8Array
}

declare const durable: unique symbol
/** A proposal that is on disk. Only `OwnBlockStore.write` makes one, and only one can be signed [FIN-7]. */
export type WrittenProposal = Proposal & { readonly [durable]: true }

/** The driver's two ports for own blocks; their types allow no other order than write, sign, send. */
export interface OwnBlockStore {
  /** Returns after the write is synced; throws, and thereby stops the replica, if it cannot. */
  write(proposal: Proposal): WrittenProposal
}
export interface OwnBlockSigner {
  sign(proposal: WrittenProposal): CheckedDagBlock
}

/** One commit: a leader's block and everything it brings along, the same on every node [DAG-1, DAG-5]. */
export interface CommittedSubDag {
  /** Counts commits of this dag from 1. */
  readonly index: number
  readonly leader: DagRef
  /** By (round, author, digest); the leader is the last. Twins may both be here: execution ignores repeats. */
  readonly blocks: readonly DagRef[]
  /** Lower median of the leader's parents. Execution raises it to the last commit's height, which may have been lowered to
   * what waited in the log, and lowers it in turn [DAG-5]. */
  readonly baseHeight: Height
}
