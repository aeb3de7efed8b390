// One committee's DAG as a machine without input or output: step(state, event) -> {state, effects}. Events and effects
// are in events.ts. `step` changes `state` in place for speed and returns the same object; a state has one owner, and
// equal sequences of events give equal sequences of effects. Upholds [DAG-1] to [DAG-6].
import type { DagId, Round, Seat } from '#contracts/primitives/ids.ts'
import {
  type CheckedDagBlock,
  type CheckedDagHeader,
  deriveDagContext,
  deriveLeader
} from '#contracts/statements/dag-header.ts'
import { type AcceptedBlock, type Arrival, BlockManager } from './block-manager.ts'
import { type CommitRules, decideSlots, type LeaderSchedule, type Slot, threeRoundRules } from './committer.ts'
import { Dag } from './dag.ts'
import { Dissemination } from './dissemination.ts'
import type { ConsensusEffect, ConsensusEvent, ConsensusSettings, HaltCode, ResumePoint } from './events.ts'
import { CONSENSUS_LIMITS } from './limits.ts'
import { FIRST_RESUME_POINT, linearize } from './linearizer.ts'
import { Proposer } from './proposer.ts'
import { Synchroniser } from './synchroniser.ts'

/** Made by `createConsensus`, changed by `step`. Others may read what is public. */
export interface ConsensusState {
  readonly settings: ConsensusSettings
  /** The round after the highest one with blocks of a quorum. */
  readonly round: Round
  readonly lastCommit: ResumePoint
  /** The last leader slot decided, commit or skip. */
  readonly decidedRound: Round
  readonly lastProposedRound: Round
  /** False for an observer, after a wipe, and after a halt. */
  readonly mayPropose: boolean
  /** Blocks waiting for ancestors, and blocks to fetch: both bounded, for monitoring. */
  readonly suspended: number
  readonly wanted: number
}

export interface ConsensusStep {
  readonly state: ConsensusState
  /** To be carried out in this order. */
  readonly effects: readonly ConsensusEffect[]
}

/** `rules` is there for tests that swap one rule; everyone else leaves it out. */
export function createConsensus(settings: ConsensusSettings, rules = threeRoundRules): ConsensusState {
  return new Machine(settings, rules)
}

/** Feeds one event. Blocks and headers in it must have passed their context-free checks. */
export function step(state: ConsensusState, event: ConsensusEvent): ConsensusStep {
  return { state, effects: (state as Machine).handle(event) }
}

class Machine implements ConsensusState {
  readonly settings: ConsensusSettings
  lastCommit: ResumePoint
  readonly #rules: CommitRules
  readonly #leaders: LeaderSchedule
  readonly #dag: Dag
  readonly #blocks: BlockManager
  readonly #dissemination: Dissemination
  readonly #proposer: Proposer
  readonly #synchroniser: Synchroniser
  #cursor: Slot
  #started = false
  #faulty = false
  #timerMs: number | undefined
  /** When to tell others of a round won. */
  #pushAtMs: number | undefined
  /** (round, author) already reported. */
  readonly #accused = new Map<Round, Set<Seat>>()
  #effects: ConsensusEffect[] = []

  constructor(settings: ConsensusSettings, rules: CommitRules) {
    this.settings = settings
    this.#rules = rules
    this.#leaders = createLeaderSchedule(settings.dag, settings.seats)
    this.#dag = new Dag(deriveDagContext(settings.dag, settings.seats))
    this.lastCommit = settings.resume ?? FIRST_RESUME_POINT
    this.#cursor = { round: this.lastCommit.leaderRound, offset: 0 }
    this.#dag.collect(this.#gcRound())
    this.#blocks = new BlockManager(this.#dag, settings.seat)
    this.#dissemination = new Dissemination(this.#dag, settings.seat)
    this.#proposer = new Proposer(settings, this.#dag, this.#leaders)
    this.#synchroniser = new Synchroniser(settings, this.#dag)
  }

