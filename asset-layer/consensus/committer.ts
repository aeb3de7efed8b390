// Reads a DAG and decides leader slots, in order, as commit or skip: the three-round rule with pipelined leaders
// [DAG-1]. Pure and idempotent: what is decided depends on the DAG alone and never changes as the DAG grows. The
// machine calls it after each batch of accepted blocks.
import type { Round, Seat } from '#contracts/primitives/ids.ts'
import type { Dag, Vertex } from './dag.ts'
import { CONSENSUS_LIMITS } from './limits.ts'

/** A place for a leader. With one leader a round the offset is always 0. */
export interface Slot {
  readonly round: Round
  readonly offset: number
}

/** The leaders of a round, in the order of their slots; none in a round without slot. */
export type LeaderSchedule = (round: Round) => readonly Seat[]

export type SlotStatus =
  | { readonly kind: 'commit'; readonly leader: Vertex }
  | { readonly kind: 'skip' }
  | { readonly kind: 'undecided' }
  /** A slot has two certified blocks, or one beside a quorum of blames: more than f seats lied. */
  | { readonly kind: 'fault'; readonly twins: readonly Vertex[] }

export type DecidedSlot = { readonly slot: Slot; readonly seat: Seat } & (
  | { readonly kind: 'commit'; readonly leader: Vertex }
  | { readonly kind: 'skip' }
)

/** What can be swapped, as one piece, to try a rule: nothing but tests does. */
export interface CommitRules {
  /** From the two rounds above the slot. */
  direct(dag: Dag, round: Round, seat: Seat): SlotStatus
  /** From the history of a committed leader at least three rounds above. */
  indirect(dag: Dag, round: Round, seat: Seat, anchor: Vertex): SlotStatus
  /** Rounds below the last committed leader whose blocks still count. */
  readonly gcDepth: number
}

export const threeRoundRules: CommitRules = {
  direct: decideDirect,
  indirect: decideIndirect,
  gcDepth: CONSENSUS_LIMITS.gcDepth
}

/** Rounds from a leader to the nearest leader that may decide it: the whole wave lies in that one's history. */
export const ANCHOR_DISTANCE = 3

export interface Decisions {
  /** The slots after the cursor that are decided, without a gap. */
  readonly decided: readonly DecidedSlot[]
  readonly fault?: readonly Vertex[]
}

/** Decides slots above `after`. Call again with the last slot decided, commit or skip. */
export function decideSlots(dag: Dag, leaders: LeaderSchedule, after: Slot, rules = threeRoundRules): Decisions {
  const later: (SlotStatus & { readonly slot: Slot; readonly seat: Seat })[] = []
  for (let round = dag.top; round >= Math.max(1, after.round); round--) {
    const seats = leaders(round)
    for (let offset = seats.length - 1; offset >= 0; offset--) {
      if (round === after.round && offset <= after.offset) break
      const seat = seats[offset] ?? 0
      let status = rules.direct(dag, round, seat)
      if (status.kind === 'undecided') {
        // `later` is in descending order: its end is the nearest slot.
        const anchor = later.findLast(s => s.slot.round >= round + ANCHOR_DISTANCE && s.kind !== 'skip')
        if (anchor?.kind === 'commit') status = rules.indirect(dag, round, seat, anchor.leader)
      }
      if (status.kind === 'fault') return { decided: [], fault: status.twins }
      later.push({ ...status, slot: { round, offset }, seat })
    }
  }
  const decided: DecidedSlot[] = []
  for (const status of later.reverse()) {
    if (status.kind !== 'commit' && status.kind !== 'skip') break
    decided.push(status)
  }
  return { decided }
}

/** A block of the next round votes for a leader by naming it; one ancestor per author makes the vote unique. */
export function votes(voter: Vertex, leader: Vertex): boolean {
  return voter.ancestorOf.get(leader.ref.author)?.digest === leader.ref.digest
}

/** A block two rounds up certifies a leader if its parents hold votes of a quorum. */
export function certifies(dag: Dag, vertex: Vertex, leader: Vertex): boolean {
  const known = vertex.certified.get(leader.ref.digest)
  if (known !== undefined) return known
  const voters: Vertex[] = []
  for (const parent of dag.ancestorsAbove(vertex, leader.ref.round)) {
    if (parent.ref.round === leader.ref.round + 1 && votes(parent, leader)) voters.push(parent)
  }
  const answer = dag.hasQuorum(voters)
  vertex.certified.set(leader.ref.digest, answer)
  return answer
}

/** True if a quorum of authors has a block of the next round that does not vote for the leader (or for any). */
export function isBlamed(dag: Dag, round: Round, leader: Vertex | undefined): boolean {
  const voters = dag.at(round + 1)
  return dag.hasQuorum(leader === undefined ? voters : voters.filter(voter => !votes(voter, leader)))
}

/** True if the slot can no longer commit: every block of it that may exist is blamed. */
export function isSkipped(dag: Dag, round: Round, seat: Seat): boolean {
  const candidates = dag.slot(round, seat)
  if (candidates.length === 0) return isBlamed(dag, round, undefined)
  return candidates.every(leader => isBlamed(dag, round, leader))
}

function decideDirect(dag: Dag, round: Round, seat: Seat): SlotStatus {
  const above = dag.at(round + 2)
  const certified = dag.slot(round, seat).filter(leader => dag.hasQuorum(above.filter(v => certifies(dag, v, leader))))
  const skipped = isSkipped(dag, round, seat)
  // Blames and certificates of quorums share an honest author, so both at once is a fault like two certified twins.
  if (skipped && certified.length > 0) return { kind: 'fault', twins: certified }
  return statusOf(certified, skipped ? { kind: 'skip' } : { kind: 'undecided' })
}

function decideIndirect(dag: Dag, round: Round, seat: Seat, anchor: Vertex): SlotStatus {
  const seen = historyAt(dag, anchor, round + 2)
  return statusOf(
    dag.slot(round, seat).filter(leader => seen.some(v => certifies(dag, v, leader))),
    { kind: 'skip' }
  )
}

function statusOf(certified: readonly Vertex[], otherwise: SlotStatus): SlotStatus {
  const [leader] = certified
  if (leader === undefined) return otherwise
  return certified.length > 1 ? { kind: 'fault', twins: certified } : { kind: 'commit', leader }
}

/** Blocks of one round in the history of a block. The history alone counts, never what else this node holds. */
function historyAt(dag: Dag, from: Vertex, round: Round): readonly Vertex[] {
  const seen = new Set<Vertex>([from])
  const stack = [from]
  const found: Vertex[] = []
  for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
    if (vertex.ref.round === round) {
      found.push(vertex)
      continue
    }
    for (const ancestor of dag.ancestorsAbove(vertex, round - 1)) {
      if (!seen.has(ancestor)) {
        seen.add(ancestor)
        stack.push(ancestor)
      }
    }
  }
  return found
}
