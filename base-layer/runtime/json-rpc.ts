// JSON-RPC 2.0 over POST /rpc, with GET /healthz, /readyz, /metrics and /version: how the command
// line, the wallet, the explorer and an operator's monitoring talk to a node. Loopback by default. A
// foreign web page cannot reach it: the Host header is checked against DNS rebinding, and the JSON
// content type makes a browser ask first, which nothing answers.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { RuntimeError } from './errors.ts'
import { answerBody, type CallSettings, failure } from './json-rpc-calls.ts'
import { RPC_CODES, type RpcMethod } from './json-rpc-method.ts'
import { RPC_LIMITS } from './limits.ts'
import { buildOpenRpc, DISCOVER } from './open-rpc.ts'
import type { Secret } from './secret.ts'

export { RpcFailure, type RpcDescription, type RpcMethod, rpcMethod } from './json-rpc-method.ts'

export interface Answer {
  readonly ok: boolean
  readonly [detail: string]: unknown
}

export interface RpcSettings extends CallSettings {
  /** Default 127.0.0.1. */
  readonly hostname?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Further values allowed in the Host header, e.g. the name of a reverse proxy. */
  readonly allowedHosts?: readonly string[]
  readonly version: string
  /** What callers of methods that need it must show. Default: those methods are refused. */
  readonly token?: Secret<string>
  /** Whether the node works; shown at /healthz. Default: it does. */
  readonly health?: () => Answer
  /** Whether it may be asked and relied on: synchronised and with peers; shown at /readyz. Default: as `health`. */
  readonly readiness?: () => Answer
  /** Text of /metrics; without it there is no such page. */
  readonly metrics?: () => Promise<string>
}

export interface RpcServer {
  readonly url: string
  stop(): Promise<void>
}

/** Rejects E_PORT_TAKEN. `rpc.discover` is added to the methods. */
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
    server.once('error', error => reject(cannotListen(settings.port, error)))
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

function cannotListen(port: number, error: Error): RuntimeError {
  const taken = 'code' in error && error.code === 'EADDRINUSE'
  return taken
    ? new RuntimeError('E_PORT_TAKEN', `another program listens on port ${port}`)
    : new RuntimeError('E_PORT_TAKEN', `port ${port} cannot be listened on: ${error.message}`)
}

/** The timeouts of the server begin with the first byte; whoever sends none is closed here. */
function closeIfSilent(socket: Socket): void {
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy()
  }, RPC_LIMITS.headersTimeoutMs)
  socket.once('close', () => clearTimeout(timer))
}

/** The text format of Prometheus. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

function buildApp(settings: RpcSettings, allowedHosts: ReadonlySet<string>): Hono {
  const app = new Hono()
  const calls: CallSettings = { ...settings, methods: withDiscover(settings) }
  let running = 0
  app.use(async (c, next) => {
    if (!allowedHosts.has((c.req.header('host') ?? '').toLowerCase())) return c.text('unknown host', 421)
    return next()
  })
  const { health = () => ({ ok: true }), metrics } = settings
  for (const [path, ask] of [
    ['/healthz', health],
    ['/readyz', settings.readiness ?? health]
  ] as const) {
    app.get(path, c => {
      const answer = ask()
      return c.json(answer, answer.ok ? 200 : 503)
    })
  }
  if (metrics !== undefined) {
    app.get('/metrics', async c => c.text(await metrics(), 200, { 'content-type': METRICS_TYPE }))
  }
  app.get('/version', c => c.json({ version: settings.version }))
  const tooLarge = (c: Context): Response =>
    c.json(failure(null, RPC_CODES.request, 'E_TOO_LARGE', 'the body is too large'), 413)
  app.post('/rpc', bodyLimit({ maxSize: RPC_LIMITS.bodyBytesMax, onError: tooLarge }), async c => {
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') {
      return c.json(failure(null, RPC_CODES.request, 'E_BAD_CONTENT_TYPE', 'the content type is application/json'), 415)
    }
    // Read first: whoever sends slowly holds a socket and none of the calls.
    const body = await c.req.text().catch(() => undefined)
    if (body === undefined) return c.text('the body broke off', 400)
    if (running >= RPC_LIMITS.concurrentCallsMax)
      return c.json(failure(null, RPC_CODES.failed, 'E_BUSY', 'too many calls'), 503)
    running += 1
    try {
      const answer = await answerBody(calls, body, knowsToken(settings.token, c.req.header('authorization')))
      return answer === undefined ? c.body(null, 204) : c.json(answer as object)
    } finally {
      running -= 1
    }
  })
  app.onError((_error, c) => c.text('the request broke off', 400))
  app.notFound(c => c.text('not found', 404))
  return app
}

function withDiscover({ methods, version }: RpcSettings): Readonly<Record<string, RpcMethod>> {
  const described = { ...methods, 'rpc.discover': DISCOVER }
  let document: object | undefined
  const discover: RpcMethod = {
    ...DISCOVER,
    call: () => {
      document ??= buildOpenRpc(described, version)
      return document
    }
  }
  return { ...methods, 'rpc.discover': discover }
}

/** In constant time: how much of a guess is right is not to be measured. */
function knowsToken(token: Secret<string> | undefined, header: string | undefined): boolean {
  if (token === undefined || header === undefined) return false
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header), digest(`Bearer ${token.reveal()}`))
}
