// What a node does when something turns up that its key signed and its guard does not know [FIN-7].
import { describe, expect, it } from 'vitest'
import type { GuardMarks } from '#base-layer/consensus/events.ts'
import { acknowledgementOf, Bench, blockOn, certificateBy, keyOf, NO_MARKS, P, pointOf, recordOf } from './fixtures.ts'

const EPOCH = P.finalityEpochMs
/** The node starts in slot 40, epoch 20. */
const START = 40 * P.slotMs
const KNOWN: GuardMarks = {
  ...NO_MARKS,
  acknowledgedSlot: 20,
  proposedSlot: 20,
  vote: { period: 0, recovery: null, root: pointOf(0, new Bench().genesis).id, sourceEpoch: 0, targetEpoch: 10 }
}

function started(guard = KNOWN): Bench {
  const bench = new Bench({ self: 'alice', start: false })
  bench.feed({ kind: 'start', guard, nowMs: START })
  bench.nowMs = START
  return bench
}

const found = (bench: Bench): readonly boolean[] => bench.of('forgotten').map(({ isTwin }) => isTwin)

describe('a key that signed what its guard does not know [FIN-7]', () => {
  it('in a block of its own is told, once', () => {
    const bench = started()
    bench.draw(bench.genesis, { slot: 21, by: 'alice' })
    bench.draw(bench.genesis, { slot: 22, by: 'alice' })
    expect(found(bench)).toEqual([false])
  })

  it('in an acknowledgement that a header records', () => {
    const bench = started()
    const parent = bench.draw(bench.genesis, { slot: 30, by: 'bob' })
    bench.draw(parent, { slot: 31, by: 'bob', acknowledgements: recordOf(['alice'], parent) })
    expect(found(bench)).toEqual([false])
  })

  it('in a certificate that a block carries', () => {
    const bench = started()
    const tip = bench.chain(bench.genesis, 2, { by: 'bob' })
    const vote = bench.link(pointOf(0, bench.genesis), pointOf(11, tip))
    const certificates = [certificateBy(['alice', 'bob', 'carol'], vote)]
    bench.draw(tip, { slot: 25, by: 'bob', certificates })
    expect(found(bench)).toEqual([false])
  })

  it('in gossip', () => {
    const bench = started()
    const block = bench.draw(bench.genesis, { slot: 39, by: 'bob' })
    bench.feed({ kind: 'acknowledgement', acknowledgement: acknowledgementOf('alice', block), from: 'x', nowMs: START })
    expect(found(bench)).toEqual([false])
    const other = started()
    const state = other.chain(other.genesis, 2, { by: 'bob' })
    other.vote('alice', other.link(pointOf(0, other.genesis), pointOf(19, state)))
    expect(found(other)).toEqual([false])
  })

  it('after this process began is a twin', () => {
    const bench = started()
    bench.nowMs = START + 5 * P.slotMs
    bench.draw(bench.genesis, { slot: 43, by: 'alice' })
    expect(found(bench)).toEqual([true])
  })

  it('signs nothing until it has new marks, then as after a loss', () => {
    const bench = started()
    const tip = bench.chain(bench.genesis, 4, { by: 'bob' })
    const end = START + 10 * EPOCH
    bench.draw(tip, { slot: 21, by: 'alice' })
    const before = bench.said.filter(effect => effect.kind === 'sign').length
    for (let now = START; now < end; now += 50) bench.at(now)
    expect(bench.said.filter(effect => effect.kind === 'sign').length).toBe(before)
    const guard: GuardMarks = { ...KNOWN, maySignFromMs: end + 2 * EPOCH, loss: { period: 1, epoch: 30 } }
    bench.feed({ kind: 'guard', guard, nowMs: end })
    for (let now = end; now < end + 6 * EPOCH; now += 50) bench.at(now)
    expect(bench.intentions('acknowledge').length + bench.intentions('propose').length).toBeGreaterThan(before)
    expect(bench.intentions('vote').filter(({ vote }) => vote.target.epoch > 30)).toEqual([])
  })

  it('is not one that signed what its guard knows, what it signs now, or what it lost before', () => {
    const bench = started()
    const old = bench.draw(bench.genesis, { slot: 20, by: 'alice' })
    bench.chain(old, 3, { by: 'bob' })
    for (let now = START; now < START + 4 * EPOCH; now += 50) {
      for (const effect of bench.at(now)) {
        if (effect.kind !== 'sign') continue
        const { intention } = effect
        if (intention.kind === 'propose') bench.block(intention.block, null)
        if (intention.kind === 'vote') bench.vote('alice', intention.vote)
      }
    }
    expect(bench.intentions('propose').length).toBeGreaterThan(0)
    expect(found(bench)).toEqual([])
    const lost = started({ ...NO_MARKS, loss: { period: 1, epoch: 19 } })
    lost.draw(lost.genesis, { slot: 30, by: 'alice' })
    expect(found(lost)).toEqual([])
  })

  it('is nobody else', () => {
    const bench = started()
    const block = blockOn(bench.genesis, { slot: 30, by: 'bob' })
    bench.block(block)
    expect(keyOf('bob')).toBe(block.header.proposer)
    expect(found(bench)).toEqual([])
  })
})
