// All watching of one node: compares each posted checkpoint with our own replay, takes offences from consensus, removes
// repeats, and lets the claimant act. On by default; a switch silences reports and claims alike [CLM-7].
import type { Account, FinalPoint, SampleOutcome } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Claim } from '#contracts/claims/claim.ts'
import type { Height } from '#contracts/primitives/ids.ts'
import { statementIdOf } from '#contracts/statements/statement.ts'
import type { AssetView, PostedCheckpoint } from '../committees/schedule.ts'
import { Claimant } from './claimant.ts'
import { Collector } from './collector.ts'
import { disputeCheckpoint, type DisputeParts } from './dispute.ts'

export interface WatchParts extends DisputeParts {
  readonly account: Pick<Account, 'key' | 'act'>
  readonly clock: Clock
  readonly on: boolean
  readonly sampleFinal?: ((point: FinalPoint) => Promise<SampleOutcome>) | undefined
}

export class Watch {
  readonly #parts: WatchParts
  readonly #collector: Collector
  readonly #claimant: Claimant
  /** Checkpoints found good or accused, by id. */
  readonly #compared = new Set<string>()
  readonly #disputed = new Set<string>()
  #on: boolean
  #final: Height = 0

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#on = parts.on
    this.#collector = new Collector(parts.store, parts.logger)
    this.#claimant = new Claimant(parts)
  }

  start(): void {
    if (this.#on) this.#claimant.start()
  }

  stop(): void {
    this.#claimant.stop()
  }

  set(on: boolean): void {
    this.#on = on
    if (on) this.#claimant.start()
    else this.#claimant.stop()
  }

  /** Something a seat signed that no honest seat signs. */
  report(claim: Claim): void {
    if (!this.#on) return
    if (this.#collector.add(claim, this.#final)) this.#claimant.poke()
  }

  /** Every asset that runs here, as of a final height. */
  look(views: readonly AssetView[], final: Height): void {
    this.#final = final
    if (!this.#on) return
    for (const view of views) {
      for (const posted of [...view.checkpoints].reverse()) if (!this.#compare(view, posted)) break
    }
    this.#claimant.poke()
  }

  /** False if our replay has not come so far: those after it wait as well. */
  #compare(view: AssetView, posted: PostedCheckpoint): boolean {
    const { statement, id } = posted.record
    if (statement === null || this.#compared.has(id)) return true
    const lanes = this.#parts.store.lanesOfDag(statement.dag)
    // What closed before we came is not ours to replay.
    if (lanes.every(lane => lane.row.start.sequence >= posted.sequence)) return true
    const own = lanes.flatMap(lane => lane.closing(posted.sequence) ?? [])[0]
    if (own === undefined) return false
    if (statementIdOf(own) !== id) {
      if (posted.record.status === 'standing') this.#dispute(view, posted)
      return false
    }
    this.#compared.add(id)
    if (this.#compared.size > COMPARED_KEPT) this.#compared.clear()
    this.#parts.store.beat(view.asset, posted.sequence, this.#parts.clock.nowMs())
    return true
  }

  #dispute(view: AssetView, posted: PostedCheckpoint): void {
    const { id } = posted.record
    if (this.#disputed.has(id)) return
    this.#disputed.add(id)
    const { asset } = view
    this.#parts.logger.warn({ asset, sequence: posted.sequence }, 'a posted checkpoint is not what replaying gives')
    void disputeCheckpoint(this.#parts, view, posted)
      .then(claim => {
        if (claim !== undefined) return this.report(claim)
        // The signers did not show what they signed: asked again at the next look.
        this.#disputed.delete(id)
      })
      .catch(error => {
        this.#disputed.delete(id)
        this.#parts.logger.error({ err: error, asset }, 'a dispute could not be built')
      })
  }
}

const COMPARED_KEPT = 4096
