import { describe, expect, test } from 'vitest'
import type { Chain } from '#base-layer/chain/chain.ts'
import { Asker } from '#base-layer/network/asker.ts'
import { questionsOf } from '#base-layer/network/questions.ts'
import { Intake } from '#base-layer/network/intake.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import { Sync } from '#base-layer/network/sync.ts'
import { rangeCodec, statusCodec, wireNames } from '#base-layer/network/wire.ts'
import type { BaseEvent } from '#base-layer/consensus/events.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import type { ChainStore } from '#base-layer/store/chain-store.ts'
import { encode } from '#contracts/codec/codec.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { type Block, blockCodec, blockIdOf, headerSigningBytes } from '#contracts/statements/block.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'
import { VirtualClock } from '../../support/lone-peer.ts'

const builder = new ChainBuilder()
const blocks = Array.from({ length: 12 }, () => builder.produce())
const { verified } = installNodeCrypto()
const names = wireNames(builder.genesis)
const genesisHeader = builder.genesisState.header

/** Blocks that nobody may propose, signed by a stranger. */
const junk: readonly Block[] = blocks.map((block, index) => {
  const stranger = actor('stranger')
  const header = { ...block.header, proposer: stranger.key, timeMs: block.header.timeMs + index }
  return { ...block, header, signature: signMessage(stranger.secret, headerSigningBytes(builder.genesis, header)) }
})

interface Answers {
  readonly status: (peer: string) => Uint8Array
  readonly range: (peer: string, asked: number) => readonly Block[]
}

/** A node that has the first `has` blocks and takes any of the true ones. */
function setUp(has: number, answers: Answers, peers: readonly string[] = ['mallory']) {
  const stored = new Set<BlockId>(blocks.slice(0, has).map(block => blockIdOf(block.header)))
  const syncing: boolean[] = []
  const asked: string[] = []
  const taken: Block[] = []
  const head = () => blocks.filter(block => stored.has(blockIdOf(block.header))).at(-1)?.header ?? genesisHeader
  const chain = {
    get head() {
      return {
        ...builder.genesisState,
        header: head(),
        height: head().height,
        id: blockIdOf(head()),
        get: () => undefined,
        isPeer: (key: PublicKey) => builder.genesisState.isPeer(key)
      }
    },
    final: builder.genesisState,
    preferred: { locator: () => [blockIdOf(head())] },
    mempool: { overdue: () => [] },
    nowMs: () => 1_000_000,
    setSyncing: (on: boolean) => syncing.push(on),
    feed: (event: BaseEvent) => {
      if (event.kind !== 'block') return 'ignore'
      taken.push(event.block)
      if (blocks.some(block => blockIdOf(block.header) === blockIdOf(event.block.header)))
        stored.add(blockIdOf(event.block.header))
      return 'ignore'
    },
    fail: (error: unknown) => {
      throw error
    }
  } as unknown as Chain
  const store = {
    hasBlock: (id: BlockId) => stored.has(id)
  } as unknown as ChainStore
  const host = {
    peers: () => [...peers],
    penalise: () => {},
    request: async (peer: string, protocol: string) => {
      asked.push(`${peer} ${protocol === names.range ? 'range' : 'status'}`)
      if (protocol === names.status) return answers.status(peer)
      const range = answers.range(peer, asked.filter(one => one === `${peer} range`).length)
      return encode(
        rangeCodec,
        range.map(block => encode(blockCodec, block))
      )
    }
  } as unknown as Host
  const clock = new VirtualClock(0)
  const intake = new Intake(chain, new VerifyPool(verified))
  const logger = createLogger({ name: 'sync', level: 'silent' })
  const asker = new Asker(host, logger)
  const sync = new Sync({ chain, store, intake, asker, questions: questionsOf(names), clock, logger, statusMs: 1_000 })
  return { sync, clock, syncing, asked, taken, stored }
}

function claim(height: number): Uint8Array {
  const id = blockIdOf({ ...genesisHeader, height })
  return encode(statusCodec, { finalHeight: 0, finalId: id, headHeight: height, headId: id, score: 1n << 60n })
}

/** The head of the true chain. */
function truth(): Uint8Array {
  const { height, id, header } = builder.state
  return encode(statusCodec, { finalHeight: 0, finalId: id, headHeight: height, headId: id, score: header.score })
}

/** Until the threads that verify have answered: as long as anything still happens. */
async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 20; quiet++) await new Promise(resolve => setTimeout(resolve, 2))
}

describe('catching up', () => {
  test('takes what an honest peer has, and signs again after it', async () => {
    const { sync, clock, syncing, stored } = setUp(0, {
      status: () => claim(12),
      range: (_, asked) => (asked === 1 ? blocks : [])
    })
    sync.start()
    await clock.advance(10)
    await settle()
    expect(stored.size).toBe(12)
    expect(syncing.at(-1)).toBe(false)
    sync.stop()
  })

  test('a peer that claims a great height and hands over known blocks for ever neither keeps the node nor silences it', async () => {
    const { sync, clock, syncing, asked } = setUp(12, {
      status: () => claim(1_000_000),
      range: (_, turn) => blocks.slice(0, turn % 2 === 0 ? 8 : 9)
    })
    sync.start()
    await clock.advance(10)
    await settle()
    expect(asked.filter(one => one.endsWith('range')).length).toBeLessThanOrEqual(2)
    expect(syncing.at(-1)).toBe(false)
    syncing.length = 0
    await clock.advance(5_000)
    await settle()
    expect(syncing).not.toContain(true)
    sync.stop()
  })

  test('blocks of strangers are looked at a few times and the rest of the answer is dropped', async () => {
    const { sync, clock, taken } = setUp(0, { status: () => claim(12), range: () => junk })
    sync.start()
    await clock.advance(10)
    await settle()
    expect(taken.length).toBeLessThanOrEqual(SYNC_LIMITS.refusedPerRange)
    sync.stop()
  })

  test('a peer that claimed more than it had is asked last for a while', async () => {
    const { sync, clock, asked, stored } = setUp(
      0,
      {
        status: peer => (peer === 'honest' ? truth() : claim(12)),
        range: (peer, turn) => (peer === 'honest' && turn === 1 ? blocks : [])
      },
      ['m1', 'm2', 'm3', 'honest']
    )
    sync.start()
    for (let second = 0; second < 8; second++) {
      await clock.advance(1_000)
      await settle()
    }
    expect(stored.size).toBe(12)
    for (const liar of ['m1', 'm2', 'm3']) {
      expect(asked.filter(one => one === `${liar} range`).length).toBeLessThanOrEqual(1)
    }
    sync.stop()
  })
})
