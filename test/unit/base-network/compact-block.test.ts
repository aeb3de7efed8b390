import { describe, expect, test, vi } from 'vitest'
import type { Chain } from '#base-layer/chain/chain.ts'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import type { BaseEvent } from '#base-layer/consensus/events.ts'
import { compactOf, draftOf, finishBlock, missingOf, piecesOf } from '#base-layer/network/compact-block.ts'
import { Intake } from '#base-layer/network/intake.ts'
import { blockGossipCodec } from '#base-layer/network/wire.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { type PreparedTransaction, prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { encode } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { type Block, blockCodec, blockIdOf } from '#contracts/statements/block.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

const builder = new ChainBuilder()
const before = builder.state
const [olga, oscar] = [actor('olga'), actor('oscar')]
const payments = Array.from({ length: 8 }, (_, n) => builder.pay(olga, oscar, BigInt(n + 1)))
const block = builder.produce(payments)
const id = blockIdOf(block.header)
const prepared = block.transactions.map(prepareTransaction)
const knownOf = (one: PreparedTransaction) => ({ id: one.id, prepare: () => one })
const known = prepared.map(knownOf)
const other = prepareTransaction(builder.pay(oscar, olga, 5n))
const { verified } = installNodeCrypto()
const compact = compactOf(block)

describe('a block as a header and short ids', () => {
  test('is put together from what waits, in whatever order that is', () => {
    const draft = draftOf(compact, [knownOf(other), ...known].reverse())
    expect(draft && missingOf(draft)).toEqual([])
    expect(draft && finishBlock(compact, draft)).toEqual(block)
    const size = encode(blockGossipCodec, { kind: 'compact', ...compact }).length
    expect(size).toBeLessThan(encode(blockCodec, block).length / 2)
  })

  test('says by place what is missing, and the answer completes it', () => {
    const draft =
      draftOf(
        compact,
        known.filter((_, place) => place !== 2 && place !== 5)
      ) ?? []
    expect(missingOf(draft)).toEqual([2, 5])
    expect(finishBlock(compact, draft)).toBeUndefined()
    const pieces = piecesOf(block, [2, 5], 100_000) ?? []
    expect(pieces).toEqual([2, 5].map(place => prepared[place]?.encoded))
    expect(piecesOf(block, [99], 100_000), 'no such place').toBeUndefined()
    expect(piecesOf(block, [0, 1], 10), 'more than an answer holds').toBeUndefined()
  })

  test('has other short ids in every block, so that nobody prepares transactions that collide', () => {
    const elsewhere = { ...block.header, timeMs: block.header.timeMs + 1 }
    expect(compactOf({ ...block, header: elsewhere }).ids).not.toEqual(compact.ids)
  })

  test('takes the same twice for one, and another order, list of ids or certificates for none', () => {
    expect(draftOf(compact, [...known, ...known])?.[3]?.id, 'the same twice is one').toBe(prepared[3]?.id)
    expect(draftOf({ ...compact, ids: compact.ids.subarray(1) }, known)).toBeUndefined()
    const swapped = {
      ...compact,
      ids: Uint8Array.from([...compact.ids.slice(6, 12), ...compact.ids.slice(0, 6), ...compact.ids.slice(12)])
    }
    const draft = draftOf(swapped, known) ?? []
    expect(missingOf(draft)).toEqual([])
    expect(finishBlock(swapped, draft), 'the order is part of what the header commits to').toBeUndefined()
    const whole = draftOf(compact, known) ?? []
    expect(finishBlock({ ...compact, certificates: [builder.certificate(voteOf())] }, whole)).toBeUndefined()
  })
})

function voteOf() {
  const root = { epoch: 0, height: 0, id: builder.genesisState.id }
  return { period: 0, recovery: null, root, source: root, target: { ...root, epoch: 9 } }
}

/** A chain before the block, with a mempool that holds `waiting`, which relays a header once. */
function setUp(
  waiting: readonly Block['transactions'][number][],
  answer: (places: readonly number[]) => readonly Uint8Array[] | undefined
) {
  const fed: BaseEvent[] = []
  const fetched: string[] = []
  const asked: number[][] = []
  const relayed = new Set<string>()
  const mempool = new Mempool(before)
  for (const one of waiting) expect(mempool.add(prepareTransaction(one)).ok).toBe(true)
  const chain = {
    head: before,
    final: before,
    preferred: { at: () => undefined },
    mempool,
    nowMs: () => 1,
    feed: (event: BaseEvent) => {
      fed.push(event)
      if (event.kind !== 'header') return 'ignore'
      const name = blockIdOf(event.header.header)
      if (relayed.has(name)) return 'ignore'
      relayed.add(name)
      return 'relay'
    },
    fail: (error: unknown) => {
      throw error
    }
  } as unknown as Chain
  const ports = {
    fetch: (wanted: string) => void fetched.push(wanted),
    pieces: async (_: string, places: readonly number[]) => {
      asked.push([...places])
      return answer(places)
    }
  }
  return { fed, fetched, asked, ports, mempool, intake: new Intake(chain, new VerifyPool(verified)) }
}

