// Follows the committee schedule of final base state: starts and stops replicas and watchers, publishes our addresses, serves
// everyone. The only place of this layer that joins its parts.
import type { Account, BaseChain } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { RpcMethod } from '#base-layer/runtime/json-rpc.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import type { ExecuteStep } from '#contracts/assets/step.ts'
import type { AssetId, DagId, PublicKey } from '#contracts/primitives/ids.ts'

/** What this layer needs of a base wallet: pay for an action (fee and, of a claim.commit, its deposit) and submit it. */
export type BaseAccount = Pick<Account, 'key' | 'act'>

/** The sequence a step belongs to, for an interpreter that depends on it. */
export interface OpenPlace {
  readonly sequence: number
  /** Index of the sequence's first step. */
  readonly firstStep: number
  /** Steps of the sequence so far. */
  readonly stepCount: number
}

export interface AssetNodeOptions {
  /** Assets to observe and replay beside those we are bonded to. */
  readonly assets?: readonly AssetId[]
  /** Observe every live asset. */
  readonly watchAll?: boolean
  /** Watchers report and claim. Default true; `setWatchers` changes it at run time. */
  readonly watchers?: boolean
  /** Another interpreter than the protocol's, asked before each commit: for networks that show a lie being caught. */
  readonly interpreterOf?: (asset: AssetId, open: OpenPlace) => ExecuteStep | undefined
}

export interface AssetNodeSettings {
  readonly chain: BaseChain
  readonly host: Host
  /** Seed of the validator key. */
  readonly validatorSecret: Secret<Uint8Array>
  /** Existing folder; asset.db is kept in it. */
  readonly dataDir: string
  readonly account: BaseAccount
  readonly verifyPool: VerifyPool
  readonly clock: Clock
  readonly logger: Logger
  readonly options?: AssetNodeOptions
}

export interface ReplicaStatus {
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  /** Null: observer. */
  readonly seat: number | null
  readonly state: 'preparing' | 'running' | 'ended' | 'stopped'
  readonly round: number
  readonly commitIndex: number
  readonly sequence: number
  readonly steps: number
  readonly certifiedCommit: number
  readonly linkedSeats: number
  readonly signing: boolean
}

export interface WatchStatus {
  readonly asset: AssetId
  /** Newest posted sequence compared with our own replay. */
  readonly checkedSequence: number
  readonly atMs: number
}

export interface AssetNodeStatus {
  readonly validator: PublicKey
  readonly replicas: readonly ReplicaStatus[]
  readonly watching: readonly WatchStatus[]
  readonly claims: readonly { readonly kind: string; readonly asset: AssetId; readonly state: string }[]
}

export interface AssetNode {
  readonly validator: PublicKey
  start(): Promise<void>
  stop(): Promise<void>
  status(): AssetNodeStatus
  /** asset.status. */
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  setWatchers(on: boolean): void
}

export declare function createAssetNode(settings: AssetNodeSettings): Promise<AssetNode>
