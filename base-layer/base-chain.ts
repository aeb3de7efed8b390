// The seam between the layers: everything the asset layer, the commands and wallets know of the base chain. Two bodies,
// in process and over JSON-RPC, pass one compliance suite. Reads are of final state unless they say otherwise.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, GenesisHash, Height, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { SignedHeader } from '#contracts/statements/block.ts'
import type { OutputRecord } from '#contracts/ledger/output.ts'
import type { HistorySubject } from './light/proof-document.ts'
import type { Relation } from './light/heads.ts'
import type { StateKey } from './light/state-proof.ts'
import type { KeyOf, SectionName, ValueOf } from './state/trees/sections.ts'

/** A block as readers see it. */
export interface BlockSummary {
  readonly height: number
  readonly id: BlockId
  readonly slot: number
  /** Stated time, milliseconds after genesis. */
  readonly timeMs: number
  readonly ticks: number
  readonly recordedFinal: number
  readonly proposer: PublicKey
  readonly transactions: number
}

/** The ladder of a base transaction: no other words are shown to users. */
export type TransactionStatus =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'seen' }
  | { readonly kind: 'likely' | 'final'; readonly height: number; readonly block: BlockId }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }

export interface ChainInfo {
  readonly genesis: GenesisHash
  /** Unix milliseconds at which slot 0 began. */
  readonly genesisTimeMs: number
  /** As of the newest final block: the board may change some of them [GOV-3]. */
  readonly parameters: Parameters
  /** Address prefix of the network: surety, stest or sdev [KEY-2]. */
  readonly prefix: string
}

/** Of which block: the newest final one, or the head of the preferred chain, which may be reverted. */
export type Which = 'final' | 'head'

export interface Listed<S extends SectionName> {
  readonly key: KeyOf<S>
  readonly value: ValueOf<S>
}

export interface StateProof<S extends SectionName> {
  readonly key: KeyOf<S>
  /** Null: the proof shows absence. */
  readonly value: ValueOf<S> | null
  /** The final block whose state this is. */
  readonly header: SignedHeader
  /** Section roots in order, and the encoded witness of the section's tree. */
  readonly sectionRoots: readonly Uint8Array[]
  readonly witness: Uint8Array
}

/** What a wallet asks to be shown, as of the newest final head [PRF-1 to PRF-4]. */
export type ProofRequest =
  | { readonly kind: 'head' }
  /** All of these keys are in the state; or none is. */
  | { readonly kind: 'present' | 'absent'; readonly keys: readonly StateKey[] }
  | { readonly kind: 'block' | 'consistency'; readonly height: Height }
  | { readonly kind: 'transaction'; readonly id: TransactionId }
  | { readonly kind: 'spent'; readonly output: OutputId }
  | { readonly kind: 'notSpentIn'; readonly output: OutputId; readonly height: Height }
  /** Every entry from the `start`-th on. */
  | { readonly kind: 'history'; readonly subject: HistorySubject; readonly start: number }

/** Both parts of a proof that stands by itself: see base-layer/light/proof-document.ts. */
export interface ProofDocument {
  /** Encoded hand-overs and certificates that lead to the head. */
  readonly finality: Uint8Array
  readonly body: Uint8Array
}

/** Proofs that are checked by base-layer/light alone. */
export interface ChainProofs {
  /**
   * Undefined if what is asked is not so, or not known here. `since`: the period that whoever checks has come to;
   * hand-overs of earlier ones are left out. E_TOO_LARGE if it has to follow finality in parts first.
   */
  document(request: ProofRequest, since?: number): Promise<ProofDocument | undefined>
  /** An encoded update for a client at this position (positionOf), as far on as one answer reaches. */
  update(position: { readonly period: number; readonly height: Height }): Promise<Uint8Array>
  /** For whoever trusts the final block of a height and nothing newer: encoded anchorProofCodec. */
  anchor(height: Height): Promise<Uint8Array | undefined>
  /** How a head stands to the final block of a greater height [PRF-6]; undefined where that is not known here. */
  relate(earlier: { readonly height: Height; readonly id: BlockId }, under: Height): Promise<Relation | undefined>
}

/** The chain as floors above and wallets see it: final state to read and prove, and a way to submit. */
export interface BaseChain {
  readonly proofs: ChainProofs
  info(): Promise<ChainInfo>
  /** Newest final block, or the head of the preferred chain. */
  tip(which: Which): Promise<BlockSummary>
  /** A block of the final chain by height. */
  block(height: number): Promise<BlockSummary | undefined>
  /** The transactions of a block of the final chain, in their order. */
  transactions(height: number): Promise<readonly Transaction[] | undefined>
  read<S extends SectionName>(section: S, key: KeyOf<S>, which?: Which): Promise<ValueOf<S> | undefined>
  /** All entries of a section in tree order, at most 10,000; narrow sections only. */
  list<S extends SectionName>(section: S, which?: Which): Promise<readonly Listed<S>[]>
  /** Spendable and pending outputs of one owner at the head. */
  outputsOf(owner: PublicKey): Promise<readonly { readonly id: OutputId; readonly record: OutputRecord }[]>
  /** Presence or absence in the state of a final block, checkable by base-layer/light alone. */
  prove<S extends SectionName>(section: S, key: KeyOf<S>): Promise<StateProof<S>>
  /** Encoded period hand-overs and certificates that lead from genesis to a final header [FIN-10]. */
  proveFinality(): Promise<Uint8Array>
  submit(transaction: Transaction): Promise<Verdict<TransactionId>>
  status(id: TransactionId): Promise<TransactionStatus>
  /**
   * Atoms per thousand bytes below which the node's mempool takes
   * nothing now, by lane of LED-5; zeros while it has room.
   */
  floors(): Promise<readonly number[]>
  /** Called after each advance of finality, in order, once per advance. Returns a stop. */
  onFinal(listener: (tip: BlockSummary) => void): () => void
}
