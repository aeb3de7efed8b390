// A member that lies on request, so that a network can show a lie being caught. From the first instruction step of one
// sequence on, its interpreter writes a credit that no instruction gave, so every statement above that step is false and
// all liars sign the same one; its DAG headers stay honest. Reached by RPC only where the node's settings say devFaults.
import { z } from 'zod'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { type ExecuteStep, executeStep } from '#contracts/assets/step.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { encode } from '#contracts/codec/codec.ts'
import { compareBytes } from '#contracts/primitives/bytes.ts'
import { type AssetId, isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { type RpcMethod, rpcMethod } from '#base-layer/runtime/json-rpc.ts'
import type { OpenPlace } from '#asset-layer/index.ts'

export interface Lie {
  readonly asset: AssetId
  /** The sequence whose first instruction step carries the credit. */
  readonly sequence: number
  /** An account that owns nothing yet: what it owns shows that the credit is given. */
  readonly account: PublicKey
  readonly atoms: bigint
}

export class Faults {
  #lie: Lie | undefined

  /** The interpreter a lying member uses for a commit; undefined: the protocol's. */
  interpreterOf(asset: AssetId, open: OpenPlace): ExecuteStep | undefined {
    const lie = this.#lie
    return lie !== undefined && lie.asset === asset && lie.sequence === open.sequence
      ? lyingInterpreter(lie)
      : undefined
  }

  setLie(lie: Lie | undefined): void {
    this.#lie = lie
  }
}

/** Depends on nothing but the state, so that all liars, and each after a restart, tell the same lie. */
export function lyingInterpreter({ account, atoms }: Lie): ExecuteStep {
  const key = templateStateKey(tokenKeys.balance(account))
  const value = encode(tokenAmountCodec, atoms)
  return (context, input, view, verify) => {
    const result = executeStep(context, input, view, verify)
    if (result.kind !== 'step' || input.kind !== 'instruction' || view.get(key) !== 'absent') return result
    const writes = [...result.writes.filter(write => compareBytes(write.key, key) !== 0), { key, value }]
    return { ...result, writes: writes.sort((a, b) => compareBytes(a.key, b.key)) }
  }
}

const LIE = z.strictObject({
  asset: z.string().refine(isHex32),
  sequence: z.number().int().positive(),
  account: z.string().refine(isHex32),
  atoms: z.string().regex(/^[1-9]\d{0,17}$/)
})

export function faultMethods(faults: Faults, setWatchers: (on: boolean) => void): Readonly<Record<string, RpcMethod>> {
  return {
    'dev.lie': rpcMethod(
      { summary: 'Tell a lie in a sequence.', params: LIE, result: z.object({ lying: z.boolean() }) },
      ({ asset, sequence, account, atoms }) => {
        faults.setLie({ asset: asset as AssetId, sequence, account: account as PublicKey, atoms: BigInt(atoms) })
        return { lying: true }
      }
    ),
    'dev.honest': rpcMethod(
      { summary: 'Stop lying.', params: z.strictObject({}), result: z.object({ lying: z.boolean() }) },
      () => {
        faults.setLie(undefined)
        return { lying: false }
      }
    ),
    'dev.watchers': rpcMethod(
      {
        summary: 'Watch, or look away.',
        params: z.strictObject({ on: z.boolean() }),
        result: z.object({ watchers: z.boolean() })
      },
      ({ on }) => {
        setWatchers(on)
        return { watchers: on }
      }
    )
  }
}
