// The one writer of the base chain: turns whatever happens into events of the consensus machine and carries out its
// effects in order - persist, sign, send, feed back. Network, doors and duties reach the chain through it alone.
// Upholds [FIN-7] (nothing leaves before it is on disk), [POS-5] (bodies are stored before they are acknowledged).
import { decode, encode } from '#contracts/codec/codec.ts'
import type { Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Block, blockIdOf } from '#contracts/statements/block.ts'
import { certificateCodec } from '#contracts/statements/vote.ts'
import type {
  BaseEffect,
  BaseEvent,
  FinalityAnchor,
  GuardMarks,
  Intention,
  Source,
  TrustedHead
} from '../consensus/events.ts'
import { type BaseMachine, createBaseMachine, stepBaseMachine } from '../consensus/machine.ts'
import type { Transition } from '../consensus/transition.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import { type PreparedTransaction, prepareTransaction } from '../state/transactions/apply-transaction.ts'
import type { ChainState } from '../state/chain-state.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Duties } from './duties.ts'
import { buildAdvance, type FinalEffect } from './finalise.ts'
import { Mempool } from './mempool/mempool.ts'
import { PendingWrites } from './pending-writes.ts'
import { PreferredChain } from './preferred-chain.ts'
import { decodeStoredBlock, type Restored } from './restore.ts'
import { SigningDesk, type SignedOutbound, type SigningParts } from './signing-desk.ts'

/** What the chain asks of the network; nothing here waits. */
export interface Outbound extends SignedOutbound {
  sendTransaction(prepared: PreparedTransaction): void
  fetchBlock(id: ReturnType<typeof blockIdOf>, from: Source): void
  catchUp(from: Source): void
  /** This key signed something worthless, and answers for it whoever relayed it [GSP-1]. */
  penalise(signer: PublicKey): void
}

export interface ChainParts {
  readonly store: ChainStore
  readonly transition: Transition<ChainState>
  readonly restored: Restored
  readonly signing: SigningParts | null
  /** Ids of the recovery files that the operator installed [FIN-9]. */
  readonly recoveries: ReadonlySet<Hash>
  /** What becomes final stands on this block [FIN-5]. */
  readonly trusted?: TrustedHead | undefined
  readonly outbound: Outbound
  readonly clock: Clock
  readonly logger: Logger
  /** Called once, after signing has stopped. */
  readonly onFatal: (error: unknown) => void
}

/** What to do with gossip; machine's word for `accept` is relay. */
export type GossipAnswer = 'relay' | 'ignore' | 'reject'

export class Chain {
  readonly preferred: PreferredChain
  readonly mempool: Mempool
  readonly #parts: ChainParts
  readonly #machine: BaseMachine<ChainState>
  readonly #signing: SigningDesk
  readonly #writes: PendingWrites
  readonly #genesisTimeMs: number
  readonly #finalListeners = new Set<(tip: Block) => void>()
  readonly #queue: BaseEvent[] = []
  #duties: Duties | undefined
  #anchor: FinalityAnchor
  #isWorking = false
  #isStarted = false
  #isStopped = false
  #cancelTimer: () => void = () => {}
  #syncing = false

  constructor(parts: ChainParts) {
    const { state, anchor } = parts.restored
    this.#parts = parts
    this.#anchor = anchor
    this.#writes = new PendingWrites(parts.store, parts.signing?.guard ?? null)
    this.#signing = new SigningDesk(parts.signing, parts.outbound, parts.logger)
    this.preferred = new PreferredChain(state)
    this.mempool = new Mempool(state)
    this.#genesisTimeMs = state.chain.document.genesisTimeMs
    const { genesis, parameters } = state.chain
    const settings = {
      genesis,
      parameters,
      self: parts.signing?.key ?? null,
      recoveries: parts.recoveries,
      trusted: parts.trusted
    }
    const collaborators = {
      transition: parts.transition,
      finalBlockBytes: (height: number) => parts.store.finalBytes(height),
      pickTransactions: () => this.mempool.candidates()
    }
    this.#machine = createBaseMachine(settings, collaborators, state, anchor)
  }

