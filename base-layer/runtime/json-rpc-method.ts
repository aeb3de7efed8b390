// What a JSON-RPC method is: a description that programs can read, and a handler. The description makes the document of
// rpc.discover, checks what callers send, and in tests what the node answers.
import type { z } from 'zod'

export interface RpcDescription<Params extends z.ZodObject = z.ZodObject, Result extends z.ZodType = z.ZodType> {
  /** One sentence. */
  readonly summary: string
  /** By name; unknown names are refused. */
  readonly params: Params
  /** What a success answers, as JSON. */
  readonly result: Result
  /** Codes of ours that `data.code` of a failure may carry, beside those of the door itself. */
  readonly errors?: readonly string[]
  /** Moves something of value or signs: answered only to callers that know the token of the node's token file. */
  readonly needsToken?: boolean
}

/** One callable method. `params` are checked by the schema before `call` sees them. */
export interface RpcMethod extends RpcDescription {
  readonly call: (params: never) => unknown
}

/** Ties a handler to its schemas, so that the handler gets the schema's type. */
export function rpcMethod<Params extends z.ZodObject, Result extends z.ZodType>(
  description: RpcDescription<Params, Result>,
  call: (params: z.output<Params>) => unknown
): RpcMethod {
  return { ...description, call: call as (params: never) => unknown }
}

/** Thrown by a method to give its caller a stable code and a sentence. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure'
  readonly code: string

  constructor(code: string, why: string) {
    super(why)
    this.code = code
  }
}

/** Codes of JSON-RPC 2.0, and what of ours goes with each. */
export const RPC_CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
  /** Every failure with a code of ours; the code is in `data.code`. */
  failed: -32000
} as const
