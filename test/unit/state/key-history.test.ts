// Histories of keys: who is touched by what, in which order, and nobody by what was refused [PRF-4].
import { beforeEach, describe, expect, it } from 'vitest'
import { applyBlock } from '#base-layer/state/transition.ts'
import { hashOfPreimage, outputIdOf } from '#contracts/ledger/output.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { appendEntry } from '#contracts/merkle/history.ts'
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { type Actor, actor, ChainBuilder, output, peer, shares } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder()
const [olga, oscar, eve] = ['olga', 'oscar', 'eve'].map(actor) as [Actor, Actor, Actor]
chain.produce()
const start = chain.state

beforeEach(() => chain.rewind(start))

const historyOf = (key: PublicKey) => chain.state.get('keys', key)?.frontier
const entriesOf = (key: PublicKey) => chain.state.keyEntries.filter(one => one.key === key)
const idsOf = (key: PublicKey) => entriesOf(key).map(one => one.entry.id)

describe('the history of a key [PRF-4]', () => {
  it('counts a transaction once for whoever pays and is paid, whatever the number of outputs', () => {
    const payment = chain.spend({
      from: olga,
      to: [output(eve.key, shares(1)), output(eve.key, shares(2)), output(olga.key, shares(3))]
    })
    chain.produce([payment])
    const entry = { height: chain.state.height, id: transactionIdOf(payment) }
    for (const { key } of [olga, eve]) {
      expect(entriesOf(key)).toEqual([{ key, index: 0, entry }])
      expect(historyOf(key)).toEqual(appendEntry(EMPTY_LOG, entry))
    }
    expect(historyOf(oscar.key)).toBeUndefined()
  })

  it('goes on in the order of transactions, over blocks', () => {
    const first = [chain.pay(olga, eve, 5n), chain.pay(oscar, eve, 6n)]
    chain.produce(first)
    const order = idsOf(eve.key)
    expect(new Set(order)).toEqual(new Set(first.map(transactionIdOf)))
    const second = chain.pay(olga, eve, 7n)
    chain.produce([second])
    expect(entriesOf(eve.key)).toMatchObject([{ index: 2, entry: { id: transactionIdOf(second) } }])
    expect(historyOf(eve.key)?.size).toBe(3)
  })

  it('counts both keys of a lock, when it is made and when it is spent', () => {
    const preimage = new Uint8Array(32).fill(4)
    const hash = hashOfPreimage(preimage)
    const locks = {
      kind: 'hashlock',
      hash,
      claimant: oscar.key,
      refund: eve.key,
      timeout: 70,
      atoms: shares(1)
    } as const
    const made = chain.spend({ from: olga, to: [locks] })
    chain.produce([made])
    expect([oscar, eve].map(one => idsOf(one.key))).toEqual([[transactionIdOf(made)], [transactionIdOf(made)]])
    const inputs = [outputIdOf(transactionIdOf(made), 0)]
    const claim = chain.spend({ from: oscar, inputs, preimages: [preimage], to: [] })
    chain.produce([claim])
    expect([oscar, eve].map(one => idsOf(one.key))).toEqual([[transactionIdOf(claim)], [transactionIdOf(claim)]])
  })

  it('counts an authority that neither pays nor is paid', () => {
    const { key, vrfKey, rewards } = peer('pat')
    const action = { kind: 'peer.register', peer: key, vrfKey, rewards: rewards.key, bondAtoms: shares(10) } as const
    const made = chain.spend({ from: olga, beside: [peer('pat')], action, locks: shares(10) })
    chain.produce([made])
    expect(idsOf(key)).toEqual([transactionIdOf(made)])
    expect(historyOf(rewards.key)).toBeUndefined()
  })

  it('counts a payout under its own id', () => {
    chain.produce([chain.pay(olga, eve, 5n)])
    chain.produce()
    const payouts = [...chain.state.entries('outputs')].filter(([, one]) => one.maturesAt === chain.state.height)
    expect(payouts.length).toBeGreaterThan(0)
    const ids = chain.state.keyEntries.map(one => one.entry.id as string)
    expect(new Set(ids)).toEqual(new Set(payouts.map(([id]) => id as string)))
  })

  it('knows nothing of what a block refused, and nobody by genesis', () => {
    // Refused by its action, after everything else was good.
    const retire = { kind: 'peer.retire', peer: eve.key } as const
    const refused = chain.spend({ from: olga, to: [output(eve.key, shares(1))], action: retire })
    const { block, dropped } = chain.draft([refused, chain.pay(oscar, olga, 5n)])
    expect(dropped).toEqual([refused])
    chain.append(block)
    expect(historyOf(eve.key)).toBeUndefined()
    expect(chain.genesisState.get('keys', olga.key)).toBeUndefined()
  })

  it('follows again from a stored block', () => {
    const before = chain.state
    const transactions: readonly Transaction[] = [chain.pay(olga, eve, 5n), chain.pay(oscar, eve, 6n)]
    const block = chain.produce(transactions)
    const again = applyBlock(before, block)
    expect(again.ok && again.value.keyEntries).toEqual(chain.state.keyEntries)
  })
})
