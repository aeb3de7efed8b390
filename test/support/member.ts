// A consensus machine with a hand on its events, for tests: feed it, read what it wants done. Signatures are left out,
// they are checked before the machine.
import type { CommitRules } from '#asset-layer/consensus/committer.ts'
import type { ConsensusEffect, ConsensusEvent, ConsensusSettings, Proposal } from '#asset-layer/consensus/events.ts'
import { type ConsensusState, createConsensus, step } from '#asset-layer/consensus/machine.ts'
import { type CheckedDagBlock, type CheckedDagHeader, EMPTY_BODY } from '#contracts/statements/dag-header.ts'
import type { Seat } from '#contracts/primitives/ids.ts'
import { TEST_DAG } from './drawn-dag.ts'

export const TEST_SETTINGS: ConsensusSettings = {
  dag: TEST_DAG,
  seats: 4,
  seat: 0,
  canPropose: true,
  beginHeight: 0,
  minRoundDelayMs: 50,
  leaderTimeoutMs: 250,
  fetchGraceMs: 30,
  fetchRetryMs: 200
}

export type EffectOf<Kind extends ConsensusEffect['kind']> = Extract<ConsensusEffect, { kind: Kind }>

export class Member {
  nowMs = 0
  readonly state: ConsensusState
  /** Effects not read yet. */
  #effects: ConsensusEffect[] = []

  constructor(settings: Partial<ConsensusSettings> = {}, rules?: CommitRules) {
    this.state = createConsensus({ ...TEST_SETTINGS, ...settings }, rules)
  }

  feed(event: ConsensusEvent): this {
    this.#effects.push(...step(this.state, event).effects)
    return this
  }

  start(): this {
    return this.feed({ kind: 'start', nowMs: this.nowMs })
  }

  restore(header: CheckedDagHeader, committed = false): this {
    return this.feed({ kind: 'restored', block: { ...header, body: EMPTY_BODY }, committed })
  }

  receive(header: CheckedDagHeader, from: Seat | null = header.header.author): this {
    return this.feed({ kind: 'block', block: { ...header, body: EMPTY_BODY }, from, nowMs: this.nowMs })
  }

  hear(header: CheckedDagHeader, from: Seat): this {
    return this.feed({ kind: 'header', header, from, nowMs: this.nowMs })
  }

  /** Moves the clock and fires the timer. */
  wait(ms: number): this {
    this.nowMs += ms
    return this.feed({ kind: 'timer', nowMs: this.nowMs })
  }

  payload(round: number, baseHeight = 0, body: Uint8Array = EMPTY_BODY): this {
    return this.feed({ kind: 'payload', round, body, baseHeight, nowMs: this.nowMs })
  }

  /** Effects of one kind since last taken; all others since then are forgotten. */
  take<Kind extends ConsensusEffect['kind']>(kind: Kind): readonly EffectOf<Kind>[] {
    const taken = this.#effects.filter((effect): effect is EffectOf<Kind> => effect.kind === kind)
    this.#effects = []
    return taken
  }

  /** Rounds a payload was asked for. */
  askedRounds(): readonly number[] {
    return this.take('need-payload').map(effect => effect.round)
  }

  /** Answers a request for a payload and feeds the block back as the driver does after write, sign and send. */
  propose(round: number, baseHeight = 0): Proposal | undefined {
    const [proposal] = this.payload(round, baseHeight).take('propose')
    if (proposal !== undefined) {
      this.feed({ kind: 'block', block: signProposal(proposal), from: this.state.settings.seat, nowMs: this.nowMs })
    }
    return proposal
  }
}

/** The own block as it comes back; nobody looks at the signature here. */
export function signProposal({ header, digest, body }: Proposal): CheckedDagBlock {
  return { header, digest, body, signature: new Uint8Array(64) }
}
