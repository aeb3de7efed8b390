// How checked blocks enter the DAG: in causal order whatever the order of arrival, within limits, twins noticed [DAG-3].
import { describe, expect, it } from 'vitest'
import { BlockManager } from '#asset-layer/consensus/block-manager.ts'
import { Dag } from '#asset-layer/consensus/dag.ts'
import { CONSENSUS_LIMITS } from '#asset-layer/consensus/limits.ts'
import { WantedBlocks } from '#asset-layer/consensus/wanted.ts'
import { dagRefOf, EMPTY_BODY } from '#contracts/statements/dag-header.ts'
import { buildHeader, type DrawnDag, drawDag } from '#test/support/drawn-dag.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { createRandom } from '#test/support/random.ts'

function setUp(drawn: DrawnDag) {
  const dag = new Dag(drawn.context)
  const blocks = new BlockManager(dag, 0)
  const offer = (name: string, from = 1): string =>
    blocks
      .offer({ block: { ...drawn.block(name), body: EMPTY_BODY }, from, committed: false, restored: false }, 10)
      .map(({ vertex }) => drawn.nameOf(vertex.ref.digest))
      .join(' ')
  const asked = (nowMs = 1000): string =>
    blocks.wanted
      .takeDue(nowMs, 100)
      .map(({ to, refs }) => `${to}: ${refs.map(ref => drawn.nameOf(ref.digest)).join(' ')}`)
      .join(', ')
  return { dag, blocks, offer, asked }
}

const full = drawDag('Rounds 1-3 : *')

describe('the block manager [DAG-3]', () => {
  it('lets a block in when its last ancestor came, and those that waited for it', () => {
    const { blocks, offer } = setUp(full)
    expect(offer('A2')).toBe('')
    expect(offer('A1')).toBe('A1')
    expect(offer('B1')).toBe('B1')
    expect(offer('C1')).toBe('C1')
    expect(blocks.suspendedCount).toBe(1)
    expect(offer('D1')).toBe('D1 A2')
    expect(blocks.suspendedCount).toBe(0)
    expect(offer('D1')).toBe('')
  })

  it('gives the same DAG in every order of arrival, with nothing left waiting or wanted', () => {
    const drawn = drawDag('Rounds 1-8 : *')
    const names = drawn.blocks.map(block => drawn.nameOf(block.digest))
    for (let seed = 0; seed < 20; seed++) {
      const { dag, blocks, offer } = setUp(drawn)
      for (const name of createRandom(`orders/${seed}`).shuffle(names)) offer(name)
      expect(dag.quorumRound).toBe(8)
      for (let round = 1; round <= 8; round++) expect(dag.at(round)).toHaveLength(4)
      expect([blocks.suspendedCount, blocks.wanted.size]).toEqual([0, 0])
    }
  })

  it('asks the sender first, then the author, then the others, and no more once the block is here', () => {
    const { offer, asked } = setUp(drawDag('Round 1 : *\nRound 2 : { A -> [*] }'))
    for (const name of ['A1', 'B1', 'C1']) offer(name)
    offer('A2', 2)
    expect(asked(9)).toBe('')
    expect(asked(10)).toBe('2: D1')
    expect(asked(10)).toBe('')
    expect(asked(110)).toBe('3: D1')
    expect(asked(210)).toBe('1: D1')
    expect(asked(310)).toBe('2: D1')
    offer('D1')
    expect(asked(9999)).toBe('')
  })

  it('asks for no block that waits itself', () => {
    const { offer, asked } = setUp(full)
    for (const name of ['A1', 'B1', 'C1']) offer(name)
    for (const name of ['A3', 'A2', 'B2', 'C2', 'D2']) offer(name, 2)
    expect(asked()).toBe('2: D1')
  })

  it('takes four blocks of one place unasked, a fifth only if a waiting block names it', () => {
    const twins = drawDag(`Round 1 : { A, B, C, D, D', D'', D''', D'''', D''''' -> [*] }
      Round 2 : { A -> [*, D1'''''] }`)
    const { offer } = setUp(twins)
    for (const name of ['A1', 'B1', 'C1']) offer(name)
    for (const name of ['D1', "D1'", "D1''", "D1'''"]) expect(offer(name)).toBe(name)
    expect(offer("D1''''")).toBe('')
    expect(offer("D1'''''")).toBe('')
    expect(offer('A2')).toBe('')
    expect(offer("D1''''")).toBe('')
    expect(offer("D1'''''")).toBe("D1''''' A2")
  })

  it('tells a twin from the first block of its place, waiting ones included', () => {
    const twins = drawDag("Round 1 : { A, B, C, D -> [*] }\nRound 2 : { A, A' -> [*] }")
    const { blocks, offer } = setUp(twins)
    expect(blocks.twinOf(twins.block('A2'))).toBeUndefined()
    offer('A2')
    expect(blocks.twinOf(twins.block('A2'))).toBeUndefined()
    expect(blocks.twinOf(twins.block("A2'"))?.digest).toBe(twins.block('A2').digest)
  })

  it('gives up the waiting block farthest ahead when an author has too many, never a lower one', () => {
    const { dag, blocks } = setUp(full)
    const nowhere = hashHex('test', Uint8Array.of(7))
    const offerAt = (round: number) => {
      const ancestors = [{ round: round - 1, author: 1, digest: nowhere }]
      const block = { ...buildHeader(full.context, { round, author: 1, ancestors }), body: EMPTY_BODY }
      blocks.offer({ block, from: 1, committed: false, restored: false }, 0)
      return block.digest
    }
    const digests = Array.from({ length: CONSENSUS_LIMITS.suspendedPerAuthor }, (_, i) => offerAt(50 + i))
    expect(blocks.suspendedCount).toBe(CONSENSUS_LIMITS.suspendedPerAuthor)
    expect(blocks.isHeld(offerAt(150))).toBe(false)
    expect(blocks.isHeld(offerAt(10))).toBe(true)
    expect(blocks.isHeld(digests.at(-1) ?? nowhere)).toBe(false)
    expect(blocks.isHeld(digests[0] ?? nowhere)).toBe(true)
    expect(blocks.suspendedCount).toBe(CONSENSUS_LIMITS.suspendedPerAuthor)
    expect(dag.top).toBe(0)
  })

  it('lets in what waits only for collected rounds, and drops what is collected itself', () => {
    const drawn = drawDag('Rounds 1-4 : *')
    const { dag, blocks, offer, asked } = setUp(drawn)
    for (const name of ['A2', 'B2', 'C2', 'D2', 'A3', 'A4', 'A1']) offer(name)
    expect(blocks.suspendedCount).toBe(6)
    dag.collect(1)
    expect(
      blocks
        .collect()
        .map(({ vertex }) => drawn.nameOf(vertex.ref.digest))
        .sort()
    ).toEqual(['A2', 'A3', 'B2', 'C2', 'D2'])
    expect(asked()).toBe('1: B3 C3 D3')
    dag.collect(4)
    expect(blocks.collect()).toEqual([])
    expect([blocks.suspendedCount, blocks.wanted.size]).toEqual([0, 0])
    expect(offer('B3')).toBe('')
  })
})

