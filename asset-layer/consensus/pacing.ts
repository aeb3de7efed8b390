// When a member may write its next block, and on which ancestors: the Starfish pacemaker [DAG-2]. Pure functions of the
// DAG; the machine adds the clock.
import type { Round, Seat } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import type { DagRef } from '#contracts/statements/dag-header.ts'
import { isSkipped, type LeaderSchedule, votes } from './committer.ts'
import type { Dag } from './dag.ts'

/** A round that others have left behind and that we must still write in, at once: rounds up to the quorum's may be
 * left out only if the slot two rounds below is decided. Undefined if there is none. */
export function findCatchUpRound(dag: Dag, lastProposed: Round, decidedRound: Round): Round | undefined {
  const round = Math.max(lastProposed + 1, decidedRound + 3)
  return round <= dag.quorumRound ? round : undefined
}

/** True if waiting longer helps no leader: the one of the round before is here, and the one before that has a quorum
 * of votes or can no longer commit. */
export function isLeaderSettled(dag: Dag, leaders: LeaderSchedule, round: Round): boolean {
  const last = round - 1
  if (last >= 1 && leaders(last).some(seat => dag.slot(last, seat).length === 0)) return false
  const voted = round - 2
  return voted < 1 || leaders(voted).every(seat => hasVotes(dag, voted, seat) || isSkipped(dag, voted, seat))
}

function hasVotes(dag: Dag, round: Round, seat: Seat): boolean {
  const voters = dag.at(round + 1)
  return dag.slot(round, seat).some(leader => dag.hasQuorum(voters.filter(voter => votes(voter, leader))))
}

/** The ancestors of an own block: the own previous one, then of every other author the newest first-accepted block
 * below the round that no own block named before. Ordered by seat. */
export function chooseAncestors(
  dag: Dag,
  round: Round,
  previous: DagRef,
  lastNamed: ReadonlyMap<Seat, Round>
): readonly DagRef[] {
  const newest = new Map<Seat, DagRef>()
  for (let below = round - 1; below >= dag.gcRound && newest.size < dag.context.seats; below--) {
    // Rows are in order of acceptance, so of twins the first wins.
    for (const { ref } of dag.at(below)) if (!newest.has(ref.author)) newest.set(ref.author, ref)
  }
  const ancestors = [previous]
  for (let seat = 0; seat < dag.context.seats; seat++) {
    const ref = newest.get(seat)
    if (ref === undefined || seat === previous.author) continue
    if (ref.round > (lastNamed.get(seat) ?? -1)) ancestors.push(ref)
  }
  const parents = ancestors.filter(ref => ref.round === round - 1).length
  assert(parents >= dag.context.quorum, 'an own block has a quorum of parents')
  return ancestors
}
