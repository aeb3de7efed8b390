import { describe, expect, test } from 'vitest'
import { CHAIN_LIMITS, laneRoom } from '#base-layer/chain/limits.ts'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { PreferredChain } from '#base-layer/chain/preferred-chain.ts'
import { type PreparedTransaction, prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { LAST_LANE } from '#base-layer/state/transactions/block-limits.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import { PEERS_MAX } from '#contracts/statements/vote.ts'
import { type Actor, actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there')
  return value
}

/** Spends one output of a transaction that may still wait, back to its owner. */
function spendOutput(
  chain: ChainBuilder,
  owner: Actor,
  { id }: PreparedTransaction,
  index: number,
  atoms: bigint,
  fee: bigint
) {
  return chain.sign(owner, {
    inputs: [outputIdOf(id, index)],
    outputs: [output(owner.key, atoms - fee)],
    action: null,
    notBefore: null,
    notAfter: null,
    memo: null,
    preimages: []
  })
}

const gainedBy = (block: Block) => block.transactions.map(prepareTransaction)

describe('the mempool', () => {
  test('holds what applies, offers it, and lets it go when a block takes it', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const paid = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const prepared = prepareTransaction(paid)
    expect(pool.add(prepared)).toEqual({ ok: true, value: prepared.id })
    expect(pool.add(prepared), 'twice is the same as once').toMatchObject({ ok: true })
    expect(pool.candidates()).toEqual([paid])
    const block = chain.produce([paid])
    pool.advance(chain.state, gainedBy(block), [])
    expect(pool.size).toBe(0)
    expect(pool.refusalOf(prepared.id)).toBeUndefined()
  })

  test('refuses a second spender that pays no more, then drops the first when a block takes the second', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const first = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const second = chain.spend({ from: olga, to: [output(oscar.key, shares(6))], inputs: first.inputs })
    expect(pool.add(prepareTransaction(first)).ok).toBe(true)
    expect(pool.add(prepareTransaction(second))).toMatchObject({ ok: false, code: 'E_TX_CONFLICT' })
    const block = chain.produce([second])
    pool.advance(chain.state, gainedBy(block), [])
    expect(pool.size).toBe(0)
    expect(pool.refusalOf(prepareTransaction(first).id)?.code).toBe('E_TX_INPUT_UNKNOWN')
    expect(pool.refusalOf(prepareTransaction(second).id), 'a block took it after all').toBeUndefined()
  })

  test('drops what has become too late', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const soon = prepareTransaction(
      chain.spend({ from: olga, to: [output(oscar.key, shares(5))], notAfter: chain.state.height + 1 })
    )
    expect(pool.add(soon).ok).toBe(true)
    chain.produce()
    pool.advance(chain.state, [], [])
    expect(pool.refusalOf(soon.id)?.code).toBe('E_TX_LATE')
  })

  test('takes back what was in a block that the preferred chain left, whichever comes first of a pair', () => {
    const chain = new ChainBuilder()
    const before = chain.state
    const pool = new Mempool(before)
    const paid = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const on = spendOutput(chain, oscar, prepareTransaction(paid), 0, shares(5), 10_000n)
    const block = chain.produce([paid, on])
    pool.advance(chain.state, gainedBy(block), [])
    pool.advance(before, [], [on, paid].map(prepareTransaction))
    expect(pool.candidates()).toEqual([paid, on])
  })

  test('lets go after a reorganisation of what the new branch does not hold the coin for', () => {
    const chain = new ChainBuilder()
    const before = chain.state
    const paid = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const block = chain.produce([paid])
    const pool = new Mempool(chain.state)
    const on = prepareTransaction(spendOutput(chain, oscar, prepareTransaction(paid), 0, shares(5), 10_000n))
    expect(pool.add(on).ok).toBe(true)
    // The branch left behind had the payment; it does not come back, since another of its coin was taken.
    expect(block.transactions).toHaveLength(1)
    pool.advance(before, [], [])
    expect(pool.size).toBe(0)
    expect(pool.refusalOf(on.id)?.code).toBe('E_TX_INPUT_UNKNOWN')
  })

  test('offers reserved lanes first and keeps room for them, whatever flood of payments came before [LED-5]', () => {
    const chain = new ChainBuilder()
    chain.isRevealing = false
    const { period } = chain.state.chain.parameters
    chain.produceTo(period)
    const [peer] = chain.awake
    if (peer === undefined) throw new Error('somebody is awake')
    const payments = [1, 2, 3, 4].map(n => chain.spend({ from: olga, to: [output(oscar.key, shares(n))] }))
    const revealed = chain.reveal(peer, 1)
    const roomOf = (lane: number) => ({ count: lane === LAST_LANE ? 3 : 1, bytes: 100_000 })
    const pool = new Mempool(chain.state, { roomOf })
    const added = payments.map(payment => pool.add(prepareTransaction(payment)).ok)
    expect(added, 'three places for payments').toEqual([true, true, true, false])
    expect(pool.add(prepareTransaction(revealed))).toMatchObject({ ok: true })
    expect(pool.candidates()).toEqual([revealed, ...payments.slice(0, 3)])
    const again = { ...revealed, memo: hashHex('another') }
    const signed = chain.sign(peer, again)
    expect(pool.add(prepareTransaction(signed)), 'one reveal of a peer waits').toMatchObject({ code: 'E_TX_CONFLICT' })
  })

  test('says what has waited for some blocks, within its bounds', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const waiting = [1, 2, 3].map(n =>
      prepareTransaction(chain.spend({ from: olga, to: [output(oscar.key, shares(n))] }))
    )
    for (const one of waiting) expect(pool.add(one).ok).toBe(true)
    expect(pool.overdue(1, 10, 10_000)).toEqual([])
    chain.produce()
    pool.advance(chain.state, [], [])
    expect(pool.overdue(1, 10, 10_000)).toEqual(waiting.map(one => one.encoded))
    expect(pool.overdue(1, 2, 10_000)).toHaveLength(2)
    expect(pool.overdue(1, 10, (waiting[0]?.encoded.length ?? 0) + 1)).toHaveLength(1)
    expect(pool.overdue(2, 10, 10_000)).toEqual([])
  })

  test('has room in percent for each lane there is, and for the reveals of a full table', () => {
    expect(CHAIN_LIMITS.mempoolLanePercent).toHaveLength(LAST_LANE + 1)
    expect(CHAIN_LIMITS.mempoolLanePercent.reduce<number>((sum, one) => sum + one, 0)).toBe(100)
    expect(laneRoom(0).count).toBeGreaterThan(PEERS_MAX)
  })
})

