import { describe, expect, it } from 'vitest'
import { hashHex } from '#contracts/crypto/hash.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import type { FinalityPoint, Vote } from '#contracts/statements/vote.ts'
import { Bench, blockOn, certificateBy, keyOf, P, pointOf, type ToyState } from './fixtures.ts'

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

describe('finality [FIN-1]: the walk-through', () => {
  it('justifies by two thirds, finalises by consecutive epochs, and skips over a gap', () => {
    const bench = new Bench({ self: null })
    const tip = bench.chain(bench.genesis, 22)
    const root = pointOf(0, bench.genesis)
    const at = (epoch: number, height: number): FinalityPoint => pointOf(epoch, ancestor(bench, tip, height))
    const [b10, b13, b20, b21] = [at(11, 10), at(12, 13), at(14, 20), at(15, 21)]
    certify(bench, root, b10)
    expect(bench.machine.anchor.final).toEqual(root)
    certify(bench, b10, b13)
    expect(bench.machine.anchor.final).toEqual(b10)
    expect(bench.machine.final.id).toBe(b10.id)
    // Epoch 13 gets no quorum: b20 is justified, but b13 is not final.
    certify(bench, b13, at(13, 15), ['alice', 'bob'])
    certify(bench, b13, b20)
    expect(bench.machine.anchor.final).toEqual(b10)
    certify(bench, b20, b21)
    expect(bench.machine.anchor.final).toEqual(b20)
    const finals = bench.of('final')
    expect(finals.map(({ steps }) => steps.map(({ state }) => state.header.height))).toEqual([
      Array.from({ length: 10 }, (_, i) => i + 1),
      Array.from({ length: 10 }, (_, i) => i + 11)
    ])
    expect(finals[1]?.proof.map(({ vote }) => [vote.source, vote.target])).toEqual([
      [b13, b20],
      [b20, b21]
    ])
  })

  it('says likely above one half and certifies only above two thirds', () => {
    const bench = new Bench({ self: null, weights: { alice: 34n, bob: 33n, carol: 33n } })
    const tip = bench.chain(bench.genesis, 4)
    const target = pointOf(2, ancestor(bench, tip, 2))
    const vote = bench.link(pointOf(0, bench.genesis), target)
    bench.nowMs = 2 * EPOCH + P.voteAtMs
    bench.votes(['alice'], vote)
    expect(bench.of('likely')).toEqual([])
    bench.votes(['bob'], vote)
    expect(bench.of('likely')).toEqual([{ kind: 'likely', point: target }])
    expect(bench.of('certified').length).toBe(1)
    const weak = new Bench({ self: null, weights: { alice: 33n, bob: 33n, carol: 33n } })
    const other = weak.chain(weak.genesis, 4)
    weak.nowMs = bench.nowMs
    weak.votes(['alice', 'bob'], weak.link(pointOf(0, weak.genesis), pointOf(2, ancestor(weak, other, 2))))
    expect(weak.of('likely').length).toBe(1)
    expect(weak.of('certified')).toEqual([])
  })

  it('counts nothing from a source that is not justified, until it is', () => {
    const bench = new Bench({ self: null })
    const tip = bench.chain(bench.genesis, 6)
    const [a, b] = [pointOf(2, ancestor(bench, tip, 2)), pointOf(3, ancestor(bench, tip, 4))]
    certify(bench, a, b)
    expect(bench.of('certified')).toEqual([])
    bench.votes(THREE, bench.link(pointOf(0, bench.genesis), a))
    expect(bench.of('certified').map(({ certificate }) => certificate.vote.target)).toEqual([a, b])
    expect(bench.machine.anchor.final).toEqual(a)
  })

  it('does not justify a target that does not descend from its source', () => {
    const bench = new Bench({ self: null })
    const a = bench.chain(bench.genesis, 3)
    const b = bench.chain(bench.genesis, 4, { by: 'bob' })
    certify(bench, pointOf(0, bench.genesis), pointOf(2, a))
    certify(bench, pointOf(2, a), pointOf(3, b))
    expect(bench.of('certified').length).toBe(1)
    expect(bench.machine.final.id).toBe(bench.genesis.id)
  })

  it('takes up certificates that blocks carry, and forks choose the justified branch', () => {
    const bench = new Bench({ self: null })
    const a = bench.chain(bench.genesis, 3)
    const b = bench.chain(bench.genesis, 3, { by: 'bob' })
    const [light, heavy] = bench.machine.head.id === a.id ? [b, a] : [a, b]
    const certificate = certificateBy(THREE, bench.link(pointOf(0, bench.genesis), pointOf(2, light)))
    bench.draw(light, { slot: 8, certificates: [certificate], by: 'carol' })
    expect(bench.machine.head.header.parent).toBe(light.id)
    bench.chain(heavy, 9, { by: 'dave' })
    expect(bench.machine.head.header.parent).toBe(light.id)
  })
})

