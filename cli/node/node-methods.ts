// node.* over RPC: who this node is and where it stands, for `surety node status`, wallets that look for the network,
// and whoever runs several nodes.
import { z } from 'zod'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import type { AssetNode } from '#asset-layer/index.ts'
import type { BaseNode } from '#base-layer/index.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { type RpcDescription, type RpcMethod, rpcMethod } from '#base-layer/runtime/json-rpc.ts'
import { VERSION } from '../version.ts'
import { judgeReach } from './reachability.ts'

/** Answer of node.info: what a wallet needs to reach the network through this node. */
export const NODE_INFO = z.object({
  name: z.string(),
  version: z.string(),
  pid: z.number(),
  genesis: z.string(),
  peerId: z.string(),
  addresses: z.array(z.string()),
  validator: z.string()
})
export type NodeInfo = z.infer<typeof NODE_INFO>

/** Answer of node.status; more fields may come. */
export const NODE_STATUS = z.object({
  name: z.string(),
  peers: z.array(z.string()),
  /** Whether others can call it, as far as it can tell. */
  reach: z.object({ kind: z.enum(['called', 'private', 'unknown']), inbound: z.number(), advice: z.string() }),
  base: z.looseObject({
    height: z.number(),
    final: z.number(),
    peers: z.number(),
    syncing: z.boolean(),
    signs: z.boolean(),
    conflicted: z.boolean(),
    mempool: z.number(),
    slot: z.number(),
    slotNow: z.number(),
    ticks: z.number(),
    headAgeMs: z.number(),
    guardWrites: z.number()
  }),
  replicas: z.array(
    z.looseObject({
      asset: z.string(),
      epoch: z.number(),
      seat: z.number().nullable(),
      state: z.string(),
      round: z.number(),
      commitIndex: z.number(),
      sequence: z.number(),
      steps: z.number(),
      signing: z.boolean()
    })
  ),
  watching: z.array(z.looseObject({ asset: z.string(), checkedSequence: z.number(), atMs: z.number() })),
  claims: z.array(z.looseObject({ kind: z.string(), asset: z.string(), state: z.string() }))
})
export type NodeStatus = z.infer<typeof NODE_STATUS>

export interface NodeMethodParts {
  readonly name: string
  readonly genesis: Genesis
  readonly base: BaseNode
  readonly asset: AssetNode
  readonly host: Host
}

export function nodeMethods({
  name,
  genesis,
  base,
  asset,
  host
}: NodeMethodParts): Readonly<Record<string, RpcMethod>> {
  const params = z.strictObject({})
  const info: RpcDescription<typeof params, typeof NODE_INFO> = {
    summary: 'Who this node is, and how to reach the network through it.',
    params,
    result: NODE_INFO
  }
  const status: RpcDescription<typeof params, typeof NODE_STATUS> = {
    summary: 'Where this node stands: chain, peers, assets served and watched.',
    params,
    result: NODE_STATUS
  }
  return {
    'node.info': rpcMethod(
      info,
      (): NodeInfo => ({
        name,
        version: VERSION,
        pid: process.pid,
        genesis: genesisHashOf(genesis),
        peerId: host.peerId,
        addresses: host.addresses(),
        validator: asset.validator
      })
    ),
    'node.status': rpcMethod(status, (): NodeStatus => {
      const { replicas, watching, claims } = asset.status()
      const peers = host.peers()
      return {
        name,
        peers,
        reach: judgeReach(host.addresses(), peers.length, host.knownPeers().length),
        base: { ...base.status() },
        replicas: replicas.map(one => ({ ...one })),
        watching: watching.map(one => ({ ...one })),
        claims: claims.map(one => ({ ...one }))
      }
    })
  }
}
