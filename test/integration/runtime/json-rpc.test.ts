// The JSON-RPC door: typed errors for callers, nothing for strangers.
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRpcServer, RpcFailure, rpcMethod, type RpcServer } from '#base-layer/runtime/json-rpc.ts'
import { RPC_LIMITS } from '#base-layer/runtime/limits.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'

let server: RpcServer
const failures: string[] = []

beforeAll(async () => {
  server = await createRpcServer({
    port: 0,
    version: '1.2.3',
    onError: (_error, method) => failures.push(method),
    methods: {
      add: rpcMethod(z.strictObject({ a: z.number(), b: z.number() }), ({ a, b }) => a + b),
      refuse: rpcMethod(z.strictObject({}), () => {
        throw new RpcFailure('E_NO_COINS', 'alice has no coins')
      }),
      crash: rpcMethod(z.strictObject({}), () => {
        throw new Error('the secret is 42')
      }),
      slow: rpcMethod(
        z.strictObject({}),
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
    await expect(createRpcServer({ port, version: '', methods: {} })).rejects.toMatchObject({ code: 'E_BUSY' })
  })
})

describe('the pages for operators', () => {
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
