// The JSON-RPC door: typed errors for callers, nothing for strangers.
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRpcServer, RpcFailure, rpcMethod, type RpcServer } from '#base-layer/runtime/json-rpc.ts'
import { RPC_LIMITS } from '#base-layer/runtime/limits.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { Secret } from '#base-layer/runtime/secret.ts'

const NOTHING = { summary: 'A method.', params: z.strictObject({}), result: z.unknown() }
const TOKEN = 'a token of a file'

let server: RpcServer
const failures: string[] = []
const calls: string[] = []

beforeAll(async () => {
  server = await createRpcServer({
    port: 0,
    version: '1.2.3',
    checksAnswers: true,
    token: new Secret(TOKEN),
    readiness: () => ({ ok: false, why: 'synchronising' }),
    metrics: async () => 'surety_up 1\n',
    onCall: (method, code) => calls.push(`${method} ${code}`),
    onError: (_error, method) => failures.push(method),
    methods: {
      add: rpcMethod(
        { summary: 'The sum.', params: z.strictObject({ a: z.number(), b: z.number() }), result: z.number() },
        ({ a, b }) => a + b
      ),
      sign: rpcMethod({ ...NOTHING, needsToken: true }, () => 'signed'),
      wrong: rpcMethod({ ...NOTHING, result: z.string() }, () => 7),
      refuse: rpcMethod(NOTHING, () => {
        throw new RpcFailure('E_NO_COINS', 'alice has no coins')
      }),
      crash: rpcMethod(NOTHING, () => {
        throw new Error('the secret is 42')
      }),
      slow: rpcMethod(
        NOTHING,
        () =>
          new Promise(resolve => {
            setTimeout(resolve, 1_000)
          })
      )
    }
  })
})
afterAll(async () => server.stop())

const post = (body: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } }
    const call = request(server.url, options, response => {
      let text = ''
      response
        .on('data', chunk => {
          text += chunk
        })
        .on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    call.on('error', reject).end(body)
  })

describe('a call', () => {
  it('returns the result', async () => {
    expect(await rpcCall(server.url, 'add', { a: 2, b: 3 })).toBe(5)
  })

  it.each([
    ['add', { a: 2 }, 'E_BAD_PARAMS'],
    ['add', { a: 2, b: 3, c: 4 }, 'E_BAD_PARAMS'],
    ['nothing', {}, 'E_NO_METHOD'],
    ['toString', {}, 'E_NO_METHOD'],
    ['refuse', {}, 'E_NO_COINS'],
    ['crash', {}, 'E_INTERNAL']
  ])('of %s with %j fails with %s', async (method, params, code) => {
    await expect(rpcCall(server.url, method, params)).rejects.toMatchObject({ code })
  })

  it('that crashes tells the log and not the caller', async () => {
    failures.length = 0
    await expect(rpcCall(server.url, 'crash')).rejects.not.toMatchObject({ message: expect.stringContaining('42') })
    expect(failures).toEqual(['crash'])
  })

  it('fails with E_RPC_TIMEOUT or E_RPC_UNREACHABLE if nobody answers', async () => {
    await expect(rpcCall(server.url, 'slow', {}, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'E_RPC_TIMEOUT' })
    await expect(rpcCall('http://127.0.0.1:1/rpc', 'add')).rejects.toMatchObject({ code: 'E_RPC_UNREACHABLE' })
  })
})

describe('the door refuses', () => {
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'add', params: { a: 1, b: 1 } })

  it('a foreign Host header', async () => {
    expect((await post(call, { host: 'evil.example' })).status).toBe(421)
  })

  it('a content type a web form could send', async () => {
    expect((await post(call, { 'content-type': 'text/plain' })).status).toBe(415)
  })

  it('a body above the limit', async () => {
    expect((await post(`"${'x'.repeat(1024 * 1024)}"`)).status).toBe(413)
  })

  it.each(['', '{', '[]', '7', '{"jsonrpc":"1.0","method":"add"}'])('the body %j, with an error object', async body => {
    expect(JSON.parse((await post(body)).body)).toMatchObject({
      error: { data: { code: expect.stringMatching(/^E_BAD_/) } }
    })
  })

  it('a port that is taken', async () => {
    const port = Number(new URL(server.url).port)
    await expect(createRpcServer({ port, version: '', methods: {} })).rejects.toMatchObject({ code: 'E_PORT_TAKEN' })
  })
})

