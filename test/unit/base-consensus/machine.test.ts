import { describe, expect, it } from 'vitest'
import { BASE_LIMITS } from '#base-layer/consensus/limits.ts'
import { deriveTurn } from '#base-layer/consensus/slot-proposals.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { Bench, blockOn, EVEN, keyOf, NO_MARKS, P, pointOf, ranking, tableOf, type ToyState } from './fixtures.ts'

const EPOCH = P.finalityEpochMs
const UNIT = { signature: new Uint8Array(64), transactions: [], certificates: [] }

/** A slot in which this peer's ticket is the best (place 0) or the n-th best and its turn comes before ACK_AT. */
function slotOf(name: string, place: number): { readonly slot: number; readonly timeMs: number } {
  for (let slot = 1; slot < 500; slot++) {
    const turn = deriveTurn(tableOf(EVEN), slot, keyOf(name), P)
    const isEarly = turn !== undefined && turn.timeMs < slot * P.slotMs + P.ackAtMs
    if (ranking(slot)[place] === name && isEarly) return { slot, timeMs: turn.timeMs }
  }
  throw new Error('no such slot')
}

describe('proposing [POS-4]', () => {
  it('happens once, at the time of the own best ticket, on top of the preferred block', () => {
    const { slot, timeMs } = slotOf('alice', 0)
    const bench = new Bench()
    bench.at(timeMs - 1)
    const before = bench.intentions('propose').length
    bench.at(timeMs)
    bench.at(timeMs + 1)
    const proposals = bench.intentions('propose').slice(before)
    expect(proposals.map(({ block: { header } }) => [header.slot, header.timeMs, header.parent])).toEqual([
      [slot, timeMs, bench.genesis.id]
    ])
    expect(proposals[0]?.id).toBe(blockIdOf(present(proposals[0], 'one').block.header))
  })

  it('sets its timer to that time', () => {
    const { slot, timeMs } = slotOf('alice', 0)
    const bench = new Bench()
    bench.at(slot * P.slotMs)
    if (timeMs > slot * P.slotMs) expect(bench.of('set-timer').at(-1)?.atMs).toBe(timeMs)
  })

  it('is left to a better ticket that was seen, and not to a worse one', () => {
    const { slot, timeMs } = slotOf('alice', 1)
    const better = present(ranking(slot)[0], 'the best')
    const worse = present(ranking(slot)[2], 'a worse')
    for (const [by, count] of [
      [better, 0],
      [worse, 1]
    ] as const) {
      const bench = new Bench()
      // On another branch, so that the slot's place on the preferred chain stays free.
      const fork = bench.draw(bench.genesis, { slot: slot - 1, by: 'carol', mark: 'fork' })
      const main = bench.draw(bench.genesis, { slot: slot - 1, by: 'dave', mark: 'main' })
      bench.acknowledge('carol', main)
      bench.acknowledge('dave', main)
      expect(bench.machine.head.id).toBe(main.id)
      bench.draw(fork, { slot, by })
      bench.at(timeMs)
      expect(bench.intentions('propose').filter(({ block }) => block.header.slot === slot).length, by).toBe(count)
    }
  })

  it('does not happen in a slot whose place is taken on the preferred chain', () => {
    const { slot, timeMs } = slotOf('alice', 0)
    const bench = new Bench()
    bench.draw(bench.genesis, { slot, by: 'bob' })
    bench.at(timeMs)
    expect(bench.intentions('propose').filter(({ block }) => block.header.slot === slot)).toEqual([])
  })

  it('does not execute its own block again when it comes back signed', () => {
    const { timeMs } = slotOf('alice', 0)
    const bench = new Bench()
    bench.at(timeMs)
    const { block, id } = present(bench.intentions('propose').at(-1), 'a proposal')
    bench.block({ ...block, signature: new Uint8Array(64).fill(1) }, null)
    expect(bench.machine.head.id).toBe(id)
    expect(bench.transition.applied).toEqual([])
  })

  it('does not happen again in a slot that the guard remembers [FIN-7]', () => {
    const { slot, timeMs } = slotOf('alice', 0)
    const bench = new Bench({ guard: { ...NO_MARKS, proposedSlot: slot } })
    bench.at(timeMs)
    expect(bench.intentions('propose')).toEqual([])
  })
})

