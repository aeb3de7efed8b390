// An attacker that opens everything it can and reads nothing, over many connections. The victim, in a process of its own,
// goes on answering an honest peer all the while, and takes no more memory than its limits add up to.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Connection } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { NETWORK_LIMITS } from '#base-layer/runtime/limits.ts'

const ECHO = '/surety/echo/1'
const BIG = '/surety/big/1'
const MIB = 1024 * 1024
const ATTACKERS = 8
/** What the limits allow these connections: sent and not read, answers being made and not taken; and a process that works. */
const CEILING = ATTACKERS * (NETWORK_LIMITS.streamsPerConnection * 64 * 1024 + 4 * MIB) + 16 * 4 * MIB + 128 * MIB
let victim: ChildProcess
let address: string
let victimId: string
let honest: Host
const attackers: Awaited<ReturnType<typeof createLibp2p>>[] = []

const start = (seed: number, bootstrap: readonly string[]): Promise<Host> =>
  createHost({
    identitySecret: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    dht: 'client'
  })

beforeAll(async () => {
  victim = spawn(process.execPath, [join(import.meta.dirname, 'flood-victim.ts')], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const { stdout } = victim
  if (stdout === null) throw new Error('no output')
  address = await new Promise<string>(resolve => createInterface({ input: stdout }).once('line', resolve))
  victimId = address.split('/').at(-1) ?? ''
  honest = await start(62, [address])
  for (let n = 0; n < ATTACKERS; n++) {
    attackers.push(
      await createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
    )
  }
}, 60_000)

afterAll(async () => {
  await Promise.all(attackers.map(one => one.stop()))
  await honest.stop()
  victim.stdin?.end()
  victim.kill('SIGKILL')
})

const ask = async (protocol: string): Promise<Uint8Array> =>
  honest.request(victimId, protocol, Uint8Array.of(7), { timeoutMs: 5_000, maxResponseBytes: 100_000 })
const memory = async (): Promise<number> => Number(new TextDecoder().decode(await ask('/surety/memory/1')))
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Every stream it may have, of every protocol there is, each with a request begun or whole; nothing is ever read. */
async function openEverything(connection: Connection): Promise<void> {
  const protocols = [ECHO, BIG, '/meshsub/1.2.0', '/surety/kad/1.0.0', '/ipfs/ping/1.0.0']
  for (let n = 0; n < NETWORK_LIMITS.streamsPerConnection + 20; n++) {
    const protocol = protocols[n % protocols.length] ?? ECHO
    try {
      const stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(200) })
      stream.pause()
      stream.send(protocol === BIG ? Uint8Array.of(0, 0, 0, 1, 9) : Uint8Array.of(0, 0, 3, 0, 1))
    } catch {
      // Refused: that is the point.
    }
  }
}

describe('an attacker that opens everything and reads nothing', () => {
  it('costs less memory than the limits add up to, and nobody else an answer', async () => {
    const before = await memory()
    const connections: Connection[] = []
    for (const one of attackers) connections.push(await one.dial(multiaddr(address)))
    await Promise.all(connections.map(openEverything))
    const delays: number[] = []
    let most = 0
    for (let n = 0; n < 15; n++) {
      const startedMs = performance.now()
      expect(await ask(ECHO)).toEqual(Uint8Array.of(7))
      delays.push(performance.now() - startedMs)
      most = Math.max(most, await memory())
      await pause(100)
    }
    expect(most - before).toBeLessThan(CEILING)
    expect(delays.sort((a, b) => a - b)[7] ?? Number.POSITIVE_INFINITY).toBeLessThan(1_000)
    // One that goes on for minutes costs no more than at first: those that do not read lose their answers.
    await pause(2_000)
    expect(await memory()).toBeLessThan(before + CEILING)
  }, 60_000)

  it('that serves garbage is cut off after it did so twice', async () => {
    const mallory = await start(63, honest.addresses())
    for (let n = 0; n < 100 && !honest.peers().includes(mallory.peerId); n++) await pause(20)
    honest.penalise(mallory.peerId, SYNC_LIMITS.garbageOffences)
    expect(honest.peers()).toContain(mallory.peerId)
    honest.penalise(mallory.peerId, SYNC_LIMITS.garbageOffences)
    for (let n = 0; n < 100 && honest.peers().includes(mallory.peerId); n++) await pause(20)
    expect(honest.peers()).not.toContain(mallory.peerId)
    expect(honest.groupOf(victimId)).toBe('loopback')
    await mallory.stop()
  }, 20_000)
})
