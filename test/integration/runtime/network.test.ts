// Hosts on real loopback sockets: one bootstrap address is enough to find everyone; gossip, requests, channels and
// DHT records work; peers come back after a restart.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Channel, Host, HostSettings, RecordRules } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { derivePeerId } from '#base-layer/runtime/peer-identity.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const soon = { timeout: 8_000, interval: 25 }

/** A note is [rank, ...]; rank 0 is refused, the highest rank is best. */
const note: RecordRules = {
  validate: (_key, value) => {
    if ((value[0] ?? 0) === 0) throw new Error('rank 0')
  },
  select: (_key, values) =>
    values.reduce((best, value, i) => ((value[0] ?? 0) > (values[best]?.[0] ?? 0) ? i : best), 0)
}

const start = (seed: number, bootstrap: readonly string[], more: Partial<HostSettings> = {}): Promise<Host> =>
  createHost({
    identitySecret: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    dht: 'server',
    records: { note },
    ...more
  })

const hosts: Host[] = []
let alice: Host
let bob: Host

beforeAll(async () => {
  alice = await start(1, [])
  bob = await start(2, alice.addresses())
  hosts.push(alice, bob)
  for (const seed of [3, 4, 5]) hosts.push(await start(seed, alice.addresses()))
})
afterAll(async () => {
  await Promise.all(hosts.map(host => host.stop()))
})

describe('five hosts that know one address', () => {
  it('have the peer ids that follow from their public keys', () => {
    expect(bob.peerId).toBe(derivePeerId(derivePublicKey(new Uint8Array(32).fill(2))))
  })

  it('are each connected to the four others within seconds', async () => {
    await vi.waitFor(() => {
      for (const host of hosts) expect(host.peers()).toHaveLength(4)
    }, soon)
  })

  it('deliver gossip from any of them to all others, once', async () => {
    const got = hosts.map(() => [] as number[])
    const stops = hosts.map((host, i) =>
      host.subscribe('/surety/test', bytes => {
        got[i]?.push(bytes[0] ?? -1)
        return 'accept'
      })
    )
    // Subscriptions travel first: publish until the first has arrived everywhere.
    await vi.waitFor(
      async () => {
        await alice.publish('/surety/test', Uint8Array.of(99, Math.random() * 256))
        for (const seen of got.slice(1)) expect(seen).toContain(99)
      },
      { ...soon, interval: 200 }
    )
    for (const [i, host] of hosts.entries()) await host.publish('/surety/test', Uint8Array.of(i))
    const others = (i: number): number[] => [0, 1, 2, 3, 4].filter(from => from !== i)
    await vi.waitFor(() => {
      for (const [i, seen] of got.entries()) expect(seen.filter(from => from < 5).toSorted()).toEqual(others(i))
    }, soon)
    for (const stop of stops) stop()
  })

  it('refuse to publish more than the limit', async () => {
    await expect(alice.publish('/surety/test', new Uint8Array(300 * 1024))).rejects.toMatchObject({
      code: 'E_TOO_LARGE'
    })
  })
})

describe('gossip along a line of three hosts', () => {
  it('is forwarded by the middle if and only if its application accepts', async () => {
    const client = { dht: 'client', peersTarget: 1 } as const
    const left = await start(21, [], client)
    const middle = await start(22, left.addresses(), client)
    const right = await start(23, middle.addresses(), client)
    const seen: number[] = []
    left.subscribe('/surety/line', () => 'accept')
    middle.subscribe('/surety/line', bytes => (['accept', 'ignore', 'reject'] as const)[bytes[0] ?? 0] ?? 'reject')
    right.subscribe('/surety/line', bytes => {
      seen.push(bytes[0] ?? -1)
      return 'accept'
    })
    await vi.waitFor(
      async () => {
        await left.publish('/surety/line', Uint8Array.of(0, Math.random() * 256))
        expect(seen).toContain(0)
      },
      { ...soon, interval: 200 }
    )
    expect(right.peers()).toEqual([middle.peerId])
    seen.length = 0
    for (const kind of [1, 2, 0]) await left.publish('/surety/line', Uint8Array.of(kind, 0, 0))
    await vi.waitFor(() => expect(seen).toContain(0), soon)
    expect(seen.filter(kind => kind !== 0)).toEqual([])
    await Promise.all([left, middle, right].map(host => host.stop()))
  })
})

