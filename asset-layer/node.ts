// Follows the committee schedule of final base state: starts and stops replicas and watchers, publishes our addresses, serves
// everyone. The only place of this layer that joins its parts.
import type { Account, BaseChain, FinalPoint, SampleOutcome } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { RpcMethod } from '#base-layer/runtime/json-rpc.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import type { ExecuteStep } from '#contracts/assets/step.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import type { AssetId, DagId, PublicKey } from '#contracts/primitives/ids.ts'
import type { AssetClient } from './client/asset-client.ts'
import { createAssetClient } from './client/create-client.ts'
import { AddressBook } from './discovery/address-book.ts'
import { REQUEST_LIMITS, SUBMIT_LIMITS } from './limits.ts'
import { handleAddresses } from './network/handlers/addresses.ts'
import type { RequestHandler } from './network/handlers/answer.ts'
import { handleCertified } from './network/handlers/certified.ts'
import { handleLeaves } from './network/handlers/leaves.ts'
import { handleQuery } from './network/handlers/query.ts'
import { handleReceipt } from './network/handlers/receipt.ts'
import { handleSnapshot } from './network/handlers/snapshot.ts'
import { handleSteps } from './network/handlers/steps.ts'
import { PeerLinks } from './network/links.ts'
import { type ProtocolName, type Protocols, protocolsOf } from './network/protocols.ts'
import { acceptSubmissions } from './network/submissions.ts'
import { BaseFeed } from './replica/base-feed.ts'
import type { OpenPlace } from './replica/executor.ts'
import { InstructionChecks } from './replica/instructions.ts'
import type { Outcome } from './replica/outcomes.ts'
import type { Replica } from './replica/replica.ts'
import { Roster } from './replica/roster.ts'
import { ServedAssets } from './replica/served.ts'
import { AssetStore } from './store/asset-store.ts'
import { createAssetRpc } from './rpc-methods.ts'
import { Watch } from './watchers/watch.ts'

/** What this layer needs of a base wallet: pay for an action (fee and, of a claim.commit, its deposit) and submit it. */
export type BaseAccount = Pick<Account, 'key' | 'act'>

export interface AssetNodeOptions {
  /** Assets to observe and replay beside those we are bonded to. */
  readonly assets?: readonly AssetId[]
  /** Observe every live asset. */
  readonly watchAll?: boolean
  /** Watchers report and claim. Default true; `setWatchers` changes it at run time. */
  readonly watchers?: boolean
  /** Another interpreter than the protocol's, asked before each commit: for networks that show a lie being caught. */
  readonly interpreterOf?: (asset: AssetId, open: OpenPlace) => ExecuteStep | undefined
  /** Asked before a claim is filed: what strangers say of our final block [NET-2]. */
  readonly sampleFinal?: (point: FinalPoint) => Promise<SampleOutcome>
}

export interface AssetNodeSettings {
  readonly chain: BaseChain
  readonly host: Host
  /** Seed of the validator key. */
  readonly validatorSecret: Secret<Uint8Array>
  /** Existing folder; asset.db is kept in it. */
  readonly dataDir: string
  readonly account: BaseAccount
  readonly verifyPool: VerifyPool
  readonly clock: Clock
  readonly logger: Logger
  readonly options?: AssetNodeOptions
}

export interface ReplicaStatus {
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  /** Null: observer. */
  readonly seat: number | null
  readonly state: 'preparing' | 'running' | 'ended' | 'stopped'
  readonly round: number
  readonly commitIndex: number
  readonly sequence: number
  readonly steps: number
  readonly certifiedCommit: number
  readonly linkedSeats: number
  readonly signing: boolean
}

export interface WatchStatus {
  readonly asset: AssetId
  /** Newest posted sequence compared with our own replay. */
  readonly checkedSequence: number
  readonly atMs: number
}

export interface AssetNodeStatus {
  readonly validator: PublicKey
  readonly replicas: readonly ReplicaStatus[]
  readonly watching: readonly WatchStatus[]
  readonly claims: readonly { readonly kind: string; readonly asset: AssetId; readonly state: string }[]
}

export interface AssetNode {
  readonly validator: PublicKey
  start(): Promise<void>
  stop(): Promise<void>
  status(): AssetNodeStatus
  /** asset.status. */
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  setWatchers(on: boolean): void
}

/** Opens the files; nothing runs before `start`. Rejects E_DATA_LOCKED, E_DATA_UNUSABLE. */
export async function createAssetNode(settings: AssetNodeSettings): Promise<AssetNode> {
  const { chain, clock, dataDir, logger } = settings
  const feed = await BaseFeed.open(chain, logger)
  const store = await AssetStore.open(`${dataDir}/asset.db`, clock.nowMs() - feed.info.genesisTimeMs)
  return new RunningNode(settings, feed, store)
}

