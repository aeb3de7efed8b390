// Certificates as they come, wait, are carried by blocks and completed by late votes [FIN-1, FIN-8, POS-9].
import { describe, expect, it } from 'vitest'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import type { FinalityPoint, Vote } from '#contracts/statements/vote.ts'
import { Bench, certificateBy, EVEN, keyOf, NO_MARKS, P, pointOf, type ToyState } from './fixtures.ts'

const THREE = ['alice', 'bob', 'carol']
const EPOCH = P.finalityEpochMs

/** Three votes for a link, cast at VOTE_AT of the target's epoch. */
function certify(bench: Bench, source: FinalityPoint, target: FinalityPoint, names = THREE): void {
  bench.nowMs = Math.max(bench.nowMs, target.epoch * EPOCH + P.voteAtMs)
  bench.votes(names, bench.link(source, target))
}

function ancestor(bench: Bench, state: ToyState, height: number): ToyState {
  let at = state
  while (at.header.height > height) at = bench.stateOf(at.header.parent)
  return at
}

describe('certificates', () => {
  const vote = (bench: Bench, tip: ToyState): Vote => bench.link(pointOf(0, bench.genesis), pointOf(3, tip))
  const verdict = (effects: ReturnType<Bench['feed']>): unknown => effects.find(effect => effect.kind === 'gossip')

  it.each<[string, readonly string[]]>([
    ['with two thirds or less', ['alice', 'bob']],
    ['of strangers', ['mallory', 'trudy', 'eve']]
  ])('%s are refused', (_, names) => {
    const bench = new Bench({ self: null, weights: { ...EVEN, erin: 50n, frank: 50n } })
    const tip = bench.chain(bench.genesis, 5)
    const certificate = certificateBy(names, vote(bench, tip))
    expect(verdict(bench.feed({ kind: 'certificate', certificate, from: 'x', nowMs: 4000 }))).toEqual({
      kind: 'gossip',
      verdict: 'reject'
    })
  })

  it('are carried by the next own block, from sources its chain has recorded, and once', () => {
    const bench = new Bench({ self: 'alice', weights: { alice: 1000n, bob: 1n }, guard: NO_MARKS })
    const carried: number[] = []
    for (let now = 0; now < 8000; now += 10) {
      for (const effect of bench.at(now)) {
        if (effect.kind !== 'sign') continue
        if (effect.intention.kind === 'propose') {
          bench.block(effect.intention.block, null)
          carried.push(...effect.intention.block.certificates.map(({ vote: { target } }) => target.epoch))
        }
        if (effect.intention.kind === 'vote') bench.vote('alice', effect.intention.vote)
      }
    }
    expect(carried).toEqual([...carried].sort((a, b) => a - b))
    expect(new Set(carried).size).toBe(carried.length)
    expect(carried.length).toBeGreaterThan(4)
    expect(bench.machine.head.recordedFinal.height).toBeGreaterThan(2)
    expect(bench.machine.final.header.height).toBeGreaterThanOrEqual(bench.machine.head.recordedFinal.height)
  })

  it('are followed by votes that came after the chain recorded their link, once, with those of no weight [POS-9]', () => {
    const bench = new Bench({ self: 'alice', weights: { alice: 1000n, bob: 1n, carol: 1n }, strangers: ['zero'] })
    const carried: (readonly [epoch: number, voters: readonly string[]])[] = []
    const late = new Map<number, Vote>()
    for (let now = 0; now < 8000; now += 10) {
      for (const effect of bench.at(now)) {
        if (effect.kind !== 'sign') continue
        if (effect.intention.kind === 'propose') {
          bench.block(effect.intention.block, null)
          for (const { vote, votes } of effect.intention.block.certificates)
            carried.push([vote.target.epoch, votes.map(one => one.peer)])
        }
        if (effect.intention.kind !== 'vote') continue
        bench.vote('alice', effect.intention.vote)
        late.set(now + 2 * EPOCH, effect.intention.vote)
      }
      const vote = late.get(now)
      if (vote !== undefined) bench.votes(['bob', 'zero'], vote)
    }
    const epochs = new Map<number, (readonly string[])[]>()
    for (const [epoch, voters] of carried) epochs.set(epoch, [...(epochs.get(epoch) ?? []), voters])
    expect([...epochs.values()].slice(0, 3)).toEqual(
      Array.from({ length: 3 }, () => [[keyOf('alice')], [keyOf('bob'), keyOf('zero')].sort()])
    )
  })

  it('of the next period that cannot be weighed yet do not keep the whole one of their link away', () => {
    const bench = new Bench({ self: null })
    const tip = bench.chain(bench.genesis, lastHeightOf(0, P) + 6)
    const end = ancestor(bench, tip, lastHeightOf(0, P))
    const epoch = Math.floor(bench.nowMs / EPOCH) + 1
    const root = pointOf(0, end)
    const early: Vote = { period: 1, recovery: null, root, source: root, target: pointOf(epoch + 2, tip) }
    for (const names of [['alice'], THREE])
      bench.feed({ kind: 'certificate', certificate: certificateBy(names, early), from: 'x', nowMs: bench.nowMs })
    certify(bench, pointOf(0, bench.genesis), pointOf(epoch, end))
    certify(bench, pointOf(epoch, end), pointOf(epoch + 1, end))
    expect(bench.of('certified').map(({ certificate }) => certificate.vote.period)).toEqual([0, 0, 1])
  })

  it('that only an older record lacks are given back at a restart and carried, in order, to their own chain alone', () => {
    const before = new Bench({ self: null })
    const tip = before.chain(before.genesis, 9, { by: 'bob' })
    const fork = before.chain(before.draw(ancestor(before, tip, 7), { slot: 10, by: 'carol' }), 1)
    const at = (epoch: number, height: number): FinalityPoint => pointOf(epoch, ancestor(before, tip, height))
    const root = pointOf(0, before.genesis)
    const links = [
      [root, at(2, 2)],
      [at(2, 2), at(3, 4)],
      [at(3, 4), at(4, 6)],
      [at(4, 6), at(5, 8)]
    ] as const
    for (const [source, target] of links) certify(before, source, target)
    expect(before.machine.anchor.final).toEqual(at(4, 6))
    const certificates = before.of('certified').map(({ certificate }) => certificate)
    // What the chain cannot follow from what it recorded, and what lies beside it, is not carried.
    const odd = [
      certificateBy(THREE, before.link(at(5, 7), at(6, 8))),
      certificateBy(THREE, before.link(at(5, 8), pointOf(7, fork)))
    ]
    const after = new Bench({
      self: 'alice',
      start: false,
      resume: { final: before.machine.final, anchor: before.machine.anchor },
      stored: before.of('final').flatMap(({ steps }) => steps.map(({ block }) => block))
    })
    for (let height = 7; height <= 9; height++) {
      const block = before.machine.blockOf(ancestor(before, tip, height).id)
      if (block !== undefined) after.feed({ kind: 'restored-block', block })
    }
    for (const certificate of [...odd, ...certificates]) after.feed({ kind: 'restored-certificate', certificate })
    after.feed({ kind: 'start', guard: NO_MARKS, nowMs: before.nowMs })
    for (let now = before.nowMs; after.intentions('propose').length === 0; now += 10) after.at(now)
    expect(after.intentions('propose')[0]?.block.certificates).toEqual(certificates)
    const { state } = after.transition.build(after.machine.head, {
      slot: 99,
      timeMs: 99 * P.slotMs,
      proposer: keyOf('alice'),
      acknowledgements: [],
      certificates,
      transactions: []
    })
    expect(state.recordedFinal).toEqual(at(4, 6))
  })

  it('that came after the chain recorded a later target are carried all the same: by them the period ended [FIN-2]', () => {
    const before = new Bench({ self: null })
    const last = lastHeightOf(0, P)
    const early = before.chain(before.genesis, last + 2, { by: 'bob' })
    const end = ancestor(before, early, last)
    const epoch = Math.floor(before.nowMs / EPOCH) + 1
    const [first, second, third] = [0, 1, 2].map(more => pointOf(epoch + more, end)) as [
      FinalityPoint,
      FinalityPoint,
      FinalityPoint
    ]
    certify(before, pointOf(0, before.genesis), first)
    certify(before, first, third)
    const recorded = before.of('certified').map(({ certificate }) => certificate)
    const slot = Math.ceil(before.nowMs / P.slotMs) + 1
    const tip = before.chain(before.draw(early, { slot, by: 'bob', certificates: recorded }), 3, { by: 'bob' })
    expect(tip.justified).toEqual([pointOf(0, before.genesis), first, third])
    const late = certificateBy(THREE, before.link(first, second))
    before.feed({ kind: 'certificate', certificate: late, from: 'x', nowMs: before.nowMs })
    expect(before.machine.anchor.period).toBe(1)
    // What becomes final next is above the block that recorded the later target.
    const above = pointOf(epoch + 4, tip)
    certify(before, pointOf(0, end), above)
    certify(before, above, pointOf(epoch + 5, before.chain(tip, 2, { by: 'bob' })))
    expect(before.machine.final.id).toBe(tip.id)

    const after = new Bench({
      self: 'alice',
      start: false,
      resume: { final: before.machine.final, anchor: before.machine.anchor },
      stored: before.of('final').flatMap(({ steps }) => steps.map(({ block }) => block))
    })
    for (const { certificate } of before.of('certified')) after.feed({ kind: 'restored-certificate', certificate })
    after.feed({ kind: 'start', guard: NO_MARKS, nowMs: before.nowMs })
    for (let now = before.nowMs; after.intentions('propose').length === 0; now += 10) after.at(now)
    const carried = after.intentions('propose')[0]?.block.certificates ?? []
    expect(carried).toEqual([late])
    expect(tip.after(tip.header, carried).finalityPeriod.period).toBe(1)
  })
})
