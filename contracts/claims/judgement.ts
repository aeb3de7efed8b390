// What the judge is told and what it answers, shared by the judges of each kind of claim [CLM-3, JDG-1].
import type { CommitteeRecord } from '../committees/committee-record.ts'
import type { AssetRegister } from '../ledger/actions/asset-register.ts'
import type { LogFrontier } from '../merkle/log.ts'
import type { AssetId, CheckpointId, DagId, GenesisHash, Height } from '../primitives/ids.ts'
import type { Statement } from '../statements/statement.ts'

/** A posted checkpoint, accused by bad-*. */
export interface CheckpointTarget {
  readonly kind: 'checkpoint'
  readonly id: CheckpointId
  readonly statement: Statement
  /** Seats whose signatures are recorded. */
  readonly signers: readonly number[]
  /** Base height of the sequence before; of the registration, its block. */
  readonly previousBaseHeight: Height
}

/** One seat of one DAG, accused of equivocation or contradiction. */
export interface SeatTarget {
  readonly kind: 'seat'
  readonly epoch: number
  readonly dag: DagId
  readonly seat: number
}

/** What base state says about the target; the caller has found it by `claimTargetOf`. */
export interface JudgeFacts {
  readonly genesis: GenesisHash
  readonly asset: AssetId
  readonly registration: AssetRegister
  /** Of the target's epoch. */
  readonly committee: CommitteeRecord
  /**
   * Head of the asset's log as of the block that posted the checkpoint: it holds every item the checkpoint may rest on,
   * and paths to it stay good while a claim waits for its reveal. The newest head would let anybody outrun a claim.
   */
  readonly log: LogFrontier
  readonly target: CheckpointTarget | SeatTarget
}

export type Judgement =
  /** `seats` lose the collateral reserved to them. */
  | { readonly kind: 'guilty'; readonly seats: readonly number[]; readonly why: string }
  | { readonly kind: 'not-guilty'; readonly why: string }
  | { readonly kind: 'malformed'; readonly code: string; readonly why: string }
  /** The claim is refused, the asset halts, nothing is paid [JDG-1]. */
  | { readonly kind: 'engine-fault'; readonly why: string }

export function guilty(seats: readonly number[], why: string): Judgement {
  return { kind: 'guilty', seats, why }
}

export function innocent(why: string): Judgement {
  return { kind: 'not-guilty', why }
}

export function malformed(code: string, why: string): Judgement {
  return { kind: 'malformed', code, why }
}