describe('voting [FIN-3, FIN-7]', () => {
  it('happens once an epoch, at VOTE_AT, for the newest block with two descendants', () => {
    const bench = new Bench()
    const tip = bench.chain(bench.genesis, 4, { by: 'bob' })
    bench.at(2 * EPOCH + P.voteAtMs - 1)
    const before = bench.intentions('vote').length
    bench.at(2 * EPOCH + P.voteAtMs)
    bench.at(2 * EPOCH + P.voteAtMs + 5)
    const target = pointOf(2, bench.stateOf(bench.stateOf(tip.header.parent).header.parent))
    expect(
      bench
        .intentions('vote')
        .slice(before)
        .map(({ vote }) => vote)
    ).toEqual([bench.link(pointOf(0, bench.genesis), target)])
  })

  it.each([
    [P.deltaMs, 1],
    [P.deltaMs - 1, 0]
  ])('starts from a target justified %i ms before, or not [view freezing]', (ms, epoch) => {
    const bench = new Bench()
    const tip = bench.chain(bench.genesis, 4, { by: 'bob' })
    const vote = bench.link(
      pointOf(0, bench.genesis),
      pointOf(1, bench.stateOf(bench.stateOf(tip.header.parent).header.parent))
    )
    bench.nowMs = 2 * EPOCH + P.voteAtMs - ms
    bench.votes(['bob', 'carol', 'dave'], vote)
    expect(bench.of('certified').length).toBe(1)
    bench.at(2 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote').at(-1)?.vote.source.epoch).toBe(epoch)
  })

  it('is refused by the mark of a vote that the guard remembers', () => {
    const root = new Bench().genesis.id
    const guard = { ...NO_MARKS, vote: { period: 0, recovery: null, root, sourceEpoch: 1, targetEpoch: 1 } }
    const bench = new Bench({ guard })
    bench.chain(bench.genesis, 4, { by: 'bob' })
    bench.at(2 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote')).toEqual([])
  })

  it('waits after a loss for a source that is newer, in periods it may have voted in', () => {
    const bench = new Bench({ guard: { ...NO_MARKS, maySignFromMs: 2 * EPOCH, loss: { period: 0, epoch: 2 } } })
    const tip = bench.chain(bench.genesis, 6, { by: 'bob' })
    bench.at(3 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote')).toEqual([])
    bench.votes(
      ['bob', 'carol', 'dave'],
      bench.link(pointOf(0, bench.genesis), pointOf(3, bench.stateOf(tip.header.parent)))
    )
    bench.at(4 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote').map(({ vote }) => vote.source.epoch)).toEqual([3])
  })

  it('is open to registered peers without weight, whose votes are collected, and to nobody else [POS-9]', () => {
    const bench = new Bench({ self: 'zero', strangers: ['zero'] })
    const tip = bench.chain(bench.genesis, 4, { by: 'bob' })
    bench.at(2 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote').at(-1)?.vote.target.epoch).toBe(2)
    const vote = bench.link(pointOf(0, bench.genesis), pointOf(2, tip))
    expect(bench.vote('zero', vote)).toContainEqual({ kind: 'gossip', verdict: 'relay' })
    expect(bench.vote('mallory', vote)).toContainEqual({ kind: 'gossip', verdict: 'ignore' })
  })
})

describe('votes of others [FIN-4]', () => {
  it('that contradict each other are evidence, and are relayed', () => {
    const bench = new Bench({ self: null })
    const tip = bench.chain(bench.genesis, 5)
    const root = pointOf(0, bench.genesis)
    bench.nowMs = 2 * EPOCH + P.voteAtMs
    const [one, two] = [
      bench.link(root, pointOf(2, tip)),
      bench.link(root, pointOf(2, bench.stateOf(tip.header.parent)))
    ]
    bench.vote('bob', one)
    expect(bench.vote('bob', two)).toContainEqual({ kind: 'gossip', verdict: 'relay' })
    expect(bench.of('evidence')).toMatchObject([
      { evidence: { kind: 'votes', first: { vote: one }, second: { vote: two } } }
    ])
    expect(bench.vote('bob', two)).toContainEqual({ kind: 'gossip', verdict: 'ignore' })
  })

  it('of long ago, of the future or of no form are not passed on', () => {
    const bench = new Bench({ self: null })
    const root = pointOf(0, bench.genesis)
    const tip = bench.chain(bench.genesis, 3)
    bench.nowMs = 100 * EPOCH
    const verdict = (epoch: number, source = root) =>
      bench.vote('bob', bench.link(source, pointOf(epoch, tip))).find(effect => effect.kind === 'gossip')
    expect(verdict(102)).toEqual({ kind: 'gossip', verdict: 'ignore' })
    expect(verdict(100 - BASE_LIMITS.voteEpochs - 1)).toEqual({ kind: 'gossip', verdict: 'ignore' })
    expect(verdict(100, { ...pointOf(0, tip) })).toEqual({ kind: 'gossip', verdict: 'reject' })
    expect(verdict(100)).toEqual({ kind: 'gossip', verdict: 'relay' })
  })
})

describe('blocks that arrive', () => {
  it('with a stated time ahead of the clock are held until it comes, and too far ahead dropped [POS-4]', () => {
    const bench = new Bench({ self: null })
    const block = blockOn(bench.genesis, { slot: 2, timeMs: 1200 })
    const effects = bench.feed({ kind: 'block', block, from: 'x', nowMs: 1000 })
    expect(effects).toEqual([{ kind: 'set-timer', atMs: 1200 }])
    bench.at(1199)
    expect(bench.transition.applied).toEqual([])
    bench.at(1200)
    expect(bench.machine.head.id).toBe(blockIdOf(block.header))
    const far = blockOn(bench.genesis, { slot: 9 })
    bench.block(far)
    bench.at(9 * P.slotMs)
    expect(bench.machine.stateOf(blockIdOf(far.header))).toBeUndefined()
  })

  it('without their parent wait for it, which is asked for, from another sender after a while', () => {
    const bench = new Bench({ self: null })
    const first = blockOn(bench.genesis, { slot: 1 })
    const one = bench.genesis.after(first.header, [])
    const second = blockOn(one, { slot: 2 })
    const third = blockOn(one.after(second.header, []), { slot: 3 })
    bench.nowMs = 2000
    expect(bench.block(second, 'x')).toContainEqual({ kind: 'fetch', id: one.id, from: 'x' })
    bench.block(third, 'y')
    expect(bench.of('fetch').map(({ id }) => id)).toEqual([one.id])
    bench.feed({ kind: 'header', header: first, from: 'z', nowMs: 2000 })
    const again = bench.at(2000 + 2 * P.deltaMs)
    expect(again).toContainEqual({ kind: 'fetch', id: one.id, from: 'z' })
    bench.block(first)
    expect(bench.machine.head.header.height).toBe(3)
    expect(bench.of('store').map(({ block }) => block.header.height)).toEqual([1, 2, 3])
    expect(bench.at(5000)).not.toContainEqual(expect.objectContaining({ kind: 'fetch' }))
  })

  it('whose parent nobody sends are given up in the end', () => {
    const bench = new Bench({ self: null })
    const one = bench.genesis.after(blockOn(bench.genesis, { slot: 1 }).header, [])
    bench.nowMs = 2000
    bench.block(blockOn(one, { slot: 2 }))
    for (let now = 2000; now < 200_000; now += 500) bench.at(now)
    expect(bench.of('fetch').length).toBe(BASE_LIMITS.asksPerMissing)
  })

  it('far above the head make the driver synchronise a range', () => {
    const bench = new Bench({ self: null })
    const block = blockOn(bench.genesis, { slot: 1 })
    const height = BASE_LIMITS.orphanReach + 1
    const far = { ...block, header: { ...block.header, height, parent: blockIdOf(block.header) } }
    bench.nowMs = 1000
    expect(bench.block(far)).toContainEqual({ kind: 'behind', height, from: 'x' })
  })

  it('that are invalid are executed once, blamed, and do not condemn the same header with another body', () => {
    const bench = new Bench({ self: null })
    const good = blockOn(bench.genesis, { slot: 1, by: 'bob' })
    const bad = { ...good, signature: new Uint8Array(64).fill(0xff) }
    bench.nowMs = 1000
    bench.block(bad)
    bench.block(bad)
    expect(bench.transition.applied.length).toBe(1)
    expect(bench.of('penalise')).toEqual([{ kind: 'penalise', signer: keyOf('bob'), from: 'x', code: 'E_BLOCK_STATE' }])
    bench.block(good)
    expect(bench.machine.head.id).toBe(blockIdOf(good.header))
  })

  it('known already are not executed again', () => {
    const bench = new Bench({ self: null })
    const block = blockOn(bench.genesis, { slot: 1 })
    bench.nowMs = 1000
    for (const from of ['x', 'y', null]) bench.block(block, from)
    expect(bench.transition.applied.length).toBe(1)
  })

  it('as twins of a slot are evidence; a third is executed only if the chain goes on from it [POS-5]', () => {
    const bench = new Bench({ self: null })
    bench.nowMs = 1000
    const [one, two, three] = ['a', 'b', 'c'].map(mark => blockOn(bench.genesis, { slot: 1, mark }))
    for (const block of [one, two, three]) bench.block(present(block, 'drawn'))
    expect(bench.of('evidence').map(({ evidence }) => evidence.kind)).toEqual(['proposals'])
    const third = bench.genesis.after(present(three, 'drawn').header, [])
    expect(bench.machine.stateOf(third.id)).toBeUndefined()
    bench.block(blockOn(third, { slot: 2, by: 'bob' }))
    bench.block(present(three, 'drawn'))
    expect(bench.machine.stateOf(third.id)).toBeDefined()
  })

  it('move the head with what is left and what is gained', () => {
    const bench = new Bench({ self: null })
    const fork = bench.draw(bench.genesis, { slot: 1, by: 'alice' })
    const main = bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    const [low, high] = fork.id < main.id ? [fork, main] : [main, fork]
    expect(bench.machine.head.id).toBe(low.id)
    bench.nowMs = 900
    const head = bench.acknowledge('carol', high).find(effect => effect.kind === 'head')
    expect(head).toMatchObject({ state: { id: high.id } })
    if (head?.kind !== 'head') throw new Error('the head moves')
    expect(head.removed.map(block => blockIdOf(block.header))).toEqual([low.id])
    expect(head.added.map(({ state }: { state: ToyState }) => state.id)).toEqual([high.id])
  })
})

describe('headers in gossip [POS-4, GSP-1]', () => {
  const verdict = (effects: ReturnType<Bench['feed']>) =>
    effects.flatMap(effect => (effect.kind === 'gossip' ? [effect.verdict] : []))[0]
  const feed = (bench: Bench, by: string, slot = 2, mark = '') =>
    verdict(
      bench.feed({
        kind: 'header',
        header: { header: blockOn(bench.genesis, { slot, by, mark }).header, ...UNIT },
        from: 'x',
        nowMs: bench.nowMs
      })
    )

  it('are relayed if they are among the best three tickets of the slot so far, once', () => {
    const weights = { ...EVEN, erin: 100n, frank: 100n }
    const bench = new Bench({ self: null, weights })
    bench.nowMs = 1100
    const order = ranking(2, weights)
    const told = [3, 4, 5, 2, 1, 0, 0].map(place => feed(bench, present(order[place], 'six peers')))
    expect(told).toEqual(['relay', 'relay', 'relay', 'relay', 'relay', 'relay', 'ignore'])
    const fresh = new Bench({ self: null, weights })
    fresh.nowMs = 1100
    expect([0, 1, 2, 3, 4, 5].map(place => feed(fresh, present(order[place], 'six peers')))).toEqual([
      'relay',
      'relay',
      'relay',
      'ignore',
      'ignore',
      'ignore'
    ])
  })

  it('of strangers here, who may be peers on another branch, and those far from the present are not passed on', () => {
    const bench = new Bench({ self: null })
    bench.nowMs = 1100
    expect(feed(bench, 'mallory')).toBe('ignore')
    expect(feed(bench, 'bob', 9)).toBe('ignore')
    bench.nowMs = 20 * P.slotMs
    expect(feed(bench, 'bob')).toBe('ignore')
  })

  it('of two blocks of one slot are evidence before either block is here [POS-5]', () => {
    const bench = new Bench({ self: null })
    bench.nowMs = 1100
    feed(bench, 'bob')
    feed(bench, 'bob', 2, 'twin')
    expect(bench.of('evidence').map(({ evidence }) => evidence.kind)).toEqual(['proposals'])
  })
})

describe('the machine', () => {
  it('gives equal effects for equal events', () => {
    const run = () => {
      const bench = new Bench()
      bench.chain(bench.genesis, 6, { by: 'bob' })
      for (let now = 3000; now < 6000; now += 50) bench.at(now)
      return bench.said
    }
    expect(run()).toEqual(run())
  })

  it('signs nothing before the start, and gives stored blocks back without storing them again', () => {
    const bench = new Bench({ start: false })
    let state = bench.genesis
    for (let slot = 1; slot < 6; slot++) {
      const block = blockOn(state, { slot, by: 'bob' })
      state = state.after(block.header, [])
      bench.feed({ kind: 'restored-block', block })
    }
    expect(new Set(bench.said.map(effect => effect.kind))).toEqual(new Set(['head']))
    expect(bench.machine.head.header.height).toBe(5)
    bench.feed({ kind: 'start', guard: NO_MARKS, nowMs: 2 * EPOCH + P.voteAtMs })
    expect(bench.intentions('vote').length).toBe(1)
  })

  it('does not go back when its clock does: a turn that passed is not taken', () => {
    const { slot, timeMs } = slotOf('alice', 0)
    const proposals = (bench: Bench): number =>
      bench.intentions('propose').filter(({ block }) => block.header.slot === slot).length
    const bench = new Bench()
    bench.at((slot + 1) * P.slotMs)
    bench.at(timeMs)
    expect(proposals(bench)).toBe(0)
    const other = new Bench()
    other.at(timeMs)
    expect(proposals(other)).toBe(1)
  })

  it('asks for its timer again if it was woken early', () => {
    const bench = new Bench()
    const [first] = bench.at(100).filter(effect => effect.kind === 'set-timer')
    expect(bench.at(101).filter(effect => effect.kind === 'set-timer')).toEqual([first])
  })

  it('without a key follows and says nothing', () => {
    const bench = new Bench({ self: null })
    bench.chain(bench.genesis, 6)
    for (let now = 3000; now < 6000; now += 50) bench.at(now)
    expect(bench.of('sign')).toEqual([])
    expect(bench.of('set-timer')).toEqual([])
  })
})