describe('what pays more [LED-5]', () => {
  const bid = (chain: ChainBuilder, fee: bigint, inputs?: readonly OutputId[]) =>
    prepareTransaction(
      chain.spend({ from: olga, to: [output(oscar.key, shares(1))], fee, ...(inputs === undefined ? {} : { inputs }) })
    )

  test('comes first in a block, and brings what it needs along', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const [poor, middle, rich] = [10_000n, 50_000n, 90_000n].map(fee => bid(chain, fee))
    const childOfPoor = prepareTransaction(spendOutput(chain, oscar, present(poor), 0, shares(1), 500_000n))
    for (const one of [poor, middle, rich, childOfPoor]) expect(pool.add(present(one)).ok).toBe(true)
    expect(pool.candidates()).toEqual([poor, childOfPoor, rich, middle].map(one => present(one).transaction))
  })

  test('replaces what it conflicts with, if it pays for that and for its own way as well', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const first = bid(chain, 20_000n)
    const child = prepareTransaction(spendOutput(chain, oscar, first, 0, shares(1), 30_000n))
    for (const one of [first, child]) expect(pool.add(one).ok).toBe(true)
    const price = BigInt(first.encoded.length)
    const low = bid(chain, 50_000n + price - 1n, first.transaction.inputs)
    expect(low.encoded).toHaveLength(first.encoded.length)
    expect(pool.add(low)).toMatchObject({ code: 'E_TX_CONFLICT' })
    const enough = bid(chain, 50_000n + price, first.transaction.inputs)
    expect(pool.add(enough)).toMatchObject({ ok: true })
    expect(pool.size).toBe(1)
    expect([first, child].map(one => pool.refusalOf(one.id)?.code)).toEqual(['E_TX_CONFLICT', 'E_TX_CONFLICT'])
    const own = prepareTransaction(spendOutput(chain, oscar, enough, 0, shares(1), 900_000n))
    expect(pool.add(own).ok).toBe(true)
    const selfish = prepareTransaction(
      chain.sign(olga, { ...enough.transaction, inputs: [...enough.transaction.inputs, outputIdOf(own.id, 0)] })
    )
    expect(pool.add(selfish), 'what spends from its own rival').toMatchObject({ ok: false })
  })

  test('does not push out more than a bounded number, and not against the chief [GOV-3]', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state, { replaced: 1 })
    const first = bid(chain, 20_000n)
    const child = prepareTransaction(spendOutput(chain, oscar, first, 0, shares(1), 30_000n))
    for (const one of [first, child]) expect(pool.add(one).ok).toBe(true)
    expect(pool.add(bid(chain, 9_000_000n, first.transaction.inputs))).toMatchObject({ code: 'E_TX_CONFLICT' })
    const other = new Mempool(chain.state)
    expect(other.add(first).ok).toBe(true)
    other.setPreference(() => 'waiting')
    expect(other.add(bid(chain, 8_000_000n, first.transaction.inputs))).toMatchObject({ code: 'E_TX_CONFLICT' })
    other.setPreference(() => 'arriving')
    expect(other.add(bid(chain, 10_001n, first.transaction.inputs))).toMatchObject({ ok: true })
  })

  test('is asked of everyone once the pool is full, half as much after a while', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state, { roomOf: () => ({ count: 2, bytes: 100_000 }) })
    const bids = [20_000n, 30_000n, 40_000n].map(fee => bid(chain, fee))
    for (const one of bids) expect(pool.add(one).ok).toBe(true)
    expect(pool.refusalOf(present(bids[0]).id)?.code).toBe('E_BUSY')
    const bytes = present(bids[0]).encoded.length
    const floor = Math.floor(20_000_000 / bytes) + CHAIN_LIMITS.mempoolRelayRate
    expect(pool.floorOf(LAST_LANE)).toBe(floor)
    expect(pool.add(bid(chain, 20_000n))).toMatchObject({ code: 'E_TX_FEE_FLOOR' })
    chain.produceTo(CHAIN_LIMITS.mempoolFloorHalf)
    pool.advance(chain.state, [], [])
    expect(pool.floorOf(LAST_LANE)).toBe(Math.floor(floor / 2))
  })

  test('cannot hang more than 25 together, above or below, and one payer cannot hold the whole pool', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state, { perSender: 27 })
    let last = bid(chain, 10_000n)
    expect(pool.add(last).ok).toBe(true)
    let atoms = shares(1)
    const chainOf = Array.from({ length: 25 }, () => {
      const next = prepareTransaction(spendOutput(chain, oscar, last, 0, atoms, 10_000n))
      atoms -= 10_000n
      last = next
      return pool.add(next).ok
    })
    expect(chainOf.filter(Boolean)).toHaveLength(24)
    expect(chainOf.at(-1)).toBe(false)
    const wide = prepareTransaction(
      chain.spend({ from: olga, to: Array.from({ length: 30 }, () => output(oscar.key, 100_000n)) })
    )
    const poolOfWide = new Mempool(chain.state)
    expect(poolOfWide.add(wide).ok).toBe(true)
    const spent = Array.from({ length: 30 }, (_, index) =>
      poolOfWide.add(prepareTransaction(spendOutput(chain, oscar, wide, index, 100_000n, 20_000n)))
    )
    expect(spent.filter(one => one.ok)).toHaveLength(24)
    expect(spent.at(-1)).toMatchObject({ code: 'E_TX_FAMILY' })
    const small = new Mempool(chain.state, { perSender: 2 })
    const three = [1, 2, 3].map(() => small.add(bid(chain, 10_000n)))
    expect(three.map(one => one.ok)).toEqual([true, true, false])
  })

  test('what was refused is not looked at again on the same head, and a bad signature spoils no id', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const paid = bid(chain, 10_000n)
    const forged = prepareTransaction({ ...paid.transaction, signature: new Uint8Array(64).fill(1) })
    expect(forged.id).toBe(paid.id)
    expect(pool.add(forged)).toMatchObject({ code: 'E_TX_SIGNATURE' })
    expect(pool.refusalOf(paid.id)).toBeUndefined()
    expect(pool.add(paid).ok).toBe(true)
    const poor = bid(chain, 1n)
    expect(pool.add(poor)).toMatchObject({ code: 'E_TX_FEE' })
    expect(pool.screen(poor)).toMatchObject({ code: 'E_TX_FEE' })
    chain.produce()
    pool.advance(chain.state, [], [])
    expect(pool.screen(poor), 'on another head it may be otherwise').toBeUndefined()
  })
})