  get round(): Round {
    return this.#dag.quorumRound + 1
  }
  get decidedRound(): Round {
    return this.#cursor.round
  }
  get lastProposedRound(): Round {
    return this.#proposer.lastRound
  }
  get mayPropose(): boolean {
    return this.#proposer.mayPropose
  }
  get suspended(): number {
    return this.#blocks.suspendedCount
  }
  get wanted(): number {
    return this.#blocks.wanted.size
  }

  handle(event: ConsensusEvent): readonly ConsensusEffect[] {
    this.#effects = []
    switch (event.kind) {
      case 'restored':
        this.#restore(event)
        break
      case 'start':
        this.#started = true
        this.#commit()
        this.#synchroniser.start(event.nowMs)
        this.#advance(event.nowMs)
        break
      case 'block':
        this.#receive({ block: event.block, from: event.from, committed: false, restored: false }, event.nowMs)
        this.#advance(event.nowMs)
        break
      case 'header':
        this.#hear(event)
        this.#advance(event.nowMs)
        break
      case 'payload':
        this.#emit(this.#proposer.propose(event))
        this.#advance(event.nowMs)
        break
      case 'timer':
        this.#timerMs = undefined
        this.#advance(event.nowMs)
        break
      default:
        event satisfies never
    }
    return this.#effects
  }

