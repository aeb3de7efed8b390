// Notices that no round is won any more, or that others are far ahead, and then asks a member for whole rounds and tells
// our own news again. An observer, to whom nobody pushes, asks all the time. Time here delays messages only: nothing
// commits by the clock [DAG-2].
import type { Round, Seat } from '#contracts/primitives/ids.ts'
import type { Dag } from './dag.ts'
import type { ConsensusEffect, ConsensusSettings } from './events.ts'

/** An answer that moved us on this many rounds was probably cut short: ask for more at once. */
const FULL_ANSWER_ROUNDS = 3
/** Others this many rounds ahead are not a matter of one late message. */
const LAG_ROUNDS = 8

export class Synchroniser {
  readonly #settings: ConsensusSettings
  readonly #dag: Dag
  /** Highest round of each author that anything was heard of. */
  readonly #seen = new Map<Seat, Round>()
  #advancedMs = 0
  #lastQuorumRound: Round = 0
  #retellAtMs: number | undefined
  #pollAtMs: number | undefined
  #polledRound: Round = 0
  #polls: number

  constructor(settings: ConsensusSettings, dag: Dag) {
    this.#settings = settings
    this.#dag = dag
    // Seats begin with different neighbours.
    this.#polls = settings.seat ?? 0
  }

  start(nowMs: number): void {
    this.#advancedMs = nowMs
    this.#lastQuorumRound = this.#dag.quorumRound
    this.#retellAtMs = nowMs
    this.#pollAtMs = nowMs + this.#settings.fetchGraceMs
  }

  /** A seat wrote a block of this round. */
  sawRound(author: Seat, round: Round): void {
    this.#seen.set(author, Math.max(this.#seen.get(author) ?? 0, round))
  }

  /** True if a round was won since last asked. */
  noteProgress(nowMs: number): boolean {
    if (this.#dag.quorumRound === this.#lastQuorumRound) return false
    this.#lastQuorumRound = this.#dag.quorumRound
    this.#advancedMs = nowMs
    this.#retellAtMs = nowMs + this.#settings.leaderTimeoutMs * 2
    if (this.#isLagging() && this.#dag.quorumRound >= this.#polledRound + FULL_ANSWER_ROUNDS) {
      this.#pollAtMs = Math.min(this.#pollAtMs ?? nowMs, nowMs + this.#settings.fetchGraceMs)
    }
    return true
  }

  /** True when what others do not have should be told again. */
  takeRetell(nowMs: number): boolean {
    if (this.#retellAtMs === undefined || nowMs < this.#retellAtMs) return false
    this.#retellAtMs = nowMs + this.#settings.leaderTimeoutMs
    return true
  }

  /** A question for whole rounds, if one is due. */
  takePoll(nowMs: number): ConsensusEffect | undefined {
    if (this.#pollAtMs === undefined || nowMs < this.#pollAtMs) return undefined
    this.#pollAtMs = nowMs + this.#settings.leaderTimeoutMs
    const stuck = nowMs >= this.#advancedMs + this.#settings.leaderTimeoutMs * 2
    if (!stuck && !this.#isLagging() && this.#polledRound > 0) return undefined
    const to = this.#nextSeat()
    if (to === undefined) return undefined
    this.#polledRound = Math.max(1, this.#dag.quorumRound)
    return { kind: 'fetch-rounds', to, fromRound: this.#polledRound }
  }

  /** When to look again although nothing arrives. */
  wakeMs(): number | undefined {
    if (this.#retellAtMs === undefined || this.#pollAtMs === undefined) return undefined
    return Math.min(this.#retellAtMs, this.#pollAtMs)
  }

  /** Observers always lag: they hear only what they ask for. Members lag if an honest one is far ahead; up to f may
   * pretend to be. */
  #isLagging(): boolean {
    if (this.#settings.seat === null) return true
    let ahead = 0
    for (const round of this.#seen.values()) if (round > this.#dag.quorumRound + LAG_ROUNDS) ahead += 1
    return ahead > this.#dag.context.faults
  }

  #nextSeat(): Seat | undefined {
    const { seat, seats } = this.#settings
    if (seat !== null && seats === 1) return undefined
    this.#polls += 1
    if (this.#polls % seats === seat) this.#polls += 1
    return this.#polls % seats
  }
}
