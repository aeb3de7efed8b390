// JSON-RPC 2.0 over POST /rpc, with GET /healthz and /version: how the command line, the wallet and the explorer talk
// to a node. Loopback by default. A foreign web page cannot reach it: the Host header is checked against DNS
// rebinding, and the JSON content type makes a browser ask first, which nothing here answers.
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { RuntimeError } from './errors.ts'
import { RPC_LIMITS } from './limits.ts'

/** One callable method. `params` are checked by the schema before `call` sees them; unknown names are refused. */
export interface RpcMethod {
  readonly params: z.ZodType
  readonly call: (params: never) => unknown
}

export interface RpcSettings {
  /** Default 127.0.0.1. */
  readonly hostname?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Further values allowed in the Host header, e.g. the name of a reverse proxy. */
  readonly allowedHosts?: readonly string[]
  readonly version: string
  readonly methods: Readonly<Record<string, RpcMethod>>
  /** Whether the node works; the text or object is shown at /healthz. Default: it does. */
  readonly health?: () => { readonly ok: boolean; readonly [detail: string]: unknown }
  /** Told of errors that are not a method's own rejection. */
  readonly onError?: (error: unknown, method: string) => void
}

export interface RpcServer {
  readonly url: string
  stop(): Promise<void>
}

/** Ties a handler to its schema, so that the handler gets the schema's type. */
export function rpcMethod<Schema extends z.ZodType>(
  params: Schema,
  call: (params: z.output<Schema>) => unknown
): RpcMethod {
  return { params, call: call as (params: never) => unknown }
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

const REQUEST = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(64), z.number(), z.null()]).optional(),
  method: z.string().max(64),
  params: z.unknown().optional()
})

const PARSE_ERROR = -32700
const BAD_REQUEST = -32600
const NO_METHOD = -32601
const BAD_PARAMS = -32602
const INTERNAL = -32603
/** Every failure with a code of ours; the code is in `data.code`. */
const FAILED = -32000

/** Rejects E_BUSY if the port is taken. */
export async function createRpcServer(settings: RpcSettings): Promise<RpcServer> {
  const hostname = settings.hostname ?? '127.0.0.1'
  const allowed = new Set(settings.allowedHosts ?? [])
  const app = buildApp(settings, allowed)
  // By default Node looks only every half minute whose time is over.
  const serverOptions = { connectionsCheckingInterval: RPC_LIMITS.checkingMs }
  const server = serve({ fetch: app.fetch, hostname, port: settings.port, serverOptions }) as Server
  server.maxConnections = RPC_LIMITS.socketsMax
  server.on('connection', closeIfSilent)
  server.headersTimeout = RPC_LIMITS.headersTimeoutMs
  server.requestTimeout = RPC_LIMITS.requestTimeoutMs
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', error => reject(new RuntimeError('E_BUSY', `port ${settings.port}: ${error.message}`)))
  })
  const { port } = server.address() as AddressInfo
  for (const name of ['127.0.0.1', 'localhost', '[::1]', hostname]) allowed.add(`${name}:${port}`)
  return {
    url: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}/rpc`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** The timeouts of the server begin with the first byte; whoever sends none is closed here. */
function closeIfSilent(socket: Socket): void {
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy()
  }, RPC_LIMITS.headersTimeoutMs)
  socket.once('close', () => clearTimeout(timer))
}

function buildApp(settings: RpcSettings, allowedHosts: ReadonlySet<string>): Hono {
  const app = new Hono()
  let running = 0
  app.use(async (c, next) => {
    if (!allowedHosts.has((c.req.header('host') ?? '').toLowerCase())) return c.text('unknown host', 421)
    return next()
  })
  app.get('/healthz', c => {
    const health = settings.health?.() ?? { ok: true }
    return c.json(health, health.ok ? 200 : 503)
  })
  app.get('/version', c => c.json({ version: settings.version }))
  const tooLarge = (c: Context): Response =>
    c.json(failure(null, BAD_REQUEST, 'E_TOO_LARGE', 'the body is too large'), 413)
  app.post('/rpc', bodyLimit({ maxSize: RPC_LIMITS.bodyBytesMax, onError: tooLarge }), async c => {
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') {
      return c.json(failure(null, BAD_REQUEST, 'E_BAD_CONTENT_TYPE', 'the content type is application/json'), 415)
    }
    // Read first: whoever sends slowly holds a socket and none of the calls.
    const body = await c.req.text().catch(() => undefined)
    if (body === undefined) return c.text('the body broke off', 400)
    if (running >= RPC_LIMITS.concurrentCallsMax) return c.json(failure(null, FAILED, 'E_BUSY', 'too many calls'), 503)
    running += 1
    try {
      return c.json((await answer(settings, body)) as object)
    } finally {
      running -= 1
    }
  })
  app.onError((_error, c) => c.text('the request broke off', 400))
  app.notFound(c => c.text('not found', 404))
  return app
}

async function answer(settings: RpcSettings, body: string): Promise<unknown> {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return failure(null, PARSE_ERROR, 'E_BAD_JSON', 'the body is not JSON')
  }
  const request = REQUEST.safeParse(json)
  if (!request.success) return failure(null, BAD_REQUEST, 'E_BAD_REQUEST', 'not a JSON-RPC 2.0 request')
  const { method: name, params = {}, id = null } = request.data
  const method = Object.hasOwn(settings.methods, name) ? settings.methods[name] : undefined
  if (method === undefined) return failure(id, NO_METHOD, 'E_NO_METHOD', 'no such method')
  const checked = method.params.safeParse(params)
  if (!checked.success) return failure(id, BAD_PARAMS, 'E_BAD_PARAMS', firstIssue(checked.error))
  try {
    return { jsonrpc: '2.0', id, result: (await method.call(checked.data as never)) ?? null }
  } catch (error) {
    if (error instanceof RpcFailure || error instanceof RuntimeError) {
      return failure(id, FAILED, error.code, error.message)
    }
    settings.onError?.(error, name)
    return failure(id, INTERNAL, 'E_INTERNAL', 'the node failed to answer; its log says why')
  }
}

function failure(id: string | number | null, code: number, ourCode: string, why: string): object {
  return { jsonrpc: '2.0', id, error: { code, message: why, data: { code: ourCode } } }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'bad params' : `${issue.path.join('.') || 'params'}: ${issue.message}`
}
