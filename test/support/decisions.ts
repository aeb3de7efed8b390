// Runs the committer over a drawn DAG and tells its decisions in the names of the drawing.
import {
  type CommitRules,
  decideSlots,
  type LeaderSchedule,
  type Slot,
  threeRoundRules
} from '#asset-layer/consensus/committer.ts'
import type { Dag } from '#asset-layer/consensus/dag.ts'
import { type DrawnDag, letterOf } from './drawn-dag.ts'

/** Every round has `count` leaders: seats round, round + 1, ... modulo n. */
export function pipelined(seats: number, count = 1): LeaderSchedule {
  return round => Array.from({ length: count }, (_, offset) => (round + offset) % seats)
}

/** Leaders at rounds 3, 6, 9 and so on only. */
export function waves(seats: number, count = 1): LeaderSchedule {
  return round => (round > 0 && round % 3 === 0 ? pipelined(seats, count)(round) : [])
}

export const START: Slot = { round: 0, offset: 0 }

export interface DecideOptions {
  readonly leaders?: LeaderSchedule
  readonly after?: Slot
  readonly rules?: CommitRules
  readonly dag?: Dag
}

/** 'commit A4' and 'skip B5', in order, or 'fault D3 D3\''. */
export function decisionsOf(drawn: DrawnDag, options: DecideOptions = {}): readonly string[] {
  const {
    leaders = pipelined(drawn.context.seats),
    after = START,
    rules = threeRoundRules,
    dag = drawn.dag()
  } = options
  const { decided, fault } = decideSlots(dag, leaders, after, rules)
  if (fault !== undefined) return [`fault ${fault.map(vertex => drawn.nameOf(vertex.ref.digest)).join(' ')}`]
  return decided.map(one =>
    one.kind === 'commit'
      ? `commit ${drawn.nameOf(one.leader.ref.digest)}`
      : `skip ${letterOf(one.seat)}${one.slot.round}`
  )
}

/** What the two rounds above one slot of a drawing say. */
export function directStatus(drawn: DrawnDag, round: number, seat = round % drawn.context.seats): string {
  const status = threeRoundRules.direct(drawn.dag(), round, seat)
  return status.kind === 'commit' ? `commit ${drawn.nameOf(status.leader.ref.digest)}` : status.kind
}
