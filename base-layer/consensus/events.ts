// What goes into the base chain's consensus machine and what comes out of it, as data. The node's single writer feeds
// events and carries out effects in the order given. The machine never holds a key: it emits intentions, and the types
// below let only a durably written intention be signed [FIN-7].
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId, GenesisHash, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import type { Acknowledgement, SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import type { Block, SignedHeader } from '#contracts/statements/block.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import type { Certificate, FinalityPoint, SignedVote, Vote, VoteMark } from '#contracts/statements/vote.ts'
import type { ChainView, Transition } from './transition.ts'

/** A final block that somebody trusted named [FIN-5]. */
export interface TrustedHead {
  readonly height: number
  readonly id: BlockId
}

export interface BaseSettings {
  readonly genesis: GenesisHash
  readonly parameters: Parameters
  /** The node's signing key, or null for a node that signs nothing. A key without weight only votes [POS-9]. */
  readonly self: PublicKey | null
  /** Ids of the recovery files that the operator installed: no other table takes the place of a stuck one [FIN-9]. */
  readonly recoveries: ReadonlySet<Hash>
  /** Nothing beside this block becomes final; undefined where what is final here is recent enough [FIN-5]. */
  readonly trusted?: TrustedHead | undefined
}

/** What the machine calls synchronously while it computes; equal answers give equal effects. */
export interface Collaborators<State extends ChainView> {
  readonly transition: Transition<State>
  /** Encoded block of the final chain, or undefined if this node does not hold it [POS-6]. Height 0 is genesis. */
  finalBlockBytes(height: number): Uint8Array | undefined
  /** Candidates for a block on top of `parent`, best first [LED-5]. */
  pickTransactions(parent: State): readonly Transaction[]
}

/** Where finality stands: stored with the final block, given back at the next start. */
export interface FinalityAnchor {
  /** Whose table finalises next [FIN-2], and the recovery file it comes from, if any [FIN-9]. */
  readonly period: number
  readonly recovery: Hash | null
  /** {0, L_(period - 1), id}, or the block that the file names. */
  readonly root: FinalityPoint
  /** The final block, with the epoch in which it was justified. */
  readonly final: FinalityPoint
}

/** What this key signed before, from the guard file [FIN-7]. */
export interface GuardMarks {
  readonly vote: VoteMark | null
  /** Newest slot acknowledged or proposed in; -1 if none. */
  readonly acknowledgedSlot: number
  readonly proposedSlot: number
  /** Nothing is signed before this time, milliseconds after genesis: two epochs after a loss, else 0. */
  readonly maySignFromMs: number
  /** After a lost or older guard file: in periods up to `period` no vote whose source is before `epoch`. */
  readonly loss: { readonly period: number; readonly epoch: number } | null
}

/** Whoever handed something to us, as the driver names its connections; null for our own or stored things. */
export type Source = string | null

/** `nowMs`: milliseconds after genesis by the driver's clock. Sizes and signatures are checked before. */
export type BaseEvent =
  /** Before `start`: a stored block above the final one, parents first, or a stored certificate. Nothing is signed. */
  | { readonly kind: 'restored-block'; readonly block: Block }
  | { readonly kind: 'restored-certificate'; readonly certificate: Certificate }
  /** Once: from here on the machine acts. `guard` is null for a node that signs nothing. */
  | { readonly kind: 'start'; readonly guard: GuardMarks | null; readonly nowMs: number }
  /**
   * A block's header as gossip brings it: answered by `gossip` at
   * once, before the block is checked [GSP-1]. Optional.
   */
  | { readonly kind: 'header'; readonly header: SignedHeader; readonly from: Source; readonly nowMs: number }
  /** A whole block: gossiped, fetched, from sync, or our own after write and sign. */
  | { readonly kind: 'block'; readonly block: Block; readonly from: Source; readonly nowMs: number }
  | {
      readonly kind: 'acknowledgement'
      readonly acknowledgement: SignedAcknowledgement
      readonly from: Source
      readonly nowMs: number
    }
  | { readonly kind: 'vote'; readonly vote: SignedVote; readonly from: Source; readonly nowMs: number }
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly from: Source; readonly nowMs: number }
  /** True while the driver knows itself behind its peers: nothing is signed on the old view. */
  | { readonly kind: 'syncing'; readonly active: boolean; readonly nowMs: number }
  /** The time of the last `set-timer` has come (or passed). */
  | { readonly kind: 'timer'; readonly nowMs: number }
  /** The guard's marks after it was told of a loss: the answer to `forgotten`. */
  | { readonly kind: 'guard'; readonly guard: GuardMarks; readonly nowMs: number }

