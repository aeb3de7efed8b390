// The seam between the layers: everything the asset layer, the commands and wallets know of the base chain. Two bodies,
// in process and over JSON-RPC, pass one compliance suite. Reads are of final state unless they say otherwise.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, GenesisHash, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { SignedHeader } from '#contracts/statements/block.ts'
import type { OutputRecord } from '#contracts/ledger/output.ts'
import type { KeyOf, SectionName, ValueOf } from './state/sections.ts'

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
  readonly parameters: Parameters
  /** Address prefix of the network: surety, stest or sdev [KEY-2]. */
  readonly prefix: string
}

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

export interface BaseChain {
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
  /** Called after each advance of finality, in order, once per advance. Returns a stop. */
  onFinal(listener: (tip: BlockSummary) => void): () => void
}
