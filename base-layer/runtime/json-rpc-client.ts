// The calling side of json-rpc.ts. Every failure is an RpcCallError with a stable code: the one the method gave, or
// one of E_RPC_UNREACHABLE, E_RPC_TIMEOUT, E_RPC_BAD_ANSWER.
import { z } from 'zod'
import { RPC_LIMITS } from './limits.ts'

export class RpcCallError extends Error {
  override readonly name = 'RpcCallError'
  readonly code: string

  constructor(code: string, why: string) {
    super(why)
    this.code = code
  }
}

const ANSWER = z.union([
  z.object({ error: z.object({ message: z.string(), data: z.object({ code: z.string() }).optional() }) }),
  z.object({ result: z.unknown() })
])

/** Calls a method and returns its result as JSON; checking that against a schema is the caller's. */
export async function rpcCall(
  url: string,
  method: string,
  params: unknown = {},
  settings: { readonly timeoutMs?: number } = {}
): Promise<unknown> {
  const signal = AbortSignal.timeout(settings.timeoutMs ?? RPC_LIMITS.clientTimeoutMs)
  const text = await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), signal)
  const answer = ANSWER.safeParse(parse(text))
  if (!answer.success) throw new RpcCallError('E_RPC_BAD_ANSWER', `${url} did not answer in JSON-RPC`)
  if ('error' in answer.data) {
    const { message, data } = answer.data.error
    throw new RpcCallError(data?.code ?? 'E_RPC_BAD_ANSWER', message)
  }
  return answer.data.result
}

async function post(url: string, body: string, signal: AbortSignal): Promise<string> {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > RPC_LIMITS.responseBytesMax) throw new RpcCallError('E_RPC_BAD_ANSWER', `${url} sends too much`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  } catch (error) {
    if (error instanceof RpcCallError) throw error
    if (signal.aborted) throw new RpcCallError('E_RPC_TIMEOUT', `${url} did not answer in time`)
    throw new RpcCallError('E_RPC_UNREACHABLE', `nothing answers at ${url}`)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