/** What a node of this key means to sign. */
export type Intention =
  | { readonly kind: 'acknowledge'; readonly acknowledgement: Acknowledgement }
  | { readonly kind: 'vote'; readonly vote: Vote }
  /** `block` has a signature of 64 zero bytes; `id` is the id it will have. */
  | { readonly kind: 'propose'; readonly block: Block; readonly id: BlockId }

declare const durable: unique symbol
/** An intention that is on disk. Only `VoteGuard.write` makes one, and only one can be signed [FIN-7]. */
export type Written<I extends Intention> = I & { readonly [durable]: true }

/** The driver's two ports for what it signs; their types allow no other order than write, sign, send. */
export interface VoteGuard {
  /** Returns after the write is synced; throws, and thereby stops the node, if it cannot or may not. */
  write<I extends Intention>(intention: I): Written<I>
}
export interface BaseSigner {
  acknowledge(intention: Written<Extract<Intention, { kind: 'acknowledge' }>>): SignedAcknowledgement
  vote(intention: Written<Extract<Intention, { kind: 'vote' }>>): SignedVote
  propose(intention: Written<Extract<Intention, { kind: 'propose' }>>): Block
}

/** A block with the state after it. */
export interface ChainStep<State extends ChainView> {
  readonly block: Block
  readonly state: State
}

export type BaseEffect<State extends ChainView> =
  /** Write to the guard, sign, send to all, then feed back as an ordinary event with `from: null`. */
  | { readonly kind: 'sign'; readonly intention: Intention }
  /** Feed `timer` at this time; replaces the timer set before. */
  | { readonly kind: 'set-timer'; readonly atMs: number }
  /** What to do with the gossiped header, acknowledgement, vote or certificate of this event. Reject: it is worthless
   * whoever looks at it; ignore: not for relaying. */
  | { readonly kind: 'gossip'; readonly verdict: 'relay' | 'ignore' | 'reject' }
  /** Ask for this block: `from` is whom to ask first, null for anyone. */
  | { readonly kind: 'fetch'; readonly id: BlockId; readonly from: Source }
  /** A sender has blocks far above the head: synchronise the range. */
  | { readonly kind: 'behind'; readonly height: number; readonly from: Source }
  /** Store this block, valid and above the final one: it is given back by `restored-block`. Durable no later than the
   * next own signature. */
  | { readonly kind: 'store'; readonly block: Block; readonly id: BlockId }
  /** A certificate of a justified source, new to us: store it, durable no later than the next own vote, until the final
   * state's header.justified is as new; it is given back by `restored-certificate`. */
  | { readonly kind: 'certified'; readonly certificate: Certificate }
  /** The preferred chain changed. Blocks left behind, newest first, and blocks gained, oldest first. */
  | {
      readonly kind: 'head'
      readonly state: State
      readonly removed: readonly Block[]
      readonly added: readonly ChainStep<State>[]
    }
  /** More than half of the table voted for this block in one link [FIN-1]. Not final. */
  | { readonly kind: 'likely'; readonly point: FinalityPoint }
  /** Newly final, oldest first, and the two certificates that make the last of them so [FIN-1, FIN-10]. */
  | {
      readonly kind: 'final'
      readonly steps: readonly ChainStep<State>[]
      readonly anchor: FinalityAnchor
      readonly proof: readonly [justifies: Certificate, finalises: Certificate]
    }
  /**
   * The table of an installed recovery file has taken the place of
   * the one that is stuck [FIN-9]: tell the operator.
   */
  | { readonly kind: 'recovered'; readonly period: number; readonly recovery: Hash }
  /**
   * This key signed what its guard does not know: the guard file is an older copy and counts as lost from now on
   * (feed the marks that follow, before anything else). With `isTwin` it did so while this process ran: another one
   * signs with the same key, and this one must sign no more [FIN-7].
   */
  | { readonly kind: 'forgotten'; readonly isTwin: boolean }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** Signed something worthless; `from` handed it over and need not be to blame [GSP-1]. */
  | { readonly kind: 'penalise'; readonly signer: PublicKey; readonly from: Source; readonly code: string }
  /** A certificate contradicts what is final here: finality is stopped for good; tell the operator [FIN-5]. */
  | { readonly kind: 'conflict'; readonly certificate: Certificate; readonly why: string }
