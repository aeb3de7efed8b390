// Our own blocks: which round comes next, when, and with what. One proposal is under way at a time, and no round is
// proposed twice, restarts included, because every own stored block is heard of before the start [DAG-2, DAG-6].
import type { Height, Round, Seat } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import {
  type CheckedDagHeader,
  type DagHeader,
  type DagRef,
  dagBodyHash,
  dagDigest,
  dagRefOf
} from '#contracts/statements/dag-header.ts'
import type { LeaderSchedule } from './committer.ts'
import type { Dag } from './dag.ts'
import type { ConsensusEffect, ConsensusEvent, ConsensusSettings, Proposal } from './events.ts'
import { chooseAncestors, findCatchUpRound, isLeaderSettled } from './pacing.ts'

interface Pending {
  readonly round: Round
  /** Once the payload came: what is being written, signed and sent. */
  readonly proposal?: Proposal
}

export class Proposer {
  readonly #settings: ConsensusSettings
  readonly #dag: Dag
  readonly #leaders: LeaderSchedule
  #allowed: boolean
  #pending: Pending | undefined
  /** Our newest block, written or at least stored. */
  #previous: DagRef | undefined
  /** Highest round of each author that an own block named: weak links are taken once. */
  readonly #lastNamed = new Map<Seat, Round>()
  #lastProposedMs = Number.NEGATIVE_INFINITY
  /** The round we could write next, and since when. */
  #entered: { readonly round: Round; readonly atMs: number } | undefined
  #created = false
  #baseHeight: Height

  constructor(settings: ConsensusSettings, dag: Dag, leaders: LeaderSchedule) {
    this.#settings = settings
    this.#dag = dag
    this.#leaders = leaders
    this.#allowed = settings.canPropose && settings.seat !== null
    this.#baseHeight = settings.beginHeight
    if (settings.seat !== null)
      this.#previous = dagRefOf(present(dag.context.genesis[settings.seat], 'our seat exists'))
  }

  get mayPropose(): boolean {
    return this.#allowed
  }

  get lastRound(): Round {
    return Math.max(this.#previous?.round ?? 0, this.#pending?.proposal?.header.round ?? 0)
  }

  stop(): void {
    this.#allowed = false
    this.#pending = undefined
  }

  /** An own block of our store: its round is used up, accepted or not. */
  ownStored(block: CheckedDagHeader): void {
    this.#remember(block)
  }

  /** True for a block of our seat above all that are stored which is not the one under way. */
  isAbove(block: CheckedDagHeader): boolean {
    if (block.header.round <= (this.#previous?.round ?? 0)) return false
    return this.#pending?.proposal?.digest !== block.digest
  }

  /** An own block came back from write, sign and send. It counts as written even if commits overtook its round
   * meanwhile and the DAG no longer takes it, or we would wait for it for ever. */
  ownReturned(block: CheckedDagHeader): void {
    if (this.#pending?.proposal?.digest !== block.digest) return
    this.#remember(block)
    this.#pending = undefined
    this.#created = true
  }

  /** True once after each own block that was written. */
  takeCreated(): boolean {
    const created = this.#created
    this.#created = false
    return created
  }

  /** Asks for a payload if a block should be written now. */
  poll(decidedRound: Round, nowMs: number): ConsensusEffect | undefined {
    this.#enter(nowMs)
    const previous = this.#previous
    if (!this.#allowed || this.#pending !== undefined || previous === undefined) return undefined
    // Our own newest block may wait for ancestors that a crash took; nobody else could accept what stands on it.
    if (!this.#dag.covers(previous)) return undefined
    const round = findCatchUpRound(this.#dag, previous.round, decidedRound) ?? this.#nextRound(previous, nowMs)
    if (round === undefined) return undefined
    this.#pending = { round }
    return { kind: 'need-payload', round }
  }

  /** Builds the block asked for. Nothing if it is no longer wanted. */
  propose(event: Extract<ConsensusEvent, { kind: 'payload' }>): Proposal | undefined {
    const { seat, dag } = this.#settings
    const previous = this.#previous
    const pending = this.#pending
    if (pending?.round !== event.round || pending.proposal !== undefined || seat === null || previous === undefined) {
      return undefined
    }
    if (event.round > 1 && event.round - 1 <= this.#dag.gcRound) {
      // The payload took so long that the round is collected: poll chooses a later one.
      this.#pending = undefined
      return undefined
    }
    // A final height never goes back; a driver that reads an older view must not make us say so.
    this.#baseHeight = Math.max(this.#baseHeight, event.baseHeight)
    const header: DagHeader = {
      dag,
      round: event.round,
      author: seat,
      ancestors: chooseAncestors(this.#dag, event.round, previous, this.#lastNamed),
      bodyHash: dagBodyHash(event.body),
      bodyBytes: event.body.length,
      baseHeight: this.#baseHeight
    }
    const proposal: Proposal = { kind: 'propose', header, digest: dagDigest(header), body: event.body }
    this.#pending = { round: event.round, proposal }
    this.#lastProposedMs = event.nowMs
    return proposal
  }

  /** When to poll again although nothing arrives. */
  wakeMs(nowMs: number): number | undefined {
    if (!this.#allowed || this.#pending !== undefined || this.#entered === undefined) return undefined
    if (this.#entered.round <= this.lastRound) return undefined
    const least = this.#lastProposedMs + this.#settings.minRoundDelayMs
    const most = Math.max(least, this.#entered.atMs + this.#settings.leaderTimeoutMs)
    if (least > nowMs) return least
    return most > nowMs ? most : undefined
  }

  /**
   * Not before the least delay. The round that others have just won, if we are not in it: left out by a leader who is a
   * little slower, it would cost everyone the whole timeout. Else the round after, as soon as the leaders are settled, or late.
   */
  #nextRound(previous: DagRef, nowMs: number): Round | undefined {
    const won = this.#dag.quorumRound
    const round = won + 1
    const entered = this.#entered
    if (round <= previous.round || entered === undefined) return undefined
    if (nowMs < this.#lastProposedMs + this.#settings.minRoundDelayMs) return undefined
    if (won > previous.round && won > this.#dag.gcRound + 1) return won
    const late = nowMs >= entered.atMs + this.#settings.leaderTimeoutMs
    return late || isLeaderSettled(this.#dag, this.#leaders, round) ? round : undefined
  }

  #enter(nowMs: number): void {
    const round = this.#dag.quorumRound + 1
    if (this.#entered?.round !== round) this.#entered = { round, atMs: nowMs }
  }

  #remember(block: CheckedDagHeader): void {
    const ref = dagRefOf(block)
    if (this.#previous === undefined || ref.round > this.#previous.round) this.#previous = ref
    for (const { author, round } of block.header.ancestors) {
      this.#lastNamed.set(author, Math.max(this.#lastNamed.get(author) ?? 0, round))
    }
    this.#baseHeight = Math.max(this.#baseHeight, block.header.baseHeight)
  }
}