describe('a batch', () => {
  const add = (id: number | undefined, a: unknown): object => ({
    jsonrpc: '2.0',
    ...(id === undefined ? {} : { id }),
    method: 'add',
    params: { a, b: 1 }
  })

  it('is answered in order, failures among the rest, notifications not at all', async () => {
    const { body } = await post(JSON.stringify([add(1, 1), add(undefined, 5), add(2, 'x'), 7, add(3, 3)]))
    expect(JSON.parse(body)).toMatchObject([
      { id: 1, result: 2 },
      { id: 2, error: { code: -32602, data: { code: 'E_BAD_PARAMS' } } },
      { id: null, error: { code: -32600 } },
      { id: 3, result: 4 }
    ])
  })

  it('of notifications alone, like one notification, is answered with nothing', async () => {
    expect(await post(JSON.stringify([add(undefined, 1), add(undefined, 2)]))).toEqual({ status: 204, body: '' })
    expect(await post(JSON.stringify(add(undefined, 1)))).toEqual({ status: 204, body: '' })
  })

  it('above the limit is refused whole', async () => {
    calls.length = 0
    const batch = Array.from({ length: RPC_LIMITS.batchCallsMax + 1 }, (_, i) => add(i, i))
    expect(JSON.parse((await post(JSON.stringify(batch))).body)).toMatchObject({
      error: { data: { code: 'E_TOO_LARGE' } }
    })
    expect(calls).toEqual([])
    expect(JSON.parse((await post(JSON.stringify(batch.slice(1)))).body)).toHaveLength(RPC_LIMITS.batchCallsMax)
  })
})

describe('a method that needs the token', () => {
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sign' })

  it('answers whoever shows it', async () => {
    expect(JSON.parse((await post(call, { authorization: `Bearer ${TOKEN}` })).body)).toMatchObject({
      result: 'signed'
    })
  })

  it.each([{}, { authorization: TOKEN }, { authorization: `Bearer ${TOKEN}x` }, { authorization: 'Bearer ' }])(
    'refuses %j',
    async headers => {
      const answer = JSON.parse((await post(call, { ...headers })).body) as unknown
      expect(answer).toMatchObject({ error: { data: { code: 'E_RPC_TOKEN' } } })
    }
  )
})

describe('a server that describes itself', () => {
  it('lists its methods with parameters, results and codes', async () => {
    const document = (await rpcCall(server.url, 'rpc.discover')) as { methods: { name: string }[] }
    expect(document).toMatchObject({ openrpc: '1.3.2', info: { version: '1.2.3' } })
    expect(document.methods.map(method => method.name)).toEqual([
      'add',
      'crash',
      'refuse',
      'rpc.discover',
      'sign',
      'slow',
      'wrong'
    ])
    expect(document.methods[0]).toMatchObject({
      paramStructure: 'by-name',
      params: [
        { name: 'a', required: true, schema: { type: 'number' } },
        { name: 'b', required: true, schema: { type: 'number' } }
      ],
      result: { schema: { type: 'number' } }
    })
    expect(document.methods[4]).toMatchObject({ 'x-needs-token': true })
  })

  it('notes an answer that is not what it describes, where answers are checked', async () => {
    failures.length = 0
    await expect(rpcCall(server.url, 'wrong')).rejects.toMatchObject({ code: 'E_INTERNAL' })
    expect(failures).toEqual(['wrong'])
  })
})

describe('the pages for operators', () => {
  it('tell readiness apart from health, and show metrics', async () => {
    const ready = await fetch(new URL('/readyz', server.url))
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false, why: 'synchronising' }])
    const metrics = await fetch(new URL('/metrics', server.url))
    expect([metrics.status, await metrics.text()]).toEqual([200, 'surety_up 1\n'])
    expect(metrics.headers.get('content-type')).toContain('version=0.0.4')
  })

  it('tell health and version', async () => {
    expect(await (await fetch(new URL('/healthz', server.url))).json()).toEqual({ ok: true })
    expect(await (await fetch(new URL('/version', server.url))).json()).toEqual({ version: '1.2.3' })
  })

  it('answers while clients that never finish their bodies hold more sockets than there are calls', async () => {
    const { port, hostname } = new URL(server.url)
    const head = `POST /rpc HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`
    const slow: Socket[] = []
    try {
      for (let count = 0; count < RPC_LIMITS.concurrentCallsMax + 8; count++) {
        const socket = connect(Number(port), hostname)
        socket.on('error', () => {})
        await new Promise(resolve => socket.write(head, resolve))
        slow.push(socket)
      }
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(await rpcCall(server.url, 'add', { a: 1, b: 2 })).toBe(3)
    } finally {
      for (const socket of slow) socket.destroy()
    }
  })

  it('closes idle sockets soon, so that a crowd of them keeps nobody out for long', async () => {
    const { port, hostname } = new URL(server.url)
    const closed: number[] = []
    const started = Date.now()
    const idle = Array.from({ length: RPC_LIMITS.socketsMax + 50 }, () => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.on('close', () => closed.push(Date.now() - started))
      return socket
    })
    try {
      while (closed.length < idle.length && Date.now() - started < 9_000)
        await new Promise(resolve => setTimeout(resolve, 100))
      expect(closed.length).toBe(idle.length)
      expect(await rpcCall(server.url, 'add', { a: 1, b: 2 })).toBe(3)
    } finally {
      for (const socket of idle) socket.destroy()
    }
  }, 15_000)
})
