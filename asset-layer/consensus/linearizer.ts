// Turns a committed leader into the list of blocks it orders and the base height they run at. A pure function of the
// DAG and of the commits before, so it is the same on every node. Upholds the order of [DAG-1] and the median of [DAG-5];
// `deriveCommitHeight` makes the commit's height of it.
import { compareText } from '#contracts/primitives/bytes.ts'
import type { Height } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { DagRef } from '#contracts/statements/dag-header.ts'
import type { Dag, Vertex } from './dag.ts'
import type { CommittedSubDag, ResumePoint } from './events.ts'

/** Before the first commit of a dag. */
export const FIRST_RESUME_POINT: ResumePoint = { index: 0, leaderRound: 0 }

/** The commit of a leader after `last`; marks its blocks committed. Call once per leader, in order. */
export function linearize(dag: Dag, leader: Vertex, last: ResumePoint): CommittedSubDag {
  const blocks: DagRef[] = [leader.ref]
  const stack = [leader]
  leader.committed = true
  for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
    // dag.gcRound is the one set by the commit before: the walk stops there, not where an author was last committed,
    // or blocks that an author's own chain skipped would be lost.
    for (const ancestor of dag.ancestorsAbove(vertex, dag.gcRound)) {
      if (ancestor.committed) continue
      ancestor.committed = true
      blocks.push(ancestor.ref)
      stack.push(ancestor)
    }
  }
  blocks.sort(compareRefs)
  return {
    index: last.index + 1,
    leader: leader.ref,
    blocks,
    baseHeight: medianBaseHeight(dag, leader)
  }
}

export function compareRefs(a: DagRef, b: DagRef): number {
  return a.round - b.round || a.author - b.author || compareText(a.digest, b.digest)
}

/** Lower median of the base heights in the leader's parents. At least f + 1 honest ones are among them. */
function medianBaseHeight(dag: Dag, leader: Vertex): Height {
  const heights: Height[] = []
  for (const { round, digest } of leader.signed.header.ancestors) {
    if (round !== leader.ref.round - 1) continue
    heights.push(present(dag.get(digest), 'parents of a leader are above gcRound').signed.header.baseHeight)
  }
  heights.sort((a, b) => a - b)
  return present(heights[Math.floor((heights.length - 1) / 2)], 'a leader has parents')
}