describe('hand-over [FIN-2]', () => {
  const last = lastHeightOf(0, P)

  /** A chain past L_0, with L_0 justified in `epoch` and final in the next. */
  function handedOver(bench: Bench): { readonly tip: ToyState; readonly end: ToyState; readonly epoch: number } {
    const tip = bench.chain(bench.genesis, last + 6)
    const end = ancestor(bench, tip, last)
    const epoch = Math.floor(bench.nowMs / EPOCH) + 1
    certify(bench, pointOf(0, bench.genesis), pointOf(epoch, end))
    expect(bench.machine.anchor.period).toBe(0)
    certify(bench, pointOf(epoch, end), pointOf(epoch + 1, end))
    return { tip, end, epoch }
  }

  it('makes L_j the root of the next period with epoch 0', () => {
    const bench = new Bench({ self: null })
    const { end, epoch } = handedOver(bench)
    expect(bench.machine.anchor).toEqual({
      period: 1,
      recovery: null,
      root: pointOf(0, end),
      final: pointOf(epoch, end)
    })
  })

  it('is refused to votes of the old period above L_j', () => {
    const bench = new Bench({ self: null })
    const tip = bench.chain(bench.genesis, last + 3)
    certify(bench, pointOf(0, bench.genesis), pointOf(40, tip))
    expect(bench.of('certified')).toEqual([])
    expect(bench.of('penalise').map(({ code }) => code)).toContain('E_VOTE_HEIGHT')
  })

  it('counts votes of the next period that came before it', () => {
    const bench = new Bench({ self: null })
    const tip = bench.chain(bench.genesis, last + 6)
    const end = ancestor(bench, tip, last)
    const epoch = Math.floor(bench.nowMs / EPOCH) + 1
    const early: Vote = {
      period: 1,
      recovery: null,
      root: pointOf(0, end),
      source: pointOf(0, end),
      target: pointOf(epoch + 2, tip)
    }
    bench.nowMs = (epoch + 2) * EPOCH + P.voteAtMs
    bench.votes(THREE, early)
    expect(bench.of('certified')).toEqual([])
    bench.votes(THREE, bench.link(pointOf(0, bench.genesis), pointOf(epoch, end)))
    bench.votes(THREE, bench.link(pointOf(epoch, end), pointOf(epoch + 1, end)))
    expect(bench.of('certified').map(({ certificate }) => certificate.vote.period)).toEqual([0, 0, 1])
  })

  it('is voted for: the newest block with two descendants, but never above L_j, then from the new root', () => {
    const bench = new Bench({ self: 'alice' })
    const tip = bench.chain(bench.genesis, last + 6, { by: 'bob' })
    const end = ancestor(bench, tip, last)
    let epoch = Math.floor(bench.nowMs / EPOCH) + 1
    const vote = (): Vote | undefined => {
      bench.at(epoch * EPOCH + P.voteAtMs)
      return bench.intentions('vote').at(-1)?.vote
    }
    const first = vote()
    expect(first).toEqual({
      period: 0,
      recovery: null,
      root: pointOf(0, bench.genesis),
      source: pointOf(0, bench.genesis),
      target: pointOf(epoch, end)
    })
    if (first !== undefined) bench.votes(THREE, first)
    epoch++
    const second = vote()
    expect(second?.target).toEqual(pointOf(epoch, end))
    expect(second?.source).toEqual(pointOf(epoch - 1, end))
    if (second !== undefined) bench.votes(THREE, second)
    epoch++
    const above = bench.stateOf(bench.machine.head.header.parent).header.parent
    expect(vote()).toEqual({
      period: 1,
      recovery: null,
      root: pointOf(0, end),
      source: pointOf(0, end),
      target: pointOf(epoch, bench.stateOf(above))
    })
  })

  it('survives a restart between two periods: the root alone is the source', () => {
    const before = new Bench({ self: null })
    const { end, tip, epoch } = handedOver(before)
    const after = new Bench({ self: 'dave', resume: { final: end, anchor: before.machine.anchor } })
    after.nowMs = before.nowMs
    for (let height = last + 1; height <= tip.header.height; height++) {
      const block = before.machine.blockOf(ancestor(before, tip, height).id)
      if (block !== undefined) after.block(block)
    }
    after.at((epoch + 2) * EPOCH + P.voteAtMs)
    expect(after.intentions('vote').at(-1)?.vote).toMatchObject({
      period: 1,
      source: pointOf(0, end),
      target: { epoch: epoch + 2 }
    })
  })
})

