// chief.* over JSON-RPC: how a chief's preference between two unconfirmed transactions reaches a node [GOV-3].
import { z } from 'zod'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { PREFERENCE_BYTES } from '#contracts/statements/preference.ts'
import type { PreferenceDesk } from '../chain/mempool/preference-desk.ts'
import { RpcFailure, type RpcMethod, rpcMethod } from '../runtime/json-rpc-method.ts'

export function createChiefRpc(desk: Pick<PreferenceDesk, 'takeBytes'>): Readonly<Record<string, RpcMethod>> {
  const preference = z
    .string()
    .max(2 * PREFERENCE_BYTES)
    .regex(/^(?:[0-9a-f]{2})*$/, 'lower-case hexadecimal bytes')
  return {
    'chief.prefer': rpcMethod(
      {
        summary: 'Hands the node a preference that the chief has signed; it decides nothing that is in a block.',
        params: z.strictObject({ preference }),
        result: z.object({ ok: z.literal(true) })
      },
      params => {
        const taken = desk.takeBytes(hexToBytes(params.preference))
        if (!taken.ok) throw new RpcFailure(taken.code, taken.why)
        return { ok: true }
      }
    )
  }
}
