// Follows the schedule of final base state: prepares, starts and stops replicas, and keeps our addresses published wherever we
// are bonded or seated [COM-3, COM-4]. One pass at a time, after each advance of finality.
import type { Account, BaseChain } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { deriveAssetContext } from '#contracts/assets/registry.ts'
import type { ExecuteStep } from '#contracts/assets/step.ts'
import type { Claim } from '#contracts/claims/claim.ts'
import type { AssetId, DagId, Height, PublicKey, Seat } from '#contracts/primitives/ids.ts'
import { type AssetView, deriveDuties, type Duty } from '../committees/schedule.ts'
import type { AddressBook } from '../discovery/address-book.ts'
import { loadAssetView } from '../discovery/asset-views.ts'
import { DISCOVERY_LIMITS } from '../limits.ts'
import type { PeerLinks } from '../network/links.ts'
import type { AssetStore } from '../store/asset-store.ts'
import type { LaneStore } from '../store/lane-store.ts'
import type { StoredStart } from '../store/records.ts'
import type { BaseFeed } from './base-feed.ts'
import type { Execution, OpenPlace } from './executor.ts'
import type { InstructionChecks } from './instructions.ts'
import { Replica } from './replica.ts'
import type { ServedAssets } from './served.ts'
import { findStartingState } from './starting-state.ts'

export interface RosterParts {
  readonly feed: BaseFeed
  readonly store: AssetStore
  readonly served: ServedAssets
  readonly links: PeerLinks
  readonly book: AddressBook
  readonly host: Host
  readonly snapshotProtocol: string
  readonly validator: PublicKey
  readonly secret: Secret<Uint8Array>
  readonly account: Pick<Account, 'key' | 'act'>
  readonly verifyPool: VerifyPool
  readonly checks: InstructionChecks
  readonly clock: Clock
  readonly logger: Logger
  /** Assets to observe without being bonded to them. */
  readonly isWatched: (asset: AssetId) => boolean
  readonly interpreterOf: (asset: AssetId, open: OpenPlace) => ExecuteStep | undefined
  readonly onOffence: (claim: Claim) => void
  readonly onExecuted: (replica: Replica, execution: Execution) => void
  /** Every asset served or watched, as of a final height. */
  readonly onViews: (views: readonly AssetView[], final: Height) => void
}

/** Statuses in which nothing runs any more. */
const OVER: ReadonlySet<string> = new Set(['wound-up', 'retired', 'lapsed'])
/** Epochs whose data is kept for who asks. */
const EPOCHS_KEPT = 3

export class Roster {
  readonly #parts: RosterParts
  readonly #running = new Map<string, Replica>()
  readonly #preparing = new Set<string>()
  readonly #published = new Map<AssetId, number>()
  #passing = false
  #again = false
  #stopped = false
  #stopAdvance: (() => void) | undefined

  constructor(parts: RosterParts) {
    this.#parts = parts
  }

  get preparing(): ReadonlySet<string> {
    return this.#preparing
  }

  start(): void {
    this.#stopAdvance = this.#parts.feed.onAdvance(() => this.pass())
    this.pass()
  }

