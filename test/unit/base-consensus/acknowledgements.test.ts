import { describe, expect, it } from 'vitest'
import { BASE_LIMITS } from '#base-layer/consensus/limits.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { deriveLink, ticketsOf } from '#contracts/statements/period-table.ts'
import {
  acknowledgementOf,
  Bench,
  blockOn,
  EVEN,
  keyOf,
  P,
  pointOf,
  ranking,
  recordOf,
  tableOf,
  type ToyState
} from './fixtures.ts'

/** A follower's machine with one block in slot 1, looked at late in that slot. */
function withBlock(): { readonly bench: Bench; readonly block: ToyState } {
  const bench = new Bench({ self: null })
  const block = bench.draw(bench.genesis, { slot: 1 })
  bench.nowMs = 900
  return { bench, block }
}

function verdictOf(effects: ReturnType<Bench['feed']>): string | undefined {
  return effects.flatMap(effect => (effect.kind === 'gossip' ? [effect.verdict] : []))[0]
}

/** The weight a fork must beat: two forks, and whether the acknowledged one is the head. */
function isHead(bench: Bench, block: ToyState): boolean {
  return bench.machine.head.id === block.id
}

describe('live acknowledgements [POS-5, POS-6, POS-7]', () => {
  it('make the acknowledged of two blocks of a slot the head', () => {
    const bench = new Bench({ self: null })
    const [a, b] = [
      bench.draw(bench.genesis, { slot: 1, by: 'alice' }),
      bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    ]
    const [high, low] = a.id > b.id ? [a, b] : [b, a]
    expect(isHead(bench, low)).toBe(true)
    expect(verdictOf(bench.acknowledge('carol', high))).toBe('relay')
    expect(isHead(bench, high)).toBe(true)
  })

  it('count once and are relayed once', () => {
    const { bench, block } = withBlock()
    expect(verdictOf(bench.acknowledge('bob', block))).toBe('relay')
    expect(verdictOf(bench.acknowledge('bob', block))).toBe('ignore')
  })

  it('for two blocks of one slot are evidence, and neither counts', () => {
    const bench = new Bench({ self: null })
    const [a, b] = [
      bench.draw(bench.genesis, { slot: 1, by: 'alice' }),
      bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    ]
    const [high, low] = a.id > b.id ? [a, b] : [b, a]
    bench.acknowledge('carol', high)
    expect(verdictOf(bench.acknowledge('carol', low))).toBe('relay')
    expect(isHead(bench, low)).toBe(true)
    expect(bench.of('evidence').map(({ evidence }) => evidence)).toEqual([
      { kind: 'acknowledgements', first: acknowledgementOf('carol', high), second: acknowledgementOf('carol', low) }
    ])
    const third = bench.draw(bench.genesis, { slot: 1, by: 'dave' })
    for (const block of [high, third]) bench.acknowledge('carol', block)
    expect(bench.machine.head.id).toBe([low.id, high.id, third.id].sort()[0])
    expect(bench.of('evidence').length).toBe(1)
  })

  it('wait for their block', () => {
    const bench = new Bench({ self: null })
    const [a, b] = ['alice', 'bob'].map(by => bench.genesis.after(blockOn(bench.genesis, { slot: 1, by }).header, []))
    if (a === undefined || b === undefined) throw new Error('two blocks')
    const [high, low] = a.id > b.id ? [a, b] : [b, a]
    bench.nowMs = 900
    expect(verdictOf(bench.acknowledge('carol', high))).toBe('relay')
    for (const state of [low, high])
      bench.block({ header: state.header, signature: new Uint8Array(64), transactions: [], certificates: [] })
    expect(isHead(bench, high)).toBe(true)
  })

  it('with a wrong digest count for nothing and are blamed on their signer [POS-6]', () => {
    const { bench, block } = withBlock()
    expect(verdictOf(bench.acknowledge('bob', block, hashHex('test')))).toBe('ignore')
    expect(bench.of('penalise')).toMatchObject([{ signer: keyOf('bob'), code: 'E_ACK_DIGEST' }])
  })

  it("of another slot than their block's are refused", () => {
    const { bench, block } = withBlock()
    const { acknowledgement, ...rest } = acknowledgementOf('bob', block)
    const wrong = { acknowledgement: { ...acknowledgement, slot: 2 }, ...rest }
    expect(verdictOf(bench.feed({ kind: 'acknowledgement', acknowledgement: wrong, from: 'x', nowMs: 900 }))).toBe(
      'ignore'
    )
  })

  it('of strangers, of long ago and of the future are not passed on', () => {
    const { bench, block } = withBlock()
    expect(verdictOf(bench.acknowledge('mallory', block))).toBe('ignore')
    bench.nowMs = 20 * P.slotMs
    expect(verdictOf(bench.acknowledge('bob', block))).toBe('ignore')
    const late = bench.draw(block, { slot: 20 })
    const { acknowledgement, ...rest } = acknowledgementOf('bob', late)
    const future = { acknowledgement: { ...acknowledgement, slot: 22 }, ...rest }
    expect(
      verdictOf(bench.feed({ kind: 'acknowledgement', acknowledgement: future, from: 'x', nowMs: bench.nowMs }))
    ).toBe('ignore')
  })

  it('that a header records count for its parent as if they had come alone', () => {
    const bench = new Bench({ self: 'alice' })
    const parent = bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    bench.draw(parent, { slot: 2, by: 'bob', acknowledgements: recordOf(['carol'], parent) })
    const twin = bench.draw(bench.genesis, { slot: 1, by: 'dave' })
    bench.acknowledge('carol', twin)
    expect(bench.of('evidence')).toMatchObject([{ evidence: { kind: 'acknowledgements' } }])
  })
})

