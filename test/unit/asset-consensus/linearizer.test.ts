// What a committed leader brings along, in which order and at which base height [DAG-1, DAG-5].
import { describe, expect, it } from 'vitest'
import { FIRST_RESUME_POINT, linearize } from '#asset-layer/consensus/linearizer.ts'
import { deriveCommitHeight } from '#asset-layer/execution/closing.ts'
import type { Dag } from '#asset-layer/consensus/dag.ts'
import type { CommittedSubDag } from '#asset-layer/consensus/events.ts'
import { type DrawnDag, drawDag } from '#test/support/drawn-dag.ts'

/** Commits leaders by name, one after another. */
function commitAll(drawn: DrawnDag, dag: Dag, leaders: readonly string[]): CommittedSubDag[] {
  let last = FIRST_RESUME_POINT
  return leaders.map(name => {
    const commit = linearize(dag, drawn.vertex(dag, name), last)
    last = { index: commit.index, leaderRound: commit.leader.round }
    return commit
  })
}

const names = (drawn: DrawnDag, commit: CommittedSubDag | undefined): string =>
  (commit?.blocks ?? []).map(ref => drawn.nameOf(ref.digest)).join(' ')

describe('linearize [DAG-1]', () => {
  it('orders by round and author, the leader last, indexes from 1', () => {
    const drawn = drawDag('Rounds 1-3 : *')
    const [first, second] = commitAll(drawn, drawn.dag(), ['B1', 'C2'])
    expect(first?.index).toBe(1)
    expect(names(drawn, first)).toBe('B1')
    expect(second?.index).toBe(2)
    expect(names(drawn, second)).toBe('A1 C1 D1 C2')
    expect(second?.leader.digest).toBe(second?.blocks.at(-1)?.digest)
  })

  it('brings a block only once, and never one of round 0', () => {
    const drawn = drawDag('Rounds 1-4 : *')
    const commits = commitAll(drawn, drawn.dag(), ['B1', 'C2', 'D3', 'A4'])
    const all = commits.flatMap(commit => commit.blocks.map(ref => drawn.nameOf(ref.digest)))
    expect(new Set(all).size).toBe(all.length)
    expect(all).toHaveLength(13)
  })

  it('orders twins by digest, and takes a twin in a later commit', () => {
    const drawn = drawDag(`Round 1 : { A, B, C, D, D' -> [*] }
      Round 2 : { A, B -> [*], C -> [*, D1'], D -> [*] }
      Round 3 : { * -> [*] }`)
    const [first] = commitAll(drawn, drawn.dag(), ['A3'])
    const twins = (first?.blocks ?? []).filter(ref => ref.author === 3 && ref.round === 1).map(ref => ref.digest)
    expect(twins).toEqual([...twins].sort())
    expect(twins).toHaveLength(2)
    const [, later] = commitAll(drawn, drawn.dag(), ['B2', 'A3'])
    expect(names(drawn, later)).toContain("D1'")
  })

  it('takes a block that its author’s own chain left out, through a weak link', () => {
    const drawn = drawDag(`Round 1 : *
      Round 2 : { A, B, C -> [-D1] }
      Round 3 : { A, B -> [*], C -> [A2, B2, C2, D1] }
      Round 4 : { A -> [*] }`)
    const [first, second] = commitAll(drawn, drawn.dag(), ['B3', 'A4'])
    expect(names(drawn, first)).toBe('A1 B1 C1 A2 B2 C2 B3')
    expect(names(drawn, second)).toBe('D1 A3 C3 A4')
  })

  it('stops at the collected rounds', () => {
    const drawn = drawDag(`Round 1 : *
      Round 2 : { A, B, C -> [-D1] }
      Round 3 : { A, B -> [*], C -> [A2, B2, C2, D1] }
      Round 4 : { A -> [*] }`)
    const dag = drawn.dag()
    const [first] = commitAll(drawn, dag, ['B3'])
    dag.collect(1)
    const second = linearize(dag, drawn.vertex(dag, 'A4'), { index: 1, leaderRound: 3 })
    expect(names(drawn, first)).toBe('A1 B1 C1 A2 B2 C2 B3')
    expect(names(drawn, second)).toBe('A3 C3 A4')
  })
})

describe('the base height of a commit [DAG-5]', () => {
  const drawn = drawDag(`Round 1 : { A -> [*]@10, B -> [*]@12, C -> [*]@11, D -> [*]@99 }
    Round 2 : { A -> [*], B -> [-D1], C -> [*] }
    Round 3 : { A -> [*] }`)

  it('is the lower median of the heights in the leader’s parents', () => {
    expect(commitAll(drawn, drawn.dag(), ['A2'])[0]?.baseHeight).toBe(11)
    expect(commitAll(drawn, drawn.dag(), ['B2'])[0]?.baseHeight).toBe(11)
  })

  it('counts parents alone, not older ancestors', () => {
    const old = drawDag(`Round 1 : { A, B, C -> [*]@5, D -> [*]@0 }
      Round 2 : { A -> [*]@7, B -> [*]@8, C -> [*]@9 }
      Round 3 : { A -> [A2, B2, C2, D1] }`)
    expect(commitAll(old, old.dag(), ['A3'])[0]?.baseHeight).toBe(8)
  })

  it('is at first the epoch’s beginning, and never below the commit before as lowered, whatever its median was', () => {
    const medians = commitAll(drawn, drawn.dag(), ['A2', 'A3']).map(commit => commit.baseHeight)
    expect(medians).toEqual([11, 0])
    expect(deriveCommitHeight(9, 50, [], 2)).toBe(50)
    // Three items of height 6 wait: 11 is lowered to 5, and the next commit with a median of 8 runs at 8, not 11.
    const lowered = deriveCommitHeight(11, 4, [6, 6, 6], 2)
    expect(lowered).toBe(5)
    expect(deriveCommitHeight(8, lowered, [], 2)).toBe(8)
    expect(deriveCommitHeight(3, lowered, [], 2)).toBe(5)
  })
})
