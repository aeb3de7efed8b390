// Every limit of the base layer [GSP-3]: named in one of three places with its reason, used by the code, and, if it bounds
// something that is kept, shown to hold by overfilling that very thing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Chain } from '#base-layer/chain/chain.ts'
import { CHAIN_LIMITS, laneRoom } from '#base-layer/chain/limits.ts'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { BodyQueue } from '#base-layer/network/body-queue.ts'
import { Intake } from '#base-layer/network/intake.ts'
import { GATE_LIMITS, SYNC_LIMITS } from '#base-layer/network/limits.ts'
import { compareSample, chooseSample, needsSample } from '#base-layer/network/sampling.ts'
import { Budgets } from '#base-layer/runtime/budgets.ts'
import { NETWORK_LIMITS, VERIFY_LIMITS } from '#base-layer/runtime/limits.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Penalties } from '#base-layer/runtime/penalties.ts'
import { RecordStore } from '#base-layer/runtime/record-store.ts'
import { VerifiedCache } from '#base-layer/runtime/verified-cache.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { LAST_LANE } from '#base-layer/state/transactions/block-limits.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PLACES = ['base-layer/runtime/limits.ts', 'base-layer/network/limits.ts', 'base-layer/chain/limits.ts']

/** Of each limit that bounds something kept or queued: how it is overfilled, or the test that does so with real sockets. */
const HELD: Readonly<Record<string, (() => number | Promise<number>) | string>> = {
  mempoolTransactions: () =>
    laneRoom(LAST_LANE).count + [0, 1, 2, 3, 4].reduce((sum, lane) => sum + laneRoom(lane).count, 0),
  mempoolPerSender: () => fillMempool(3, { perSender: 3 }),
  refusedRemembered: () => CHAIN_LIMITS.refusedRemembered,
  dhtRecordsMax: () => fillRecords(NETWORK_LIMITS.dhtRecordsMax + 50, 1),
  dhtBytesMax: () => fillRecords(2_000, NETWORK_LIMITS.dhtRecordBytesMax) * NETWORK_LIMITS.dhtRecordBytesMax,
  peerBookMax: () => {
    const store = new RecordStore()
    for (let n = 0; n < NETWORK_LIMITS.peerBookMax + 50; n++) store.put(keyOf(`/peers/${n}`), Uint8Array.of(1))
    return store.count('/peers/')
  },
  penalisedPeersMax: () => {
    const penalties = new Penalties(() => 0)
    for (let n = 0; n < NETWORK_LIMITS.penalisedPeersMax + 50; n++) penalties.add(`peer ${n}`)
    return Array.from({ length: NETWORK_LIMITS.penalisedPeersMax + 50 }, (_, n) =>
      penalties.countOf(`peer ${n}`)
    ).filter(count => count > 0).length
  },
  rememberedMax: () => {
    const cache = new VerifiedCache(100)
    for (let n = 0; n < 500; n++) cache.add(`name ${n}`)
    return cache.size <= 100 ? VERIFY_LIMITS.rememberedMax : Number.POSITIVE_INFINITY
  },
  bodiesAhead: () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => hashHex<BlockId>('test', uintToBytes(n, 4)))
    const queue = new BodyQueue(1, ids)
    let claimed = 0
    for (let range = queue.claim(); range !== undefined; range = queue.claim()) claimed += range.count
    return claimed
  },
  recentBlocks: async () => {
    const builder = new ChainBuilder()
    const { intake } = deaf(builder)
    const block = builder.produce()
    const many = Array.from({ length: SYNC_LIMITS.recentBlocks + 20 }, (_, n) => ({
      ...block,
      header: { ...block.header, timeMs: block.header.timeMs + n }
    }))
    for (const one of many) intake.executeBlock(one, 'bob')
    return many.filter(one => intake.recentBlock(blockIdOf(one.header)) !== undefined).length
  },
  samplePeers: () => chooseSample(manyPeers(500), new Set(), Math.random).length,
  channelQueueMessagesMax: 'integration/runtime/network.test.ts',
  channelQueueBytesMax: 'integration/runtime/network.test.ts',
  inboundPerGroupMax: 'unit/runtime/connection-choice.test.ts',
  streamsPerProtocol: 'integration/runtime/hostile.test.ts',
  connectionsMax: 'integration/runtime/flood.test.ts',
  streamsPerConnection: 'integration/runtime/flood.test.ts',
  streamWriteBufferBytes: 'integration/runtime/flood.test.ts'
}

const LIMITS: Readonly<Record<string, number>> = Object.fromEntries(
  [NETWORK_LIMITS, VERIFY_LIMITS, SYNC_LIMITS, CHAIN_LIMITS].flatMap(one =>
    Object.entries(one).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  )
)

