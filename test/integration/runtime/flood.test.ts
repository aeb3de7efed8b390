// An attacker that opens everything it can and reads nothing, over many connections. The victim goes on answering an honest
// peer all the while, and what the attacker costs in memory stays below what the limits add up to.
import { noise } from '@libp2p/noise'
import type { Connection, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { NETWORK_LIMITS } from '#base-layer/runtime/limits.ts'

const ECHO = '/surety/echo/1'
const BIG = '/surety/big/1'
const MIB = 1024 * 1024
const ATTACKERS = 20
let victim: Host
let honest: Host
const attackers: Awaited<ReturnType<typeof createLibp2p>>[] = []

const start = (seed: number, bootstrap: readonly string[], more = {}): Promise<Host> =>
  createHost({
    identitySecret: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    dht: 'server',
    ...more
  })

beforeAll(async () => {
  victim = await start(61, [])
  honest = await start(62, victim.addresses())
  victim.handle(ECHO, async body => body, { maxRequestBytes: 1_000, concurrency: 16 })
  victim.handle(BIG, async () => new Uint8Array(4 * MIB), { maxRequestBytes: 1_000, concurrency: 16 })
  for (let n = 0; n < ATTACKERS; n++) {
    attackers.push(
      await createLibp2p({
        transports: [tcp()],
        connectionEncrypters: [noise()],
        streamMuxers: [yamux({ streamOptions: { maxReadBufferLength: 64 * MIB, maxStreamWindowSize: 64 * MIB } })]
      })
    )
  }
}, 60_000)

afterAll(async () => {
  await Promise.all(attackers.map(one => one.stop()))
  await Promise.all([victim.stop(), honest.stop()])
})

const answers = async (): Promise<number> => {
  const startedMs = performance.now()
  const body = Uint8Array.of(7)
  const answer = await honest.request(victim.peerId, ECHO, body, { timeoutMs: 5_000, maxResponseBytes: 10 })
  expect(answer).toEqual(body)
  return performance.now() - startedMs
}
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

describe('an attacker that opens everything and reads nothing', () => {
  it('costs less memory than its limits add up to, and nobody else an answer', async () => {
    await answers()
    const before = process.memoryUsage().rss
    const target = multiaddr(victim.addresses()[0])
    const connections: Connection[] = []
    for (const one of attackers) connections.push(await one.dial(target))
    const opened: Stream[] = []
    const protocols = [ECHO, BIG, '/meshsub/1.2.0', '/surety/kad/1.0.0', '/ipfs/ping/1.0.0']
    for (const connection of connections) {
      // Every stream it may have, of every protocol there is, each with a request begun or whole; nothing is ever read.
      for (let n = 0; n < NETWORK_LIMITS.streamsPerConnection + 20; n++) {
        const protocol = protocols[n % protocols.length] ?? ECHO
        try {
          const stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(500) })
          stream.pause()
          stream.send(protocol === BIG ? Uint8Array.of(0, 0, 0, 1, 9) : Uint8Array.of(0, 0, 3, 0, 1))
          opened.push(stream)
        } catch {
          // Refused: that is the point.
        }
      }
    }
    const delays: number[] = []
    for (let n = 0; n < 10; n++) {
      delays.push(await answers())
      await pause(100)
    }
    const grown = process.memoryUsage().rss - before
    // The attackers live in this process as well, so this is the sum of both sides.
    expect(grown).toBeLessThan(400 * MIB)
    expect(delays.sort((a, b) => a - b)[5] ?? Number.POSITIVE_INFINITY).toBeLessThan(1_000)
    for (const connection of connections) {
      const alive = connection.streams.filter(stream => stream.status === 'open').length
      expect(alive).toBeLessThanOrEqual(2 * NETWORK_LIMITS.streamsPerConnection)
    }
    // Nobody who does not read holds an answer for longer than the victim waits for it.
    await pause(1_000)
    expect(victim.peers().length).toBeLessThanOrEqual(NETWORK_LIMITS.connectionsMax)
  }, 60_000)

  it('that serves garbage is cut off after it did so twice', async () => {
    const peers = victim.peers().filter(peer => peer !== honest.peerId)
    const [mallory] = peers
    if (mallory === undefined) throw new Error('an attacker is connected')
    victim.penalise(mallory, NETWORK_LIMITS.rejectionsMax / 2)
    expect(victim.peers()).toContain(mallory)
    victim.penalise(mallory, NETWORK_LIMITS.rejectionsMax / 2)
    for (let n = 0; n < 50 && victim.peers().includes(mallory); n++) await pause(20)
    expect(victim.peers()).not.toContain(mallory)
    expect(victim.groupOf(honest.peerId)).toBe('loopback')
  })
})
