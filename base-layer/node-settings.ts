// What a base chain node is made of and may be told: its keys, its shared parts, its settings. Read by node.ts and
// node-files.ts; makers of nodes fill it in.
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import type { TrustedHead } from './consensus/events.ts'
import type { Clock } from './runtime/clock.ts'
import type { Host } from './runtime/host.ts'
import type { Logger } from './runtime/logger.ts'
import type { Secret } from './runtime/secret.ts'
import type { VerifyPool } from './runtime/verify-pool.ts'

export interface BaseNodeKeys {
  /** 32 bytes each. The signing key proposes, acknowledges and votes; the VRF key reveals for the seed. */
  readonly signing: Secret<Uint8Array>
  readonly vrf: Secret<Uint8Array>
}

export interface BaseNodeParts {
  /** Folder for chain.db and votes.db; made if it is missing, held by one process. See createGuardFile. */
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
  /**
   * Ids of recovery files that the operator trusts [FIN-9]: finality follows their tables once the
   * chain carries them. See recoveryIdOf. Default: none.
   */
  readonly recoveries?: readonly Hash[]
  /**
   * A final block that the operator trusts [FIN-5]: an empty folder begins with the state of a newer final block,
   * fetched from peers, instead of a replay. It then holds no block from before. Default: replay from genesis.
   */
  readonly trustedHead?: TrustedHead
  /** How often peers are asked where they stand. Default 1000 ms. */
  readonly statusMs?: number
  /**
   * Bodies of final blocks kept by a node without keys; older ones are dropped. Default: all. A node with keys
   * keeps all whatever is said here: its acknowledgements are digests of any of them [POS-6].
   */
  readonly keepBodies?: number
  /**
   * Called when the node must not go on: a broken invariant. It has stopped signing; the process is to end with code
   * 70. Default: process.exit(70).
   */
  readonly onFatal?: (error: unknown) => void
}