class RunningNode implements AssetNode {
  readonly validator: PublicKey
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  readonly #settings: AssetNodeSettings
  readonly #feed: BaseFeed
  readonly #store: AssetStore
  readonly #served: ServedAssets
  readonly #links: PeerLinks
  readonly #book: AddressBook
  readonly #checks: InstructionChecks
  readonly #roster: Roster
  readonly #watch: Watch
  readonly #relays: AssetClient
  readonly #protocols: Protocols
  #stops: (() => void)[] = []

  constructor(settings: AssetNodeSettings, feed: BaseFeed, store: AssetStore) {
    const { host, clock, chain, validatorSecret, account, verifyPool, logger, options = {} } = settings
    const { genesis, genesisTimeMs } = feed.info
    this.#settings = settings
    this.#feed = feed
    this.#store = store
    this.validator = derivePublicKey(validatorSecret.reveal())
    this.#protocols = protocolsOf(genesis)
    this.#served = new ServedAssets(store)
    this.#links = new PeerLinks(host, clock, this.#protocols.dag)
    this.#book = new AddressBook({ host, clock, genesis, genesisTimeMs, protocol: this.#protocols.addresses })
    this.#checks = new InstructionChecks(genesis, verifyPool)
    this.#relays = createAssetClient({ chain, host, clock })
    this.#watch = new Watch({
      chain,
      host,
      store,
      served: this.#served,
      book: this.#book,
      protocols: this.#protocols,
      genesis,
      account,
      clock,
      logger,
      on: options.watchers ?? true,
      sampleFinal: options.sampleFinal
    })
    const watched = new Set(options.assets ?? [])
    this.#roster = new Roster({
      feed,
      store,
      served: this.#served,
      links: this.#links,
      book: this.#book,
      host,
      validator: this.validator,
      snapshotProtocol: this.#protocols.snapshot,
      secret: validatorSecret,
      account,
      verifyPool,
      checks: this.#checks,
      clock,
      logger,
      isWatched: asset => options.watchAll === true || watched.has(asset),
      interpreterOf: options.interpreterOf ?? (() => undefined),
      onOffence: claim => this.#watch.report(claim),
      onExecuted: () => {},
      onViews: (views, final) => this.#watch.look(views, final)
    })
    this.rpcMethods = createAssetRpc(() => this.status())
  }

  async start(): Promise<void> {
    const { host } = this.#settings
    const { concurrency, requestBytes } = REQUEST_LIMITS
    const handlers: readonly (readonly [ProtocolName, RequestHandler])[] = [
      ['addresses', handleAddresses(this.#book)],
      ['steps', handleSteps(this.#served)],
      ['leaves', handleLeaves(this.#served)],
      ['certified', handleCertified(this.#served)],
      ['snapshot', handleSnapshot(this.#served)],
      ['query', handleQuery(this.#served)],
      ['receipt', handleReceipt(this.#served)]
    ]
    for (const [name, handler] of handlers) {
      this.#stops.push(host.handle(this.#protocols[name], handler, { concurrency, maxRequestBytes: requestBytes }))
    }
    this.#stops.push(
      acceptSubmissions({
        host,
        protocol: this.#protocols.submit,
        served: this.#served,
        checks: this.#checks,
        relay: (asset, instruction) => this.#relay(asset, instruction)
      })
    )
    this.#feed.start()
    this.#roster.start()
    this.#watch.start()
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop()
    this.#watch.stop()
    this.#roster.stop()
    this.#feed.stop()
    this.#links.stop()
    await this.#relays.stop()
    await this.#store.close()
  }

  status(): AssetNodeStatus {
    return {
      validator: this.validator,
      replicas: this.#served.replicas().map(statusOf),
      watching: this.#store
        .heartbeats()
        .map(({ asset, sequence, atMs }) => ({ asset, checkedSequence: sequence, atMs })),
      claims: this.#store.offences().map(({ kind, asset, state }) => ({ kind, asset, state }))
    }
  }

  setWatchers(on: boolean): void {
    this.#watch.set(on)
  }

  async #relay(asset: AssetId, instruction: Uint8Array): Promise<Outcome> {
    const submitted = await this.#relays.submit(asset, [instruction], { timeoutMs: SUBMIT_LIMITS.relayMs })
    if (!submitted.ok) return { kind: 'refused', code: submitted.code, why: submitted.why }
    return submitted.value[0] ?? { kind: 'refused', code: 'E_TIMEOUT', why: 'nobody answered' }
  }
}

function statusOf(replica: Replica): ReplicaStatus {
  const { asset, epoch, dag, seat, state, round } = replica
  return {
    asset,
    epoch,
    dag,
    seat,
    round,
    state: replica.stopped ? 'stopped' : state.ended ? 'ended' : 'running',
    commitIndex: state.commitIndex,
    sequence: state.open.sequence,
    steps: state.open.firstStep + state.open.trace.size,
    certifiedCommit: replica.certifier.certifiedCommit,
    linkedSeats: replica.peers.linkedSeats,
    signing: replica.certifier.signing
  }
}