  #restore({ block, committed }: Extract<ConsensusEvent, { kind: 'restored' }>): void {
    if (block.header.author === this.settings.seat) this.#proposer.ownStored(block)
    // Whatever is missing is asked for right after the start.
    this.#accept(this.#blocks.offer({ block, from: null, committed, restored: true }, 0))
  }

  #receive(arrival: Arrival, nowMs: number): void {
    const { block, from } = arrival
    const { round, author } = block.header
    if (this.#isFar(author, round)) return
    if (author === this.settings.seat && this.#isForeign(block)) {
      this.#halt('E_FOREIGN_OWN_BLOCK', 'a block of our seat that this store does not hold: the key is used elsewhere')
    }
    if (author === this.settings.seat) this.#proposer.ownReturned(block)
    this.#accuse(block)
    this.#accept(this.#blocks.offer(arrival, nowMs + this.settings.fetchGraceMs))
    const held = this.#dag.get(block.digest)
    if (held !== undefined && from !== null) this.#dissemination.markHeld(held, from)
    this.#commit()
  }

  /** A block of our seat that we did not write: the store is older than our life, or the key is used elsewhere. */
  #isForeign(block: CheckedDagBlock): boolean {
    if (!this.mayPropose || this.#blocks.isHeld(block.digest)) return false
    return this.#blocks.twinOf(block) !== undefined || this.#proposer.isAbove(block)
  }

  #hear({ header, from, nowMs }: Extract<ConsensusEvent, { kind: 'header' }>): void {
    const { round, author } = header.header
    if (round <= this.#dag.gcRound || this.#isFar(author, round)) return
    this.#accuse(header)
    const held = this.#dag.get(header.digest)
    if (held !== undefined) this.#dissemination.markHeld(held, from)
    if (this.#blocks.isHeld(header.digest)) return
    const ref = { round, author, digest: header.digest }
    this.#blocks.wanted.want(ref, from, nowMs + this.settings.fetchGraceMs, false)
  }

  /** Too far ahead to hold: says that we lag, nothing else. */
  #isFar(author: Seat, round: Round): boolean {
    this.#synchroniser.sawRound(author, round)
    return round > this.round + CONSENSUS_LIMITS.futureRounds
  }

  #accept(accepted: readonly AcceptedBlock[]): void {
    for (const { arrival, vertex } of accepted) {
      const own = vertex.ref.author === this.settings.seat
      this.#dissemination.accepted(vertex, arrival.from, own && !arrival.restored)
      if (!arrival.restored) this.#emit({ kind: 'store', block: arrival.block })
    }
  }

  /** Commits all that can be. What a commit collects may let waiting blocks in, hence the loop. */
  #commit(): void {
    while (this.#started && !this.#faulty) {
      const { decided, fault } = decideSlots(this.#dag, this.#leaders, this.#cursor, this.#rules)
      if (fault !== undefined) {
        this.#faulty = true
        const names = fault.map(({ ref }) => `${ref.author}@${ref.round}`).join(', ')
        this.#halt('E_SAFETY_FAULT', `quorums contradict each other about ${names}: more than f seats lie`)
      }
      if (decided.length === 0) return
      for (const decision of decided) {
        this.#cursor = decision.slot
        if (decision.kind === 'skip') continue
        const commit = linearize(this.#dag, decision.leader, this.lastCommit)
        this.lastCommit = { index: commit.index, leaderRound: commit.leader.round }
        this.#emit({ kind: 'commit', commit })
        this.#dag.collect(this.#gcRound())
      }
      for (const round of this.#accused.keys()) if (round <= this.#dag.gcRound) this.#accused.delete(round)
      this.#accept(this.#blocks.collect())
    }
  }

  /** What time and progress ask for: a proposal, pushes, questions, the next timer. */
  #advance(nowMs: number): void {
    if (!this.#started) return
    const advanced = this.#synchroniser.noteProgress(nowMs)
    if (!this.#faulty) this.#emit(this.#proposer.poll(this.decidedRound, nowMs))
    const retell = this.#synchroniser.takeRetell(nowMs)
    if (retell) this.#dissemination.tellAgain(this.#dag.quorumRound)
    // A round won is told after a grace, in which our own next block usually says the same to everyone at once.
    if (advanced) this.#pushAtMs ??= nowMs + this.settings.fetchGraceMs
    const created = this.#proposer.takeCreated()
    if (created || retell || nowMs >= (this.#pushAtMs ?? Number.POSITIVE_INFINITY)) {
      this.#pushAtMs = undefined
      for (const push of this.#dissemination.takePushes()) this.#emit({ kind: 'push', ...push })
    }
    for (const request of this.#blocks.wanted.takeDue(nowMs, this.settings.fetchRetryMs)) {
      this.#emit({ kind: 'fetch', ...request })
    }
    this.#emit(this.#synchroniser.takePoll(nowMs))
    this.#setTimer(nowMs)
  }

  #setTimer(nowMs: number): void {
    const times = [
      this.#pushAtMs,
      this.#proposer.wakeMs(nowMs),
      this.#blocks.wanted.nextAskMs(),
      this.#synchroniser.wakeMs()
    ]
    let atMs: number | undefined
    for (const time of times) if (time !== undefined && (atMs === undefined || time < atMs)) atMs = time
    if (atMs === undefined || atMs === this.#timerMs) return
    this.#timerMs = atMs
    this.#emit({ kind: 'set-timer', atMs })
  }

  /** Set by commits alone, hence the same on every node. */
  #gcRound(): Round {
    return Math.max(0, this.lastCommit.leaderRound - this.#rules.gcDepth)
  }

  #accuse(header: CheckedDagHeader): void {
    const { round, author } = header.header
    const first = this.#blocks.twinOf(header)
    if (first === undefined || round <= this.#dag.gcRound) return
    const seats = this.#accused.get(round) ?? new Set()
    this.#accused.set(round, seats)
    if (seats.has(author)) return
    seats.add(author)
    const { signature, digest } = header
    this.#emit({ kind: 'evidence', seat: author, first, second: { header: header.header, signature, digest } })
  }

  #halt(code: HaltCode, why: string): void {
    this.#proposer.stop()
    this.#emit({ kind: 'halt', code, why })
  }

  #emit(effect: ConsensusEffect | undefined): void {
    if (effect !== undefined) this.#effects.push(effect)
  }
}

/** One leader a round [DAG-1], remembered for the rounds in use. */
function createLeaderSchedule(dag: DagId, seats: number): LeaderSchedule {
  const remembered = new Map<Round, readonly Seat[]>()
  return round => {
    let leaders = remembered.get(round)
    if (leaders === undefined) {
      leaders = [deriveLeader(dag, round, seats)]
      if (remembered.size > REMEMBERED_LEADERS) remembered.clear()
      remembered.set(round, leaders)
    }
    return leaders
  }
}

const REMEMBERED_LEADERS = 4096