describe('the preferred chain', () => {
  test('knows heights and places, moves to another branch, and follows finality', () => {
    const chain = new ChainBuilder()
    const genesis = chain.state
    const preferred = new PreferredChain(genesis)
    const paid = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const states = [[paid], [], []].map(transactions => {
      const block = chain.produce(transactions)
      return { block, state: chain.state }
    })
    const gained = preferred.move([], states)
    expect(gained.map(one => one.block.header.height)).toEqual([1, 2, 3])
    expect(preferred.head.height).toBe(3)
    expect(preferred.placeOf(prepareTransaction(paid).id)?.block.header.height).toBe(1)
    expect(preferred.locator().at(-1)).toBe(genesis.id)
    expect(preferred.locator()[0]).toBe(preferred.head.id)

    preferred.markLikely({ epoch: 1, height: 2, id: preferred.at(2)?.id ?? genesis.id })
    expect([1, 2, 3].map(height => preferred.isLikely(height))).toEqual([true, true, false])
    preferred.move(
      states
        .slice(1)
        .reverse()
        .map(one => one.block),
      []
    )
    expect(preferred.head.height).toBe(1)
    expect(preferred.isLikely(2)).toBe(false)

    preferred.finalise(states.slice(0, 1))
    expect(preferred.final.height).toBe(1)
    expect(preferred.at(1)).toBeUndefined()
    expect(preferred.placeOf(prepareTransaction(paid).id)).toBeUndefined()
    expect(preferred.locator()).toEqual([preferred.final.id])
  })
})
