// One seat of one dag, or an observer of it: the single writer around the consensus machine. Feeds events, carries out effects
// in their order (persist, sign, send, feed back), hands commits to execution and statements to the certifier. Upholds
// [DAG-6, FIN-7] by the types of WrittenProposal, [COM-4] by when it is started.
import type { Account } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import type { AssetContext, ExecuteStep } from '#contracts/assets/step.ts'
import { NO_SEQUENCES, sequenceKey, sequencesCodec } from '#contracts/assets/reserved.ts'
import type { Claim } from '#contracts/claims/claim.ts'
import { decode } from '#contracts/codec/codec.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import { boundaryOf } from '#contracts/committees/schedule.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import type { AssetId, DagId, PublicKey, Round, Seat } from '#contracts/primitives/ids.ts'
import { assert, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { type CheckedDagHeader, DAG_LIMITS, deriveDagContext } from '#contracts/statements/dag-header.ts'
import type { CertifiedStatement } from '#contracts/statements/statement.ts'
import type { CommitteeKeys } from '../checkpoints/certificate.ts'
import type { ConsensusEffect, ConsensusEvent, Proposal } from '../consensus/events.ts'
import { type ConsensusState, createConsensus, step } from '../consensus/machine.ts'
import type { AddressBook } from '../discovery/address-book.ts'
import { MEMPOOL_LIMITS, REPLICA_LIMITS } from '../limits.ts'
import type { PeerLinks } from '../network/links.ts'
import type { LaneStore } from '../store/lane-store.ts'
import type { BaseFeed, FeedCursor } from './base-feed.ts'
import { BlockAdmission, BlockCache } from './block-cache.ts'
import { Certifier } from './certifier.ts'
import { ClosedStates } from './closed-states.ts'
import { DagPeers } from './dag-peers.ts'
import { type Execution, Executor, type OpenPlace, restoreState } from './executor.ts'
import type { InstructionChecks, KnownInstruction } from './instructions.ts'
import { Mempool } from './mempool.ts'
import { Outcomes } from './outcomes.ts'
import { OwnBlocks } from './own-blocks.ts'
import { Poster } from './poster.ts'
import { resumePointOf, restoreBlocks } from './recovery.ts'
import { Traces } from './traces.ts'

export interface ReplicaParts {
  readonly lane: LaneStore
  readonly committee: CommitteeRecord
  readonly context: AssetContext
  readonly interval: number
  readonly feed: BaseFeed
  readonly links: PeerLinks
  readonly book: AddressBook
  readonly validator: PublicKey
  readonly host: Pick<Host, 'peerId'>
  readonly secret: Secret<Uint8Array>
  readonly account: Pick<Account, 'key' | 'act'>
  readonly verifyPool: VerifyPool
  readonly checks: InstructionChecks
  readonly clock: Clock
  readonly logger: Logger
  readonly interpreterOf: (open: OpenPlace) => ExecuteStep | undefined
  readonly onOffence: (claim: Claim) => void
  readonly onExecuted: (execution: Execution) => void
  readonly onCertified: (certified: CertifiedStatement) => void
}

export class Replica {
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  readonly seat: Seat | null
  readonly lane: LaneStore
  readonly keys: CommitteeKeys
  readonly mempool: Mempool
  readonly traces: Traces
  readonly certifier: Certifier
  readonly peers: DagPeers
  readonly outcomes: Outcomes
  readonly closedStates: ClosedStates
  readonly #parts: ReplicaParts
  readonly #consensus: ConsensusState
  readonly #cache: BlockCache
  readonly #own: OwnBlocks
  readonly #cursor: FeedCursor
  readonly #executor: Executor
  readonly #poster: Poster | undefined
  readonly #events: ConsensusEvent[] = []
  #feeding = false
  #stopped = false
  #cancelTimer: (() => void) | undefined
  #cancelFlush: (() => void) | undefined
  #stopAdvance: (() => void) | undefined

  constructor(parts: ReplicaParts) {
    const { lane, committee, feed, context } = parts
    const { asset, epoch, dag, seat } = lane.row
    const { parameters } = feed.info
    this.#parts = parts
    this.asset = asset
    this.epoch = epoch
    this.dag = dag
    this.seat = seat
    this.lane = lane
    const seats = committee.seats.map(({ validator }) => validator)
    this.keys = { genesis: context.genesis, asset, epoch, dag, seats }
    const resume = resumePointOf(lane)
    this.#consensus = createConsensus({
      dag,
      seats: seats.length,
      seat,
      canPropose: lane.row.mayPropose && seat !== null,
      beginHeight: committee.begins,
      minRoundDelayMs: parameters.dagRoundMs,
      leaderTimeoutMs: parameters.dagTimeoutMs,
      fetchGraceMs: Math.ceil(parameters.dagRoundMs / 2),
      fetchRetryMs: parameters.dagRoundMs * 3,
      ...(resume === undefined ? {} : { resume })
    })
    this.#cache = new BlockCache(lane, parts.checks)
    this.#own = new OwnBlocks(lane, context.genesis, parts.secret)
    const state = restoreState(lane, committee.begins)
    this.#cursor = feed.track(asset, state.logConsumed)
    this.#executor = new Executor(
      {
        lane,
        feed,
        cursor: this.#cursor,
        context,
        dag,
        begins: committee.begins,
        boundary: boundaryOf(committee, parameters),
        interval: parts.interval,
        parameters,
        instructionsOf: ref => this.#cache.instructionsOf(ref),
        verify: parts.checks.verify,
        interpreterOf: parts.interpreterOf,
        onExecuted: execution => this.#executed(execution),
        logger: parts.logger
      },
      state
    )
    this.mempool = new Mempool(account => this.nextSequence(account))
    this.traces = new Traces(lane)
    this.outcomes = new Outcomes(lane)
    this.closedStates = new ClosedStates(lane)
    this.certifier = new Certifier({
      lane,
      committee: this.keys,
      signer: seat === null || !lane.row.mayPropose ? null : { seat, secret: parts.secret },
      verifyPool: parts.verifyPool,
      tell: statements => this.peers.tellAll({ kind: 'statements', statements }),
      onCertified: certified => this.#certified(certified),
      onDissent: ({ statement }) =>
        parts.logger.warn({ asset, sequence: statement.sequence }, 'a quorum signed something else'),
      onOffence: parts.onOffence,
      logger: parts.logger
    })
    const context_ = deriveDagContext(dag, seats.length)
    const admission = new BlockAdmission(context_, context.genesis, seats, parts.verifyPool)
    this.peers = new DagPeers({
      asset,
      dag,
      seat,
      seats,
      validator: parts.validator,
      self: parts.host.peerId,
      secret: parts.secret,
      links: parts.links,
      book: parts.book,
      clock: parts.clock,
      admission,
      cache: this.#cache,
      certifier: this.certifier,
      feed: event => this.#feed(event),
      ownBlock: () => this.#own.newest,
      nowMs: () => parts.clock.nowMs()
    })
    this.#poster =
      seat === null
        ? undefined
        : new Poster({
            chain: feed.chain,
            account: parts.account,
            clock: parts.clock,
            asset,
            seat,
            seats: seats.length,
            slotMs: parameters.slotMs,
            certificateOf: statement => this.certifier.certificateOf(statement),
            onOther: () => this.certifier.stopSigning('the base chain recorded another checkpoint than ours'),
            logger: parts.logger
          })
  }

  get state(): Executor['state'] {
    return this.#executor.state
  }

  get round(): Round {
    return this.#consensus.round
  }

  get mayPropose(): boolean {
    return this.#consensus.mayPropose
  }

  /** Restores what the store holds, then runs. */
  start(): void {
    this.#restore()
    this.#feed({ kind: 'start', nowMs: this.#parts.clock.nowMs() })
    this.peers.start()
    for (const certified of this.lane.closingCertificates()) this.#poster?.add(certified)
    this.#stopAdvance = this.#parts.feed.onAdvance(final => {
      this.#poster?.poke()
      this.mempool.forgetBelow(final - PROPOSED_HEIGHTS)
    })
    this.#flushLater()
  }

  /** Stops taking part; the lane stays open for who asks. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancelTimer?.()
    this.#cancelFlush?.()
    this.#stopAdvance?.()
    this.#executor.stop()
    this.#poster?.stop()
    this.peers.stop()
    this.outcomes.stop()
    this.#parts.feed.release(this.#cursor)
    this.lane.flush()
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Takes a checked instruction for one of our next blocks. */
  offer(instruction: KnownInstruction): Verdict<undefined> {
    if (!this.mayPropose || this.#stopped) return reject('E_NOT_SERVING', 'this member writes no blocks now')
    return this.mempool.add(instruction, this.#parts.feed.final)
  }

  /** The lowest unused sequence of an account in the newest executed state. */
  nextSequence(account: PublicKey): number {
    const leaf = this.state.tree.get(pathOf(sequenceKey(account)))
    if (leaf?.value === undefined) return NO_SEQUENCES.next
    const decoded = decode(sequencesCodec, leaf.value, leaf.value.length)
    return decoded.ok ? decoded.value.next : NO_SEQUENCES.next
  }

  #restore(): void {
    this.certifier.restore(this.state.commitIndex, this.state.tree)
    this.outcomes.certified(this.certifier.certifiedCommit)
    for (const event of restoreBlocks(this.lane, this.#cache, this.#own)) this.#step(event)
    for (const { place, blocks, baseHeight } of this.lane.commitsFrom(this.state.commitIndex + 1)) {
      this.#executor.add({ index: place, blocks, baseHeight })
    }
  }

  /** Events run one after another to their last effect, those that effects give rise to included. */
  #feed(event: ConsensusEvent): void {
    if (this.#stopped) return
    this.#events.push(event)
    if (this.#feeding) return
    this.#feeding = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#step(next)
    } finally {
      this.#feeding = false
    }
  }

  #step(event: ConsensusEvent): void {
    for (const effect of step(this.#consensus, event).effects) this.#carryOut(effect)
  }

  #carryOut(effect: ConsensusEffect): void {
    const { clock, logger } = this.#parts
    switch (effect.kind) {
      case 'store':
        this.lane.addBlock(this.#cache.add(effect.block))
        return
      case 'need-payload':
        this.#events.push(this.#payload(effect.round))
        return
      case 'propose':
        return this.#propose(effect)
      case 'push':
        return this.peers.tell(effect.to, {
          kind: 'headers',
          headers: effect.headers.map(header => this.#cache.encodedHeader(header))
        })
      case 'fetch':
        return this.peers.tell(effect.to, { kind: 'fetch', refs: effect.refs })
      case 'fetch-rounds':
        return this.peers.tell(effect.to, { kind: 'fetch-rounds', from: effect.fromRound })
      case 'set-timer':
        this.#cancelTimer?.()
        this.#cancelTimer = clock.setTimer(Math.max(0, effect.atMs - clock.nowMs()), () => {
          this.#feed({ kind: 'timer', nowMs: Math.max(effect.atMs, clock.nowMs()) })
        })
        return
      case 'commit': {
        const { index, leader, blocks, baseHeight } = effect.commit
        this.lane.addCommit({ place: index, leader: [leader], blocks, baseHeight })
        this.#executor.add({ index, blocks, baseHeight })
        return
      }
      case 'evidence':
        return this.#accuse(effect.seat, effect.first, effect.second)
      case 'halt':
        logger.error({ asset: this.asset, dag: this.dag, code: effect.code }, effect.why)
        return this.certifier.stopSigning(effect.code)
    }
  }

  #payload(round: Round): ConsensusEvent {
    const { clock, feed } = this.#parts
    // An execution that lags behind the order must not be given more: what waits stays in the mempool.
    const instructions = this.#executor.backlog > MOST_BACKLOG ? [] : this.mempool.take(feed.final)
    const body = this.#cache.encodeOwnBody(instructions)
    return { kind: 'payload', round, body, baseHeight: feed.final, nowMs: clock.nowMs() }
  }

  /** Written, then signed, then sent, then heard like anyone else's. */
  #propose(proposal: Proposal): void {
    const block = this.#own.sign(this.#own.write(proposal))
    this.peers.tellMembers({ kind: 'block', header: this.#cache.encodedHeader(block), body: block.body })
    this.#events.push({ kind: 'block', block, from: null, nowMs: this.#parts.clock.nowMs() })
  }

  #accuse(seat: Seat, first: CheckedDagHeader, second: CheckedDagHeader): void {
    const { asset, epoch, dag } = this
    const strip = ({ header, signature }: CheckedDagHeader) => ({ header, signature })
    this.#parts.onOffence({
      kind: 'equivocation',
      asset,
      epoch,
      dag,
      seat,
      twins: { kind: 'headers', first: strip(first), second: strip(second) }
    })
  }

  #executed(execution: Execution): void {
    const { commitIndex, statement, state, steps, leaves, refused } = execution
    const first = steps[0]
    if (first !== undefined && statement !== null) this.traces.append(first.sequence, statement.firstStep, leaves)
    for (const { id } of steps) if (id !== null) this.mempool.settle(id)
    for (const { id } of refused) if (id !== null) this.mempool.settle(id)
    if (statement !== null && statement.closes !== 'open') this.closedStates.add(statement.sequence, state.tree)
    this.outcomes.executed(execution)
    this.certifier.executed(commitIndex, statement, state.tree)
    this.#parts.onExecuted(execution)
  }

  #certified(certified: CertifiedStatement): void {
    if (certified.statement.closes !== 'open') {
      this.lane.flush()
      this.#poster?.add(certified)
    }
    this.outcomes.certified(certified.statement.commitIndex)
    this.#parts.onCertified(certified)
  }

  /** What no signature waits for reaches the disk soon all the same. */
  #flushLater(): void {
    this.#cancelFlush = this.#parts.clock.setTimer(REPLICA_LIMITS.flushMs, () => {
      this.lane.flush()
      this.#flushLater()
    })
  }
}

/** Commits behind which we propose empty blocks. */
const MOST_BACKLOG = 64
/** Heights after which a proposed instruction that never ran may be proposed again. */
const PROPOSED_HEIGHTS = 8

assert(MEMPOOL_LIMITS.blockBytes < DAG_LIMITS.bodyBytes, 'a full block fits its limit')
