// BaseChain over a node's JSON-RPC: for the command line, wallets and any process without a node of its own.
import type { BaseChain } from '../base-chain.ts'

export interface RemoteChainSettings {
  /** How often finality is asked for while somebody listens. Default 200 ms. */
  readonly pollMs?: number
  readonly timeoutMs?: number
}

/** `url` is the node's RPC address. Stop it to end polling. Its methods reject with RpcCallError when nothing answers. */
export declare function connectBaseChain(url: string, settings?: RemoteChainSettings): BaseChain & { stop(): void }