describe('conflicts [FIN-5]', () => {
  /** Block 2 of one branch is final; the other branch is known. */
  function finalised(): { readonly bench: Bench; readonly final: FinalityPoint; readonly tip: ToyState } {
    const bench = new Bench({ self: 'alice' })
    const tip = bench.chain(bench.genesis, 6, { by: 'bob' })
    const [a, b] = [pointOf(3, ancestor(bench, tip, 2)), pointOf(4, ancestor(bench, tip, 4))]
    certify(bench, pointOf(0, bench.genesis), a)
    certify(bench, a, b)
    expect(bench.machine.anchor.final).toEqual(a)
    return { bench, final: a, tip }
  }

  it('stop finality and votes for good, with evidence against who signed both sides', () => {
    const { bench, final } = finalised()
    const other = { epoch: 4, height: final.height, id: hashHex('test-other') }
    const vote = bench.link(pointOf(0, bench.genesis), other)
    bench.feed({ kind: 'certificate', certificate: certificateBy(THREE, vote), from: 'x', nowMs: bench.nowMs })
    expect(bench.machine.conflicted).toBe(true)
    expect(bench.of('conflict').length).toBe(1)
    const accused = bench.of('evidence').map(({ evidence }) => evidence.kind === 'votes' && evidence.first.peer)
    expect(new Set(accused)).toEqual(new Set(THREE.map(keyOf)))
    bench.at(9 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote').filter(({ vote: mine }) => mine.target.epoch === 9)).toEqual([])
  })

  it('are found when the block of a certificate turns out to stand beside the final chain', () => {
    const { bench } = finalised()
    const side = bench.genesis.after(blockOn(bench.genesis, { slot: 7, by: 'dave' }).header, [])
    const next = side.after(blockOn(side, { slot: 8, by: 'dave' }).header, [])
    const above = blockOn(next, { slot: 9, by: 'dave' })
    const target = { epoch: 5, height: 3, id: next.after(above.header, []).id }
    const certificate = certificateBy(THREE, bench.link(pointOf(0, bench.genesis), target))
    bench.nowMs = 10 * P.slotMs
    bench.feed({ kind: 'certificate', certificate, from: 'x', nowMs: bench.nowMs })
    expect(bench.machine.conflicted).toBe(false)
    expect(bench.of('fetch')).toContainEqual({ kind: 'fetch', id: target.id, from: 'x' })
    bench.block(above)
    expect(bench.machine.conflicted).toBe(true)
  })

  it('show who signed both sides also where the other side is known from blocks alone [FIN-4]', () => {
    const bench = new Bench({ self: null })
    const a = bench.chain(bench.genesis, 4)
    const b = bench.chain(bench.genesis, 4, { by: 'bob' })
    const root = pointOf(0, bench.genesis)
    certify(bench, root, pointOf(3, ancestor(bench, a, 2)))
    const other = certificateBy(THREE, bench.link(root, pointOf(3, ancestor(bench, b, 2))))
    expect(bench.of('evidence')).toEqual([])
    bench.draw(b, { slot: 9, certificates: [other], by: 'carol' })
    const accused = bench.of('evidence').map(({ evidence }) => evidence.kind === 'votes' && evidence.first.peer)
    expect(new Set(accused)).toEqual(new Set(THREE.map(keyOf)))
  })

  it('are found when a branch would become final beside one that was justified later', () => {
    const bench = new Bench({ self: null })
    const a = bench.chain(bench.genesis, 4)
    const b = bench.chain(bench.genesis, 4, { by: 'bob' })
    const root = pointOf(0, bench.genesis)
    const [early, next, rival] = [pointOf(3, ancestor(bench, a, 2)), pointOf(4, a), pointOf(5, b)]
    certify(bench, root, rival)
    certify(bench, root, early)
    expect(bench.machine.conflicted).toBe(false)
    certify(bench, early, next)
    expect(bench.machine.conflicted).toBe(true)
    expect(bench.of('conflict').map(({ certificate }) => certificate.vote.target)).toEqual([rival])
    expect(bench.machine.final.id).toBe(bench.genesis.id)
  })

  it('are none in a branch that was justified earlier: it is given up, as a source too', () => {
    const bench = new Bench({ self: 'dave' })
    const a = bench.chain(bench.genesis, 4, { by: 'carol' })
    const b = bench.chain(bench.genesis, 4, { by: 'bob' })
    const [root, two] = [pointOf(0, bench.genesis), ancestor(bench, a, 2)]
    certify(bench, root, pointOf(3, b))
    // Too late for the vote of epoch 6 to start from, but final all the same.
    bench.nowMs = 6 * EPOCH + P.voteAtMs - 10
    certify(bench, root, pointOf(4, two))
    certify(bench, pointOf(4, two), pointOf(5, two))
    expect(bench.machine.conflicted).toBe(false)
    expect(bench.machine.anchor.final).toEqual(pointOf(4, two))
    bench.at(6 * EPOCH + P.voteAtMs)
    expect(bench.intentions('vote').at(-1)?.vote).toMatchObject({ source: root, target: { epoch: 6 } })
  })

  it('are not seen in late certificates of branches that lost lawfully', () => {
    const { bench } = finalised()
    const other = { epoch: 2, height: 2, id: hashHex('test-other') }
    const vote = bench.link(pointOf(0, bench.genesis), other)
    bench.feed({ kind: 'certificate', certificate: certificateBy(THREE, vote), from: 'x', nowMs: bench.nowMs })
    expect(bench.machine.conflicted).toBe(false)
  })

  it('a block beside the final chain and all above it are never executed', () => {
    const { bench } = finalised()
    const before = bench.transition.applied.length
    const side = blockOn(bench.genesis, { slot: 7, by: 'dave' })
    bench.nowMs = 10 * P.slotMs
    bench.block(blockOn(bench.genesis.after(side.header, []), { slot: 8, by: 'dave' }))
    bench.block(side)
    expect(bench.transition.applied.length).toBe(before)
  })
})
