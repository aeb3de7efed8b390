// From the body of a request to the body of its answer: one call, a batch, or notifications, as JSON-RPC 2.0 has them.
// Called by the server in json-rpc.ts; never throws, and an answer names no more than a code and a sentence.
import { z } from 'zod'
import { RuntimeError } from './errors.ts'
import { RPC_CODES, RpcFailure, type RpcMethod } from './json-rpc-method.ts'
import { RPC_LIMITS } from './limits.ts'

export interface CallSettings {
  readonly methods: Readonly<Record<string, RpcMethod>>
  /** Told of errors that are not a method's own rejection. */
  readonly onError?: (error: unknown, method: string) => void
  /** Told of every call of a known method, and how it ended: a code or 'ok'. */
  readonly onCall?: (method: string, code: string, ms: number) => void
  /** Every success is held against its schema: for tests. */
  readonly checksAnswers?: boolean
}

type Id = string | number | null

const REQUEST = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(64), z.number(), z.null()]).optional(),
  method: z.string().max(64),
  params: z.unknown().optional()
})

/** What to send back; undefined for notifications alone. `hasToken`: the caller knows the node's token. */
export async function answerBody(settings: CallSettings, body: string, hasToken: boolean): Promise<unknown> {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return failure(null, RPC_CODES.parse, 'E_BAD_JSON', 'the body is not JSON')
  }
  if (!Array.isArray(json)) return answerOne(settings, json, hasToken)
  if (json.length === 0) return failure(null, RPC_CODES.request, 'E_BAD_REQUEST', 'a batch has at least one call')
  if (json.length > RPC_LIMITS.batchCallsMax) {
    const why = `a batch has at most ${RPC_LIMITS.batchCallsMax} calls`
    return failure(null, RPC_CODES.request, 'E_TOO_LARGE', why)
  }
  const answers: unknown[] = []
  // One after another: a batch takes one of the places for calls, not many.
  for (const one of json) {
    const answer = await answerOne(settings, one, hasToken)
    if (answer !== undefined) answers.push(answer)
  }
  return answers.length === 0 ? undefined : answers
}

async function answerOne(settings: CallSettings, json: unknown, hasToken: boolean): Promise<unknown> {
  const request = REQUEST.safeParse(json)
  if (!request.success) return failure(null, RPC_CODES.request, 'E_BAD_REQUEST', 'not a JSON-RPC 2.0 request')
  const { method: name, params = {}, id } = request.data
  const answer = await call(settings, name, params, id ?? null, hasToken)
  return id === undefined ? undefined : answer
}

async function call(
  settings: CallSettings,
  name: string,
  params: unknown,
  id: Id,
  hasToken: boolean
): Promise<unknown> {
  const method = Object.hasOwn(settings.methods, name) ? settings.methods[name] : undefined
  if (method === undefined) return failure(id, RPC_CODES.method, 'E_NO_METHOD', 'no such method')
  const from = performance.now()
  const done = (code: string): void => settings.onCall?.(name, code, performance.now() - from)
  if (method.needsToken === true && !hasToken) {
    done('E_RPC_TOKEN')
    return failure(id, RPC_CODES.failed, 'E_RPC_TOKEN', "the method needs the token of the node's token file")
  }
  const checked = method.params.safeParse(params)
  if (!checked.success) {
    done('E_BAD_PARAMS')
    return failure(id, RPC_CODES.params, 'E_BAD_PARAMS', firstIssue(checked.error))
  }
  try {
    const result = (await method.call(checked.data as never)) ?? null
    if (settings.checksAnswers === true) method.result.parse(JSON.parse(JSON.stringify(result)))
    done('ok')
    return { jsonrpc: '2.0', id, result }
  } catch (error) {
    if (error instanceof RpcFailure || error instanceof RuntimeError) {
      done(error.code)
      return failure(id, RPC_CODES.failed, error.code, error.message)
    }
    done('E_INTERNAL')
    settings.onError?.(error, name)
    return failure(id, RPC_CODES.internal, 'E_INTERNAL', 'the node failed to answer; its log says why')
  }
}

export function failure(id: Id, code: number, ourCode: string, why: string): object {
  return { jsonrpc: '2.0', id, error: { code, message: why, data: { code: ourCode } } }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'bad params' : `${issue.path.join('.') || 'params'}: ${issue.message}`
}
