// asset.* over RPC: what this node serves and watches. The schemas make the document of rpc.discover.
import { z } from 'zod'
import { type RpcMethod, rpcMethod } from '#base-layer/runtime/json-rpc.ts'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(-1)

/** Answer of asset.status; more fields may come. */
export const ASSET_STATUS = z.looseObject({
  validator: hex32,
  replicas: z.array(
    z.looseObject({
      asset: hex32,
      epoch: count,
      dag: hex32,
      seat: count.nullable(),
      state: z.enum(['preparing', 'running', 'ended', 'stopped']),
      round: count,
      commitIndex: count,
      sequence: count,
      steps: count,
      certifiedCommit: count,
      linkedSeats: count,
      signing: z.boolean()
    })
  ),
  watching: z.array(z.looseObject({ asset: hex32, checkedSequence: count, atMs: z.number() })),
  claims: z.array(z.looseObject({ kind: z.string(), asset: hex32, state: z.string() }))
})

/** `status`: the node's, an AssetNodeStatus. */
export function createAssetRpc(status: () => object): Readonly<Record<string, RpcMethod>> {
  const summary = 'Assets this node serves, those it replays, and the claims it has made.'
  return {
    'asset.status': rpcMethod({ summary, params: z.strictObject({}), result: ASSET_STATUS }, () => status())
  }
}
