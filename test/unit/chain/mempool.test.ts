import { describe, expect, test } from 'vitest'
import { Mempool } from '#base-layer/chain/mempool.ts'
import { PreferredChain } from '#base-layer/chain/preferred-chain.ts'
import { prepareTransaction } from '#base-layer/state/apply-transaction.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { Block } from '#contracts/statements/block.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')

const idsOf = (block: Block) => block.transactions.map(one => prepareTransaction(one).id)

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
    pool.advance(chain.state, idsOf(block), [])
    expect(pool.size).toBe(0)
    expect(pool.refusalOf(prepared.id)).toBeUndefined()
  })

  test('refuses the second spender of an output, then drops the first when a block takes the second', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const first = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const second = chain.spend({ from: olga, to: [output(oscar.key, shares(6))], inputs: first.inputs })
    expect(pool.add(prepareTransaction(first)).ok).toBe(true)
    expect(pool.add(prepareTransaction(second))).toMatchObject({ ok: false, code: 'E_TX_INPUT_UNKNOWN' })
    const block = chain.produce([second])
    pool.advance(chain.state, idsOf(block), [])
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

  test('takes back what was in a block that the preferred chain left', () => {
    const chain = new ChainBuilder()
    const before = chain.state
    const pool = new Mempool(before)
    const paid = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const block = chain.produce([paid])
    pool.advance(chain.state, idsOf(block), [])
    pool.advance(before, [], [prepareTransaction(paid)])
    expect(pool.candidates()).toEqual([paid])
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
    const bytes = prepareTransaction(revealed).encoded.length
    const limits = { mempoolTransactions: 4, mempoolBytes: 100 * bytes, mempoolOrdinaryPercent: 75 }

    const pool = new Mempool(chain.state, limits)
    const added = payments.map(payment => pool.add(prepareTransaction(payment)).ok)
    expect(added, 'payments fill three places of four').toEqual([true, true, true, false])
    expect(pool.add(prepareTransaction(revealed))).toMatchObject({ ok: true })
    expect(pool.candidates()).toEqual([revealed, ...payments.slice(0, 3)])

    const narrow = new Mempool(chain.state, { ...limits, mempoolBytes: bytes })
    expect(narrow.add(prepareTransaction(revealed)), 'all bytes are for reserved lanes').toMatchObject({ ok: true })
    expect(narrow.add(prepareTransaction(payments[0] as Transaction))).toMatchObject({ code: 'E_BUSY' })
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