describe('an ancestor is a place and a digest, both true [DAG-1, DAG-3]', () => {
  const drawn = drawDag('Rounds 1-2 : *')
  const refOf = (name: string) => dagRefOf(drawn.block(name))
  /** A round 2 block of D whose quorum of parents is one block under three names. */
  const lie = buildHeader(drawn.context, {
    round: 2,
    author: 3,
    ancestors: [refOf('D1'), { ...refOf('D1'), author: 0 }, { ...refOf('D1'), author: 1 }],
    baseHeight: 9
  })
  const arrival = { block: { ...lie, body: EMPTY_BODY }, from: 3, committed: false, restored: false }

  it('keeps out a block that names one parent under several seats, whichever comes first', () => {
    const early = setUp(drawn)
    early.offer('D1')
    expect(early.blocks.offer(arrival, 10)).toEqual([])
    const late = setUp(drawn)
    expect(late.blocks.offer(arrival, 10)).toEqual([])
    expect(late.offer('D1')).toBe('D1')
    for (const { dag, offer } of [early, late]) {
      for (const name of ['A1', 'B1', 'C1']) expect(offer(name)).toBe(name)
      expect(offer('A2')).toBe('A2')
      expect(dag.at(2)).toHaveLength(1)
    }
  })

  it('keeps out a block that names an old block as one of the round before', () => {
    const { offer, blocks } = setUp(drawn)
    for (const name of ['A1', 'B1', 'C1', 'D1', 'A2', 'B2', 'D2']) offer(name)
    const old = buildHeader(drawn.context, {
      round: 3,
      author: 3,
      ancestors: [refOf('D2'), refOf('A2'), { ...refOf('C1'), round: 2 }]
    })
    expect(blocks.offer({ ...arrival, block: { ...old, body: EMPTY_BODY } }, 10)).toEqual([])
  })

  it('still fetches and lets in a block whose digest a lie named before', () => {
    const { offer, asked, blocks } = setUp(drawn)
    blocks.offer(arrival, 10)
    for (const name of ['A1', 'B1', 'C1']) offer(name)
    expect(offer('A2', 2)).toBe('')
    expect(asked()).toBe('3: D1')
    expect(asked(2000)).toBe('2: D1')
    expect(offer('D1')).toBe('D1 A2')
  })

  it('lets it in like any block once commits collected what it named, as every node does', () => {
    const { dag, blocks, offer } = setUp(drawn)
    offer('D1')
    blocks.offer(arrival, 10)
    dag.collect(1)
    expect(blocks.collect().map(({ vertex }) => vertex.ref.digest)).toEqual([lie.digest])
    expect([blocks.suspendedCount, blocks.wanted.size]).toEqual([0, 0])
  })
})

it('does not forget a block that is needed because a lie placed it in a collected round', () => {
  const wanted = new WantedBlocks(4, 0)
  const digest = hashHex('test', Uint8Array.of(8))
  wanted.want({ round: 1, author: 3, digest }, 3, 0, true)
  wanted.want({ round: 5, author: 1, digest }, 2, 0, true)
  wanted.collect(1)
  expect(wanted.takeDue(0, 100).flatMap(({ refs }) => refs)).toEqual([{ round: 5, author: 1, digest }])
})
