// mallory speaks the transport honestly and everything above it badly. alice keeps answering bob whatever arrives, and
// nothing mallory sends leaves more in memory than the limits say.
import { connect } from 'node:net'
import { noise } from '@libp2p/noise'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'

const ECHO = '/surety/echo/1'
const TALK = '/surety/talk/1'
let alice: Host
let bob: Host
let mallory: Awaited<ReturnType<typeof createLibp2p>>
let target: Multiaddr
let handled = 0

const start = (seed: number, bootstrap: readonly string[]): Promise<Host> =>
  createHost({
    identitySecret: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    dht: 'server'
  })

beforeAll(async () => {
  alice = await start(1, [])
  bob = await start(2, alice.addresses())
  target = multiaddr(alice.addresses()[0])
  alice.handle(
    ECHO,
    async body => {
      handled += 1
      return body
    },
    { maxRequestBytes: 1_000, concurrency: 4 }
  )
  alice.acceptChannels(TALK, { maxMessageBytes: 1_000 }, channel =>
    channel.onMessage(() => {
      handled += 1
    })
  )
  alice.subscribe('/surety/news', () => 'accept')
  mallory = await createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
})
afterAll(async () => {
  await Promise.all([mallory.stop(), alice.stop(), bob.stop()])
})
afterEach(async () => {
  const answer = await bob.request(alice.peerId, ECHO, Uint8Array.of(7), { timeoutMs: 2_000, maxResponseBytes: 10 })
  expect(answer).toEqual(Uint8Array.of(7))
})

const open = async (protocol: string): Promise<Stream> => (await mallory.dial(target)).newStream(protocol)
const isOver = (stream: Stream, timeout = 2_000) =>
  vi.waitFor(() => expect(stream.status).not.toBe('open'), { timeout, interval: 20 })
const random = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.random() * 256)

describe('a handler', () => {
  it('resets a stream whose length is above the limit, before the body', async () => {
    const before = handled
    for (const head of [
      [255, 255, 255, 255],
      [0, 0, 3, 233]
    ]) {
      const stream = await open(ECHO)
      stream.send(Uint8Array.from(head))
      await isOver(stream)
    }
    expect(handled).toBe(before)
  })

  it('resets a stream that ends inside a frame or has bytes after it', async () => {
    const before = handled
    const half = await open(ECHO)
    half.send(Uint8Array.of(0, 0, 0, 9, 1, 2))
    await half.close()
    await isOver(half)
    const long = await open(ECHO)
    long.send(Uint8Array.of(0, 0, 0, 1, 1, 2))
    await isOver(long)
    expect(handled).toBe(before)
  })

  it('gives a slow sender five seconds in all, and others their turn meanwhile', async () => {
    const slow = await open(ECHO)
    slow.send(Uint8Array.of(0, 0))
    await bob.request(alice.peerId, ECHO, Uint8Array.of(1), { timeoutMs: 1_000, maxResponseBytes: 10 })
    await isOver(slow, 7_000)
  }, 10_000)

  it('refuses more streams at once than its concurrency', async () => {
    const streams = await Promise.allSettled(Array.from({ length: 60 }, () => open(ECHO)))
    const opened = streams.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
    await vi.waitFor(() => expect(opened.filter(stream => stream.status === 'open').length).toBeLessThanOrEqual(4))
    for (const stream of opened) stream.abort(new Error('enough'))
    await new Promise(resolve => {
      setTimeout(resolve, 100)
    })
  })
})

describe('a channel', () => {
  it('is closed by an oversize message and by rubbish', async () => {
    for (const bytes of [Uint8Array.of(0, 0, 3, 233), Uint8Array.of(0x7f, ...random(5_000))]) {
      const stream = await open(TALK)
      stream.send(bytes)
      await isOver(stream)
    }
  })
})

describe('built-in protocols', () => {
  it.each(['/surety/kad/1.0.0', '/meshsub/1.2.0', '/ipfs/id/push/1.0.0', '/ipfs/ping/1.0.0'])(
    '%s survives rubbish',
    async protocol => {
      for (const bytes of [random(200), random(20_000), Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1)]) {
        const stream = await open(protocol)
        stream.send(bytes)
        await stream.close().catch(() => {})
        await new Promise(resolve => {
          setTimeout(resolve, 20)
        })
        stream.abort(new Error('next'))
      }
    }
  )

  it('are the ones this network needs and no others', async () => {
    for (const protocol of ['/floodsub/1.0.0', '/libp2p/circuit/relay/0.2.0/hop', '/ipfs/kad/1.0.0']) {
      await expect(open(protocol)).rejects.toMatchObject({ name: 'UnsupportedProtocolError' })
    }
  })
})

describe('the socket', () => {
  it('survives bytes that are no handshake', async () => {
    const port = Number(/tcp\/(\d+)/.exec(target.toString())?.[1])
    for (let i = 0; i < 20; i++) {
      await new Promise<void>(resolve => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.end(random(300))
        })
        socket.on('close', () => resolve()).on('error', () => resolve())
        socket.resume()
      })
    }
  })

  it('answers again after a storm of connections that say nothing', async () => {
    const port = Number(/tcp\/(\d+)/.exec(target.toString())?.[1])
    const sockets = Array.from({ length: 60 }, () => connect(port, '127.0.0.1').on('error', () => {}))
    await new Promise(resolve => {
      setTimeout(resolve, 200)
    })
    for (const socket of sockets) socket.destroy()
  })
})