describe('acknowledgements of long ago', () => {
  it('are forgotten but for the three best tickets of a block, which keep its weight', () => {
    const bench = new Bench({ self: null })
    const [a, b] = [
      bench.draw(bench.genesis, { slot: 1, by: 'alice' }),
      bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    ]
    const [high, low] = a.id > b.id ? [a, b] : [b, a]
    bench.nowMs = 900
    for (const name of Object.keys(EVEN)) bench.acknowledge(name, high)
    const slot = BASE_LIMITS.slotsRemembered + 2
    bench.at(slot * P.slotMs)
    const { best } = deriveLink(tableOf(EVEN), 1, Object.keys(EVEN).map(keyOf), P.linkBits)
    const rest = Object.keys(EVEN).filter(name => !best.includes(keyOf(name)))
    const forgotten = Object.keys(EVEN).filter(name => keyOf(name) === best[0])
    expect(rest.length).toBeGreaterThan(0)
    // A child that records a worse ticket makes the parent weigh again: no less than before.
    bench.draw(high, { slot, by: 'carol', acknowledgements: recordOf(rest, high) })
    expect(isHead(bench, high)).toBe(true)
    bench.draw(low, { slot, by: 'dave', acknowledgements: recordOf(forgotten, low) })
    expect(bench.of('evidence')).toEqual([])
  })
})

describe('the weight of a link [POS-7]', () => {
  it('is that of the second of all tickets, however many peers hold the first three', () => {
    const table = tableOf(EVEN)
    const all = Object.keys(EVEN).map(keyOf)
    const best = all
      .flatMap(peer => ticketsOf(table, 5, peer) ?? [])
      .sort((a, b) => (a.numerator * b.weight < b.numerator * a.weight ? -1 : 1))
    const link = deriveLink(table, 5, all, P.linkBits)
    expect(link.best).toEqual([...new Set(best.slice(0, 3).map(ticket => ticket.peer))])
    expect(deriveLink(table, 5, link.best, P.linkBits)).toEqual(link)
    expect(link.weight).toBeGreaterThan(0n)
  })

  it('is 0 without acknowledgement, and strangers and the silent add nothing', () => {
    const table = { ...tableOf(EVEN), silent: new Set([keyOf('bob')]) }
    expect(deriveLink(table, 5, [], P.linkBits)).toEqual({ weight: 0n, holders: [], best: [] })
    expect(deriveLink(table, 5, [keyOf('mallory'), keyOf('bob')], P.linkBits)).toEqual({
      weight: 0n,
      holders: [],
      best: []
    })
  })
})

describe('acknowledging [POS-5]', () => {
  it('happens once, at ACK_AT, for the preferred block of the slot, with the digest', () => {
    const bench = new Bench()
    const block = bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    bench.at(500 + P.ackAtMs - 1)
    expect(bench.intentions('acknowledge')).toEqual([])
    bench.at(500 + P.ackAtMs)
    bench.at(500 + P.ackAtMs + 1)
    expect(bench.intentions('acknowledge')).toEqual([
      { kind: 'acknowledge', acknowledgement: acknowledgementOf('alice', block).acknowledgement }
    ])
  })

  it('does not happen for a block that came after ACK_AT, nor on another branch', () => {
    const bench = new Bench()
    bench.at(500 + P.ackAtMs)
    bench.draw(bench.genesis, { slot: 1, by: 'bob', timeMs: 850 })
    bench.at(900)
    expect(bench.intentions('acknowledge')).toEqual([])
  })

  it('does not happen again in a slot that the guard remembers [FIN-7]', () => {
    const bench = new Bench({
      guard: { vote: null, acknowledgedSlot: 1, proposedSlot: 1, maySignFromMs: 0, loss: null }
    })
    bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    bench.at(500 + P.ackAtMs)
    expect(bench.intentions('acknowledge')).toEqual([])
  })

  it('does not happen while the node is behind, before it may sign, or without tickets', () => {
    const behind = new Bench()
    behind.feed({ kind: 'syncing', active: true, nowMs: 0 })
    const silenced = new Bench({
      guard: { vote: null, acknowledgedSlot: -1, proposedSlot: -1, maySignFromMs: 2000, loss: null }
    })
    const stranger = new Bench({ self: 'zero', strangers: ['zero'] })
    for (const bench of [behind, silenced, stranger]) {
      bench.draw(bench.genesis, { slot: 1, by: 'bob' })
      bench.at(500 + P.ackAtMs)
      expect(bench.intentions('acknowledge')).toEqual([])
      expect(bench.intentions('propose')).toEqual([])
    }
  })
})

describe('what a proposer records of its parent [POS-7]', () => {
  it('is the acknowledgements of the holders of the three best tickets, best first', () => {
    const self = ranking(2)[0] ?? ''
    const bench = new Bench({ self })
    const others = Object.keys(EVEN)
    const parent = bench.draw(bench.genesis, { slot: 1, by: others.find(name => name !== self) ?? '' })
    bench.at(P.slotMs + P.ackAtMs)
    bench.nowMs = 900
    for (const name of others) bench.acknowledge(name, parent)
    for (let now = 1000; now < 1500; now += 10) bench.at(now)
    const [proposal] = bench.intentions('propose').filter(({ block }) => block.header.slot === 2)
    const { best } = deriveLink(tableOf(EVEN), 1, others.map(keyOf), P.linkBits)
    expect(proposal?.block.header.acknowledgements.map(one => one.peer)).toEqual(best)
    expect(pointOf(0, parent).height).toBe(1)
  })
})