describe('the limits of the base layer [GSP-3]', () => {
  test.each(Object.entries(HELD).filter(([, how]) => typeof how !== 'string'))(
    '%s holds when the thing it bounds is overfilled',
    async (name, how) => {
      const most = LIMITS[name]
      expect(most, 'it is a limit').toBeDefined()
      if (typeof how === 'string') return
      const kept = await how()
      expect(kept).toBeLessThanOrEqual(most ?? 0)
      expect(kept).toBeGreaterThan(0)
    }
  )

  test('that need sockets are named by the tests that overfill them', () => {
    for (const [name, how] of Object.entries(HELD)) {
      if (typeof how === 'string')
        expect(readdirSync(join(ROOT, 'test', how, '..')), name).toContain(how.split('/').at(-1))
    }
  })

  test('each have a reason beside them and are used', () => {
    const sources = sourcesOf(join(ROOT, 'base-layer')).map(path => readFileSync(path, 'utf8'))
    for (const place of PLACES) {
      const lines = readFileSync(join(ROOT, place), 'utf8').split('\n')
      for (const [at, line] of lines.entries()) {
        const name = /^ {2}([a-z][A-Za-z]+):/.exec(line)?.[1]
        if (name === undefined) continue
        const uses = sources.reduce((sum, text) => sum + (text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0), 0)
        expect(uses, `${place} ${name} is used`).toBeGreaterThan(1)
        // A reason is above the limit, or above its neighbour where one sentence speaks of both.
        const above = lines.slice(Math.max(0, at - 6), at).reverse()
        expect(
          above.some(one => /\*\/$|^ {3}\*|^\s*\/\/|^ {2}[a-z].*: \{/.test(one)),
          `${place} ${name} has a reason`
        ).toBe(true)
      }
    }
  })

  test('of budgets hold for however many names', () => {
    for (const terms of [GATE_LIMITS.peer, GATE_LIMITS.signer]) {
      const budgets = new Budgets(terms, () => 0)
      for (let n = 0; n < terms.namesMax + 100; n++) budgets.spend(`name ${n}`, 1)
      expect(budgets.size).toBe(terms.namesMax)
    }
  })
})

describe('a sample [NET-2]', () => {
  test('is taken when everything was heard from few groups, of strangers, one of each group', () => {
    expect(needsSample(['a', 'a', 'b'])).toBe(true)
    expect(needsSample(['a', 'b', 'c', 'd'])).toBe(false)
    const peers = [...manyPeers(20), ...Array.from({ length: 50 }, (_, n) => ({ peer: `m${n}`, group: 'circle' }))]
    const chosen = chooseSample(peers, new Set(['circle', 'g1', 'g2']), Math.random)
    expect(chosen).toHaveLength(SYNC_LIMITS.samplePeers)
    expect(chosen.some(peer => peer.startsWith('m') || peer === 'p1' || peer === 'p2')).toBe(false)
    expect(
      chooseSample([{ peer: 'm1', group: 'circle' }], new Set(['circle']), Math.random),
      'better than nobody'
    ).toEqual(['m1'])
  })

  test('agrees, contradicts or says nothing', () => {
    const id = hashHex<BlockId>('one')
    const point = { height: 5, id }
    const says = (peer: string, said: BlockId | null) => ({ peer, answer: { finalHeight: 9, id: said } })
    expect(compareSample(point, [says('a', id), says('b', null)])).toEqual({ kind: 'agrees', asked: 2, same: 1 })
    expect(compareSample(point, [says('a', id), says('b', hashHex<BlockId>('two'))])).toEqual({
      kind: 'conflict',
      peers: ['b']
    })
    expect(compareSample(point, [says('a', null), { peer: 'b', answer: undefined }])).toEqual({ kind: 'alone' })
  })
})

function manyPeers(count: number) {
  return Array.from({ length: count }, (_, n) => ({ peer: `p${n}`, group: `g${n}` }))
}

function fillMempool(count: number, limits: { readonly perSender: number }): number {
  const builder = new ChainBuilder()
  const pool = new Mempool(builder.state, limits)
  const olga = actor('olga')
  for (let n = 0; n < count + 3; n++) {
    pool.add(prepareTransaction(builder.spend({ from: olga, to: [output(actor('oscar').key, shares(1))] })))
  }
  return pool.size
}

function fillRecords(count: number, bytes: number): number {
  const store = new RecordStore()
  for (let n = 0; n < count; n++) store.put(keyOf(`/dht/record/${n}`), new Uint8Array(bytes))
  return store.count('/dht/record/')
}

function keyOf(name: string): Parameters<RecordStore['put']>[0] {
  return { toString: () => name } as Parameters<RecordStore['put']>[0]
}

/** An intake whose chain takes nothing. */
function deaf(builder: ChainBuilder) {
  const chain = {
    head: builder.state,
    final: builder.state,
    nowMs: () => 1,
    feed: () => 'ignore'
  } as unknown as Chain
  return { intake: new Intake(chain, new VerifyPool(installNodeCrypto().verified)) }
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sourcesOf(path) : path.endsWith('.ts') ? [path] : []
  })
}