  stop(): void {
    this.#stopped = true
    this.#stopAdvance?.()
    for (const replica of this.#running.values()) this.#end(replica)
    this.#running.clear()
  }

  /** Looks at final base state and does what it asks for. */
  pass(): void {
    if (this.#passing) {
      this.#again = true
      return
    }
    this.#passing = true
    void this.#work()
      .catch(error => {
        this.#parts.logger.warn({ err: error }, 'the schedule could not be followed')
      })
      .finally(() => {
        this.#passing = false
        if (!this.#again || this.#stopped) return
        this.#again = false
        this.pass()
      })
  }

  async #work(): Promise<void> {
    const { feed } = this.#parts
    const { chain } = feed
    const final = feed.final
    const bonded = await this.#bonded(chain)
    const views: AssetView[] = []
    const wanted = new Map<string, Duty>()
    for (const { key: asset, value: record } of await chain.list('assets')) {
      // A member is bonded, whatever has become of its units.
      if (OVER.has(record.status) || !(bonded.has(asset) || this.#parts.isWatched(asset))) continue
      const view = await loadAssetView(chain, asset, record)
      if (view === undefined || this.#stopped) continue
      if (bonded.has(asset)) this.#publish(asset)
      views.push(view)
      for (const duty of deriveDuties(view, this.#parts.validator, final)) {
        for (const seat of duty.seats.length === 0 ? [null] : duty.seats) wanted.set(nameOf(duty.dag, seat), duty)
      }
    }
    for (const [name, replica] of this.#running) {
      if (wanted.has(name)) continue
      this.#running.delete(name)
      this.#end(replica)
    }
    for (const [name, duty] of wanted) this.#ensure(name, duty, views)
    this.#forget(views)
    this.#parts.onViews(views, final)
  }

  async #bonded(chain: BaseChain): Promise<ReadonlySet<AssetId>> {
    const bonds = await chain.list('bonds')
    const own = bonds.filter(({ value }) => value.validator === this.#parts.validator && value.status !== 'released')
    return new Set(own.map(({ value }) => value.asset))
  }

  #publish(asset: AssetId): void {
    const { clock, book, validator, secret } = this.#parts
    const now = clock.nowMs()
    if (now - (this.#published.get(asset) ?? 0) < DISCOVERY_LIMITS.republishMs) return
    this.#published.set(asset, now)
    void book.publish(asset, validator, secret)
  }

  #ensure(name: string, duty: Duty, views: readonly AssetView[]): void {
    if (this.#running.has(name) || this.#preparing.has(name)) return
    const view = views.find(({ asset }) => asset === duty.asset)
    if (view === undefined) return
    this.#preparing.add(name)
    void this.#prepare(name, duty, view)
      .catch(error => {
        this.#parts.logger.error({ err: error, asset: duty.asset, epoch: duty.epoch }, 'a replica could not start')
      })
      .finally(() => this.#preparing.delete(name))
  }

  async #prepare(name: string, duty: Duty, view: AssetView): Promise<void> {
    const { feed, store } = this.#parts
    const { asset, epoch, dag, committee, start } = duty
    const seat = seatOf(name)
    const began = await feed.chain.block(committee.begins)
    if (began === undefined) return
    const stored: StoredStart = {
      id: start.id,
      sequence: start.sequence,
      baseHeight: start.statement?.baseHeight ?? view.record.registeredAt,
      nextStep: start.statement === null ? 0 : start.statement.firstStep + start.statement.stepCount
    }
    const lane = store.lane(asset, epoch, dag, seat, stored, began.timeMs)
    if (!lane.ready && !(await this.#fill(lane, duty, view))) return
    if (this.#stopped || this.#running.has(name)) return
    this.#begin(name, lane, duty, view)
  }

  async #fill(lane: LaneStore, { asset, start, committee, epoch }: Duty, view: AssetView): Promise<boolean> {
    const { host, store, snapshotProtocol, book, logger, validator } = this.#parts
    const holders = new Set(
      [...committee.seats, ...(view.committees.get(epoch - 1)?.seats ?? [])].map(seat => seat.validator)
    )
    holders.delete(validator)
    const sources = async (): Promise<readonly (readonly string[])[]> => {
      const found = await Promise.all([...holders].map(holder => book.find(asset, holder)))
      return found.flatMap(one => (one === undefined ? [] : [one.addresses]))
    }
    const parts = { host, store, protocol: snapshotProtocol }
    const entries = await findStartingState(parts, asset, view.record.registration, start, sources)
    if (entries === undefined) {
      logger.warn(
        { asset, epoch, sequence: start.sequence },
        'nobody shows the state this epoch starts from; trying again'
      )
      return false
    }
    lane.writeStart(entries)
    return true
  }

  #begin(name: string, lane: LaneStore, { asset, epoch, committee }: Duty, { record }: AssetView): void {
    const parts = this.#parts
    const context = deriveAssetContext(parts.feed.info.genesis, asset, committee.engine, record.registration)
    if (!context.ok) {
      parts.logger.error({ asset, code: context.code }, context.why)
      return
    }
    const replica: Replica = new Replica({
      ...parts,
      lane,
      committee,
      context: context.value,
      interval: record.registration.interval,
      logger: parts.logger,
      interpreterOf: open => parts.interpreterOf(asset, open),
      onExecuted: execution => parts.onExecuted(replica, execution),
      onCertified: () => {}
    })
    this.#running.set(name, replica)
    parts.served.add(replica)
    replica.start()
    parts.logger.info(
      { asset, epoch, dag: replica.dag, seat: replica.seat },
      replica.seat === null ? 'observing' : 'serving'
    )
  }

  #end(replica: Replica): void {
    replica.stop()
    this.#parts.served.remove(replica)
    this.#parts.logger.info({ asset: replica.asset, epoch: replica.epoch, seat: replica.seat }, 'epoch left')
  }

  /** Data of epochs long over, and versions of values that settled sequences replaced. */
  #forget(views: readonly AssetView[]): void {
    const { store } = this.#parts
    for (const { asset, record } of views) {
      for (const lane of store.lanesOf(asset)) {
        if (lane.row.epoch + EPOCHS_KEPT <= record.epoch) store.dropLane(lane)
        else if (lane.ready) lane.pruneBelow(record.settled)
      }
    }
  }
}

function nameOf(dag: DagId, seat: Seat | null): string {
  return `${dag}/${seat ?? ''}`
}

function seatOf(name: string): Seat | null {
  const seat = name.slice(name.indexOf('/') + 1)
  return seat === '' ? null : Number(seat)
}