  get head(): ChainState {
    return this.preferred.head
  }

  get final(): ChainState {
    return this.preferred.final
  }

  /** Where finality stands: whose table makes the next block final. */
  get anchor(): FinalityAnchor {
    return this.#anchor
  }

  get isSyncing(): boolean {
    return this.#syncing
  }

  get isConflicted(): boolean {
    return this.#machine.conflicted
  }

  get signs(): boolean {
    return this.#signing.signs && this.#isStarted && !this.#isStopped
  }

  /** Milliseconds after genesis. */
  nowMs(): number {
    return this.#parts.clock.nowMs() - this.#genesisTimeMs
  }

  /** Gives the machine back what was stored, then lets it act; before genesis time it waits. */
  start(duties: Duties | undefined): void {
    this.#duties = duties
    for (const bytes of this.#parts.store.openBlocks()) {
      this.#process({ kind: 'restored-block', block: decodeStoredBlock(bytes) })
    }
    const certificates = this.#parts.store.certificates()
    this.#writes.restore(certificates)
    for (const certificate of certificates) this.#process({ kind: 'restored-certificate', certificate })
    this.#restoreConflict()
    const waitMs = -this.nowMs()
    if (waitMs > 0) this.#cancelTimer = this.#parts.clock.setTimer(waitMs, () => this.#begin())
    else this.#begin()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelTimer()
    this.#signing.stop('the node is stopping')
  }

  /**
   * Hands the machine one event, with everything it sets off, before it returns; what it says about gossip. Nothing
   * happens before the start or after the stop.
   */
  feed(event: BaseEvent): GossipAnswer {
    if (!this.#isStarted || this.#isStopped) return 'ignore'
    if (this.#isWorking) {
      this.#queue.push(event)
      return 'ignore'
    }
    const answer = this.#process(event)
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#process(next)
    return answer
  }

  setSyncing(active: boolean): void {
    if (this.#syncing === active) return
    this.#syncing = active
    this.feed({ kind: 'syncing', active, nowMs: this.nowMs() })
  }

  /** Into the mempool; `tell`: send it on to the peers. */
  submit(prepared: PreparedTransaction, tell: boolean): Verdict<TransactionId> {
    const isNew = !this.mempool.has(prepared.id)
    const verdict = this.mempool.add(prepared)
    if (verdict.ok && isNew && tell) this.#parts.outbound.sendTransaction(prepared)
    return verdict
  }

  /** Called after each advance of finality with the newest final block. Returns a stop. */
  onFinal(listener: (tip: Block) => void): () => void {
    this.#finalListeners.add(listener)
    return () => {
      this.#finalListeners.delete(listener)
    }
  }

  /** Stops signing at once and for good, then tells the node. */
  fail(error: unknown): void {
    if (this.#isStopped) return
    this.stop()
    this.#parts.logger.fatal({ err: error }, 'the base chain stops: an invariant is broken')
    this.#parts.onFatal(error)
  }

  /** A conflict outlives the process: only an operator ends it [FIN-5]. */
  #restoreConflict(): void {
    const kept = this.#parts.store.meta('conflict')
    if (kept === undefined) return
    const decoded = decode(certificateCodec, kept, kept.length)
    if (decoded.ok) this.#process({ kind: 'restored-certificate', certificate: decoded.value })
  }

  #begin(): void {
    this.#isStarted = true
    const guard: GuardMarks | null = this.#parts.signing?.guard.marks ?? null
    if (this.#syncing) this.feed({ kind: 'syncing', active: true, nowMs: this.nowMs() })
    this.feed({ kind: 'start', guard, nowMs: this.nowMs() })
    this.#duties?.onHead(this.head)
  }

  #process(event: BaseEvent): GossipAnswer {
    let answer: GossipAnswer = 'ignore'
    this.#isWorking = true
    try {
      for (const effect of stepBaseMachine(this.#machine, event)) {
        if (effect.kind === 'gossip') answer = effect.verdict
        else this.#carryOut(effect)
      }
      this.#writes.flush()
    } catch (error) {
      this.fail(error)
    } finally {
      this.#isWorking = false
    }
    return answer
  }

  #carryOut(effect: Exclude<BaseEffect<ChainState>, { kind: 'gossip' }>): void {
    const { outbound, logger } = this.#parts
    switch (effect.kind) {
      case 'sign':
        return this.#sign(effect.intention)
      case 'set-timer':
        return this.#setTimer(effect.atMs)
      case 'fetch':
        return outbound.fetchBlock(effect.id, effect.from)
      case 'behind':
        return outbound.catchUp(effect.from)
      case 'store':
        return this.#writes.addBlock(effect.block, effect.id)
      case 'certified':
        return this.#writes.addCertificate(effect.certificate)
      case 'head':
        return this.#moveHead(effect)
      case 'likely':
        return this.preferred.markLikely(effect.point)
      case 'final':
        return this.#finalise(effect)
      case 'forgotten':
        return this.#forget(effect.isTwin)
      case 'recovered':
        logger.warn(effect, 'an installed recovery file takes the place of a table that is stuck')
        return
      case 'evidence':
        logger.warn({ kind: effect.evidence.kind }, 'a peer signed two things that contradict each other')
        this.#duties?.onEvidence(effect.evidence)
        return
      case 'penalise':
        logger.debug({ signer: effect.signer, from: effect.from, code: effect.code }, 'refused what a peer signed')
        return outbound.penalise(effect.signer)
      case 'conflict':
        this.#parts.store.putMeta('conflict', encode(certificateCodec, effect.certificate))
        logger.error({ why: effect.why }, 'a certificate contradicts what is final here: finality has stopped')
        return
    }
  }

  /** Everything before a signature is on disk before it [FIN-7, POS-5]. */
  #sign(intention: Intention): void {
    if (!this.#signing.signs) return
    this.#writes.flush()
    const heard = this.#signing.sign(intention, this.nowMs())
    if (heard !== undefined) this.#queue.push(heard)
  }

  #forget(isTwin: boolean): void {
    const marks = this.#signing.forget(isTwin, this.nowMs())
    if (marks !== undefined) this.#queue.unshift(marks)
  }

