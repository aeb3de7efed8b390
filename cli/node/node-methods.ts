// node.* over RPC: who this node is and where it stands, for `surety node status`, wallets that look for the network,
// and whoever runs several nodes.
import { z } from 'zod'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import type { AssetNode } from '#asset-layer/index.ts'
import type { BaseNode } from '#base-layer/index.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { type RpcMethod, rpcMethod } from '#base-layer/runtime/json-rpc.ts'
import { VERSION } from '../version.ts'

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
  base: z.looseObject({
    height: z.number(),
    final: z.number(),
    peers: z.number(),
    syncing: z.boolean(),
    signs: z.boolean(),
    conflicted: z.boolean(),
    mempool: z.number()
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

export function nodeMethods(
  name: string,
  genesis: Genesis,
  base: BaseNode,
  asset: AssetNode,
  host: Host
): Readonly<Record<string, RpcMethod>> {
  const nothing = z.strictObject({})
  return {
    'node.info': rpcMethod(
      { summary: 'Who this node is, and how to reach the network through it.', params: nothing, result: NODE_INFO },
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
    'node.status': rpcMethod(
      {
        summary: 'Where this node stands: chain, peers, assets served and watched.',
        params: nothing,
        result: NODE_STATUS
      },
      () => {
        const { replicas, watching, claims } = asset.status()
        return { name, peers: host.peers(), base: base.status(), replicas, watching, claims }
      }
    )
  }
}
