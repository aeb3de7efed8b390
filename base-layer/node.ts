// One base chain node: opens its files, joins store, consensus, network and doors, and closes them in reverse. The only
// place that joins the parts. The host, clock, logger and verify pool come from outside: both layers share them.
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { BaseChain } from './base-chain.ts'
import type { Clock } from './runtime/clock.ts'
import type { Host } from './runtime/host.ts'
import type { RpcMethod } from './runtime/json-rpc.ts'
import type { Logger } from './runtime/logger.ts'
import type { Secret } from './runtime/secret.ts'
import type { VerifyPool } from './runtime/verify-pool.ts'

export interface BaseNodeKeys {
  /** 32 bytes each. The signing key proposes, acknowledges and votes; the VRF key reveals for the seed. */
  readonly signing: Secret<Uint8Array>
  readonly vrf: Secret<Uint8Array>
}

export interface BaseNodeParts {
  /** Folder for chain.db and votes.db; made if it is missing, held by one process. */
  readonly dataDir: string
  readonly genesis: Genesis
  /** Null: the node follows and serves the chain and signs nothing. */
  readonly keys: BaseNodeKeys | null
  readonly host: Host
  readonly clock: Clock
  readonly logger: Logger
  /** Over the cache of installNodeCrypto, which is called once per process. */
  readonly verifyPool: VerifyPool
  readonly settings?: BaseNodeSettings
}

export interface BaseNodeSettings {
  /** How often peers are asked where they stand. Default 1000 ms. */
  readonly statusMs?: number
  /**
   * Called when the node must not go on: a broken invariant or an unwritable guard. It has stopped signing; the process
   * is to end with code 70. Default: process.exit(70).
   */
  readonly onFatal?: (error: unknown) => void
}

export interface BaseNodeStatus {
  readonly key: PublicKey | null
  readonly height: number
  readonly final: number
  readonly peers: number
  readonly syncing: boolean
  /** False while the guard forbids signing [FIN-7]. */
  readonly signs: boolean
  /** A certificate contradicts what is final here: finality has stopped [FIN-5]. */
  readonly conflicted: boolean
  readonly mempool: number
}

export interface BaseNode {
  readonly chain: BaseChain
  /** base.* methods for createRpcServer. */
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  status(): BaseNodeStatus
  /** Starts consensus and the network handlers. */
  start(): Promise<void>
  /** Stops signing first, then the rest; the host stays up, it is its maker's to stop. */
  stop(): Promise<void>
}

/** Opens the files; nothing runs before `start`. Rejects E_DATA_LOCKED, E_DATA_UNUSABLE, E_GENESIS_OTHER. */
export declare function createBaseNode(parts: BaseNodeParts): Promise<BaseNode>