  #setTimer(atMs: number): void {
    this.#cancelTimer()
    const delayMs = Math.max(0, atMs - this.nowMs())
    this.#cancelTimer = this.#parts.clock.setTimer(delayMs, () => {
      this.feed({ kind: 'timer', nowMs: Math.max(atMs, this.nowMs()) })
    })
  }

  #moveHead({ removed, added }: Extract<BaseEffect<ChainState>, { kind: 'head' }>): void {
    const gained = this.preferred.move(removed, added)
    const returned = removed
      .flatMap(block => block.transactions)
      .filter(transaction => transaction.action?.kind !== 'seed.reveal')
      .map(prepareTransaction)
    this.mempool.advance(
      this.head,
      gained.flatMap(({ block, transactions }) =>
        transactions.flatMap((id, place) => {
          const transaction = block.transactions[place]
          return transaction === undefined ? [] : [{ id, transaction }]
        })
      ),
      returned
    )
    if (this.#isStarted) this.#duties?.onHead(this.head)
  }

  #finalise(effect: FinalEffect): void {
    const { store, logger } = this.#parts
    this.#writes.flush()
    const { missing, ...advance } = buildAdvance(effect, this.final, this.#anchor, this.#writes.recent)
    if (missing.length > 0) logger.warn({ periods: missing }, 'no certificates at hand for a period that ended')
    const { stamp } = this.#writes
    store.advance({ ...advance, meta: { ...advance.meta, ...(stamp === undefined ? {} : { guard: stamp }) } })
    this.#anchor = effect.anchor
    this.preferred.finalise(effect.steps)
    const tip = effect.steps.at(-1)
    if (tip !== undefined) for (const listener of this.#finalListeners) listener(tip.block)
  }
}