describe('a peer that sends rejected gossip', () => {
  it('is cut off at the limit and kept out', async () => {
    const victim = await start(31, [], { dht: 'client' })
    const mallory = await start(32, victim.addresses(), { dht: 'client' })
    let judged = 0
    victim.subscribe('/surety/spam', () => {
      judged += 1
      return 'reject'
    })
    await vi.waitFor(
      async () => {
        await mallory.publish('/surety/spam', text(`spam ${Math.random()}`))
        expect(judged).toBeGreaterThanOrEqual(20)
        expect(victim.peers()).toEqual([])
      },
      { ...soon, interval: 10 }
    )
    const joined: string[] = []
    victim.onPeer(event => {
      if (event.kind === 'connected') joined.push(event.peer)
    })
    await mallory.stop()
    const again = await start(32, [], { dht: 'client' })
    await again.dial(victim.addresses()).catch(() => {})
    const carol = await start(33, victim.addresses(), { dht: 'client' })
    await vi.waitFor(() => expect(joined).toContain(carol.peerId), soon)
    expect(joined).not.toContain(mallory.peerId)
    await Promise.all([victim, again, carol].map(host => host.stop()))
  })
})

describe('a request', () => {
  const options = { timeoutMs: 3_000, maxResponseBytes: 2_000_000 }

  it('is answered by the handler, which knows who asks', async () => {
    const stop = alice.handle('/surety/echo/1', async (body, from) => text(`${from} ${body.length}`), {
      maxRequestBytes: 3_000_000,
      concurrency: 4
    })
    for (const size of [0, 1, 2_500_000]) {
      const answer = await bob.request(alice.peerId, '/surety/echo/1', new Uint8Array(size), options)
      expect(new TextDecoder().decode(answer)).toBe(`${bob.peerId} ${size}`)
    }
    expect((await bob.request(alice.addresses(), '/surety/echo/1', text('x'), options)).length).toBeGreaterThan(0)
    stop()
  })

  it('brings large responses whole', async () => {
    const large = new Uint8Array(1_900_000).map((_, i) => i % 251)
    const stop = alice.handle('/surety/large/1', async () => large, { maxRequestBytes: 1, concurrency: 4 })
    expect(Buffer.compare(await bob.request(alice.peerId, '/surety/large/1', text(''), options), large)).toBe(0)
    await expect(
      bob.request(alice.peerId, '/surety/large/1', text(''), { ...options, maxResponseBytes: 1_899_999 })
    ).rejects.toMatchObject({ code: 'E_TOO_LARGE' })
    stop()
  })

  it('fails with a code for each way to fail', async () => {
    const stops = [
      alice.handle(
        '/surety/fail/1',
        async () => {
          throw new Error('no')
        },
        { maxRequestBytes: 10, concurrency: 4 }
      ),
      alice.handle('/surety/never/1', () => new Promise(() => {}), { maxRequestBytes: 10, concurrency: 1 })
    ]
    const code = async (
      peer: string | string[],
      protocol: string,
      body = text(''),
      timeoutMs = 3_000
    ): Promise<string> =>
      bob.request(peer, protocol, body, { timeoutMs, maxResponseBytes: 10 }).then(
        () => 'none',
        error => error.code
      )
    expect(await code(alice.peerId, '/surety/nothing/1')).toBe('E_PROTOCOL_UNSUPPORTED')
    expect(await code(alice.peerId, '/surety/fail/1')).toBe('E_PEER_REFUSED')
    expect(await code(alice.peerId, '/surety/fail/1', new Uint8Array(11))).toBe('E_PEER_REFUSED')
    expect(await code(alice.peerId, '/surety/never/1', text(''), 200)).toBe('E_TIMEOUT')
    expect(await code(alice.peerId, '/surety/never/1')).toBe('E_PEER_REFUSED')
    expect(await code('not a peer', '/surety/fail/1')).toBe('E_BAD_ADDRESS')
    expect(await code(['/ip4/127.0.0.1/tcp/1'], '/surety/fail/1')).toBe('E_PEER_UNREACHABLE')
    for (const stop of stops) stop()
  })
})