const gossip = (form: typeof compact) => encode(blockGossipCodec, { kind: 'compact', ...form })
const settle = () => new Promise(resolve => setTimeout(resolve, 25))
const hex = (one: Block) => bytesToHex(encode(blockCodec, one))
const blocksIn = (fed: readonly BaseEvent[]) => fed.flatMap(event => (event.kind === 'block' ? [hex(event.block)] : []))

describe('a compact block from a peer', () => {
  test('is relayed on its header’s word, then put together and executed without another question', async () => {
    const { fed, asked, ports, intake } = setUp(block.transactions, () => undefined)
    expect(await intake.takeBlockGossip(gossip(compact), 'bob', ports)).toBe('accept')
    expect(fed.map(event => event.kind)).toEqual(['header'])
    await settle()
    expect(blocksIn(fed)).toEqual([hex(block)])
    expect(asked).toEqual([])
    expect(intake.recentBlock(id)?.header.height).toBe(block.header.height)
  })

  test('of which something is missing asks its sender for just that', async () => {
    const { fed, asked, fetched, ports, intake } = setUp(block.transactions.slice(2), places =>
      piecesOf(block, places, 100_000)
    )
    expect(await intake.takeBlockGossip(gossip(compact), 'bob', ports)).toBe('accept')
    await settle()
    expect(asked).toEqual([[0, 1]])
    expect(blocksIn(fed)).toEqual([hex(block)])
    expect(fetched).toEqual([])
  })

  test('is fetched whole where the pieces do not come, are others, or do not decode', async () => {
    for (const answer of [
      () => undefined,
      () => [other.encoded, other.encoded],
      () => [Uint8Array.of(1), Uint8Array.of(2)],
      () => []
    ]) {
      const { fed, fetched, ports, intake } = setUp(block.transactions.slice(2), answer)
      expect(await intake.takeBlockGossip(gossip(compact), 'mallory', ports)).toBe('accept')
      await settle()
      expect(blocksIn(fed)).toEqual([])
      expect(fetched).toEqual([id])
    }
  })

  test('mutated first does not keep the honest one away, which is executed and relayed as well', async () => {
    const poisoned = { ...compact, ids: compact.ids.map(byte => byte ^ 0xff) }
    const { fed, fetched, ports, intake } = setUp(block.transactions, () => undefined)
    expect(await intake.takeBlockGossip(gossip(poisoned), 'mallory', ports)).toBe('accept')
    await settle()
    expect(blocksIn(fed)).toEqual([])
    expect(fetched).toEqual([id])
    expect(
      await intake.takeBlockGossip(gossip({ ...compact, ids: poisoned.ids.map(byte => byte ^ 1) }), 'mallory', ports)
    ).toBe('ignore')
    expect(await intake.takeBlockGossip(gossip(compact), 'bob', ports)).toBe('accept')
    await settle()
    expect(blocksIn(fed)).toEqual([hex(block)])
    expect(await intake.takeBlockGossip(gossip(compact), 'carol', ports), 'once is enough').toBe('ignore')
  })

  test('mutated again and again is looked for in a full pool only as long as its sender can pay [GSP-1]', async () => {
    const { fed, ports, mempool, intake } = setUp(block.transactions, () => undefined)
    const poisoned = (by: number) => ({ ...compact, ids: compact.ids.map((byte, at) => (at === 0 ? by : byte ^ 0xff)) })
    expect(await intake.takeBlockGossip(gossip(poisoned(0)), 'mallory', ports)).toBe('accept')
    await settle()
    vi.spyOn(mempool, 'size', 'get').mockReturnValue(16_384)
    const looked = vi.spyOn(mempool, 'waiting')
    for (let by = 1; by < 100; by++) await intake.takeBlockGossip(gossip(poisoned(by)), 'mallory', ports)
    expect(looked.mock.calls.length, 'each costs as much as 800 signatures').toBeLessThan(12)
    expect(await intake.takeBlockGossip(gossip(compact), 'bob', ports), 'the true one is free').toBe('accept')
    await settle()
    expect(blocksIn(fed)).toEqual([hex(block)])
  })

  test('mutated in its whole form is refused without a word to the chain, and the honest one is taken', async () => {
    const { fed, ports, intake } = setUp([], () => undefined)
    const mutated = { ...block, transactions: block.transactions.slice(1) }
    const whole = (one: Block) => encode(blockGossipCodec, { kind: 'whole', block: encode(blockCodec, one) })
    expect(await intake.takeBlockGossip(whole(mutated), 'mallory', ports)).toBe('reject')
    expect(fed).toEqual([])
    expect(await intake.takeBlockGossip(whole(block), 'bob', ports)).toBe('accept')
    await settle()
    expect(blocksIn(fed)).toEqual([hex(block)])
  })
})