describe('a channel', () => {
  const options = { maxMessageBytes: 100_000 }

  it('carries messages both ways in order and tells both ends when it closes', async () => {
    const received: number[] = []
    const closed = vi.fn()
    const stop = alice.acceptChannels('/surety/chat/1', options, (channel, from) => {
      expect(from).toBe(bob.peerId)
      channel.onMessage(message => {
        channel.send(message)
      })
      channel.onClose(closed)
    })
    const channel = await bob.openChannel(alice.peerId, '/surety/chat/1', options)
    expect(channel.peer).toBe(alice.peerId)
    channel.onMessage(message => {
      received.push(new DataView(message.buffer, message.byteOffset).getUint32(0))
    })
    for (let i = 0; i < 500; i++) {
      const message = new Uint8Array(1_000)
      new DataView(message.buffer).setUint32(0, i)
      expect(channel.send(message)).toBe(true)
    }
    await vi.waitFor(() => expect(received).toEqual(Array.from({ length: 500 }, (_, i) => i)), soon)
    expect(channel.send(new Uint8Array(100_001))).toBe(false)
    channel.close()
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), soon)
    expect(channel.send(text('late'))).toBe(false)
    stop()
  })

  it('says no instead of growing while the other end does not read, and loses nothing it accepted', async () => {
    let release = (): void => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    let received = 0
    const stop = alice.acceptChannels('/surety/slow/1', options, channel => {
      channel.onMessage(async () => {
        await held
        received += 1
      })
    })
    const channel = await bob.openChannel(alice.peerId, '/surety/slow/1', options)
    let accepted = 0
    for (let turn = 0; turn < 40; turn++) {
      for (let i = 0; i < 100; i++) if (channel.send(new Uint8Array(10_000))) accepted += 1
      await new Promise(resolve => {
        setTimeout(resolve, 5)
      })
    }
    expect(accepted).toBeGreaterThan(500)
    expect(accepted).toBeLessThan(2_000)
    release()
    await vi.waitFor(() => expect(received).toBe(accepted), soon)
    channel.close()
    stop()
  })

  it('ends when the peer stops', async () => {
    const carol = await start(6, alice.addresses())
    let accepted: Channel | undefined
    const stop = alice.acceptChannels('/surety/end/1', options, channel => {
      accepted = channel
    })
    const channel = await carol.openChannel(alice.peerId, '/surety/end/1', options)
    channel.send(text('hello'))
    const closed = vi.fn()
    await vi.waitFor(() => expect(accepted).toBeDefined(), soon)
    accepted?.onClose(closed)
    await carol.stop()
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), soon)
    stop()
  })
})

describe('a DHT record', () => {
  const key = text('/note/rent')

  it('is found from every host, the best of several', async () => {
    await bob.putRecord(key, Uint8Array.of(1))
    for (const host of hosts) expect(await host.getRecord(key)).toEqual(Uint8Array.of(1))
    await alice.putRecord(key, Uint8Array.of(2))
    for (const host of hosts) expect(await host.getRecord(key)).toEqual(Uint8Array.of(2))
    await alice.putRecord(key, Uint8Array.of(2))
    expect(await hosts[4]?.getRecord(key)).toEqual(Uint8Array.of(2))
  })

  it('that nobody stored is undefined', async () => {
    expect(await bob.getRecord(text('/note/nothing'))).toBeUndefined()
  })

  it('is refused if its rules, its size or its namespace are wrong', async () => {
    await expect(bob.putRecord(key, Uint8Array.of(0))).rejects.toMatchObject({ code: 'E_RECORD_REFUSED' })
    await expect(bob.putRecord(key, new Uint8Array(9_000).fill(1))).rejects.toMatchObject({ code: 'E_TOO_LARGE' })
    for (const name of ['/other/x', 'note/x', '/note', '/toString/x', '/pk/x']) {
      await expect(bob.putRecord(text(name), Uint8Array.of(1))).rejects.toMatchObject({ code: 'E_RECORD_REFUSED' })
    }
  })
})

describe('a peer that restarts on its port with its identity', () => {
  it('is connected to everyone again, even the bootstrap', async () => {
    const [address = ''] = alice.addresses()
    await alice.stop()
    await vi.waitFor(() => {
      for (const host of hosts.slice(1)) expect(host.peers()).not.toContain(alice.peerId)
    }, soon)
    alice = await start(1, [], { listen: [address.replace(/\/p2p\/.*/, '')] })
    hosts[0] = alice
    await vi.waitFor(() => expect(alice.peers()).toHaveLength(4), { ...soon, timeout: 20_000 })
  }, 30_000)
})

describe('settings that cannot work', () => {
  it('are refused with a code', async () => {
    await expect(start(9, ['nonsense'])).rejects.toMatchObject({ code: 'E_BAD_ADDRESS' })
    const taken = bob.addresses()[0]?.replace(/\/p2p\/.*/, '') ?? ''
    await expect(start(9, [], { listen: [taken] })).rejects.toMatchObject({ code: 'E_PORT_TAKEN' })
    const stopped = await start(9, [])
    await stopped.stop()
    await expect(stopped.publish('/x', text(''))).rejects.toMatchObject({ code: 'E_STOPPED' })
  })
})
