// A development network of real processes under load, watched from outside: assets that are kept busy, how finality moves
// on at every node, when each instruction was accepted. Killing and restarting its nodes is the test's.
import { setTimeout as delay } from 'node:timers/promises'
import { termsHashOf } from '#contracts/bonds/terms.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'
import { findTemplate } from '#contracts/assets/registry.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { addressRecordRules, type AssetClient, createAssetClient } from '#asset-layer/index.ts'
import { type BaseChain, connectBaseChain, createAccount } from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { deriveDevKey, ownerNameOf } from '#cli/devnet/accounts.ts'
import type { DevNetwork } from '#cli/devnet/network.ts'
import { InstructionSigner, tokenCall } from '#cli/instructions.ts'
import { NODE_STATUS, type NodeStatus } from '#cli/node/node-methods.ts'
import { Heard } from './heard.ts'

export interface Accepted {
  readonly asset: AssetId
  readonly sentMs: number
  readonly acceptedMs: number
  readonly sequence: number
  readonly index: number
}

export interface Look {
  readonly atMs: number
  readonly statuses: ReadonlyMap<string, NodeStatus>
}

const LOOK_MS = 250
const VALID_HEIGHTS = 200
const RETRY_MS = 15_000
const HEIGHTS_BEHIND = 4
/** A second of commits. */
const COMMITS_BEHIND = 12
/** Below the window of sequences an account may have under way. */
const UNDER_WAY_MAX = 48

export class BusyNetwork {
  readonly network: DevNetwork
  readonly chains: ReadonlyMap<string, BaseChain & { stop(): void }>
  /** The base chain as some running node tells it. */
  readonly chain: BaseChain
  readonly host: Host
  readonly heard: Heard
  readonly client: AssetClient
  readonly accepted: Accepted[] = []
  /** Codes of instructions that nobody took, though honest and in time. */
  readonly refused: string[] = []
  readonly looks: Look[] = []
  readonly #ended = new AbortController()
  readonly #running: Promise<unknown>[] = []
  /** Names of nodes that are about to be killed or not ready yet. */
  readonly down = new Set<string>()

  static async create(network: DevNetwork): Promise<BusyNetwork> {
    installNodeCrypto()
    const genesis = genesisHashOf(network.genesis)
    const host = await createHost({
      identitySecret: deriveDevKey('watcher-of-the-test').secret,
      listen: [],
      bootstrap: [network.bootstrap],
      dht: 'client',
      records: addressRecordRules(genesis)
    })
    return new BusyNetwork(network, host)
  }

  private constructor(network: DevNetwork, host: Host) {
    this.network = network
    this.host = host
    this.heard = new Heard(host, genesisHashOf(network.genesis))
    this.chains = new Map(network.nodes.map(node => [node.name, connectBaseChain(node.rpcUrl)]))
    this.chain = this.#anyChain()
    this.client = createAssetClient({ chain: this.chain, host, clock: systemClock })
    this.#fork(() => this.#lookOn())
  }

  /** Registers a token with a committee of four and bonds a unit of each of these nodes to it, in the first blocks. */
  async addAsset(symbol: string, bonded: readonly string[]): Promise<AssetId> {
    const issuer = createAccount(this.chain, new Secret(deriveDevKey('issuer').secret))
    const template = findTemplate('token', 1)
    if (template === undefined) throw new Error('the token template is missing')
    const parameters = template.encodeParameters({
      name: symbol,
      decimals: 0,
      supplyCap: 1n << 60n,
      mint: true,
      burn: true,
      freeze: false,
      recall: false
    })
    if (!parameters.ok) throw new Error(parameters.why)
    const { interval, windowTicks } = this.network.genesis.parameters
    const registration = {
      symbol,
      issuer: issuer.key,
      template: template.name,
      templateVersion: template.version,
      parameters: parameters.value,
      mode: 'opt-in' as const,
      seats: 4,
      collateralPerSeat: 100n * ATOMS_PER_SHARE,
      termTicks: 100_000,
      interval,
      windowTicks,
      statedValue: 100n * ATOMS_PER_SHARE,
      reserveAtoms: ATOMS_PER_SHARE
    }
    const sent = await issuer.act({ kind: 'asset.register', ...registration })
    if (!sent.ok) throw new Error(sent.why)
    const asset = sent.value as string as AssetId
    await this.until(`${symbol} at the head`, () => this.chain.read('assets', asset, 'head'))
    for (const name of bonded) {
      const owner = createAccount(this.chain, new Secret(deriveDevKey(ownerNameOf(name)).secret))
      const bond = {
        asset,
        validator: deriveDevKey(name).publicKey,
        owner: owner.key,
        rewards: owner.key,
        terms: termsHashOf(registration),
        units: 1
      }
      const posted = await owner.act({ kind: 'bond.post', bonds: [bond] })
      if (!posted.ok) throw new Error(posted.why)
    }
    return asset
  }

  /** The members of an epoch once final state has drawn them and their beginning is final. */
  async committee(asset: AssetId, epoch: number): Promise<CommitteeRecord> {
    return await this.until(`epoch ${epoch} of ${asset.slice(0, 8)}`, async () => {
      const record = await this.chain.read('committees', { asset, epoch })
      if (record?.sourceId == null) return undefined
      return (await this.chain.tip('final')).height >= record.begins ? record : undefined
    })
  }

  /** One mint every `everyMs`, each handed in until it is accepted, by an account that only this asset's load uses. */
  load(asset: AssetId, everyMs: number): void {
    const { secret } = deriveDevKey('issuer')
    const to = deriveDevKey('alice').publicKey
    this.#fork(async () => {
      const signer = new InstructionSigner(genesisHashOf(this.network.genesis), asset, secret, 0)
      const underWay = new Set<Promise<void>>()
      while (!this.#ended.signal.aborted) {
        if (underWay.size < UNDER_WAY_MAX) {
          const notAfter = this.#newestHeight() + VALID_HEIGHTS
          const { bytes } = signer.sign([tokenCall('mint', { to, amount: 1n })], notAfter)
          const one: Promise<void> = this.#handIn(asset, bytes).finally(() => underWay.delete(one))
          underWay.add(one)
        }
        await this.#pause(everyMs)
      }
      await Promise.all(underWay)
    })
  }

  nameOf(key: PublicKey): string {
    return this.network.nodes.find(({ name }) => deriveDevKey(name).publicKey === key)?.name ?? key.slice(0, 8)
  }

  async kill(name: string): Promise<void> {
    this.down.add(name)
    await this.network.node(name).kill()
  }

  async restart(name: string, signal: AbortSignal): Promise<void> {
    await this.network.start(signal, [name])
    this.down.delete(name)
  }

  async until<T>(what: string, ask: () => Promise<T | undefined>, maxMs = 60_000): Promise<T> {
    for (const deadline = Date.now() + maxMs; Date.now() < deadline; ) {
      const answer = await ask().catch(() => undefined)
      if (answer !== undefined) return answer
      await delay(100)
    }
    throw new Error(`waited in vain for ${what}`)
  }

  /** True if a node knows about all that is final and its seats and observers run. */
  isAbreast(name: string, statuses: ReadonlyMap<string, NodeStatus>): boolean {
    const own = statuses.get(name)
    if (own === undefined) return false
    const final = Math.max(...[...statuses.values()].map(({ base }) => base.final))
    const round = (one: NodeStatus['replicas'][number]): number =>
      Math.max(
        0,
        ...[...statuses.values()].flatMap(({ replicas }) =>
          replicas
            .filter(({ asset, epoch }) => asset === one.asset && epoch === one.epoch)
            .map(other => other.commitIndex)
        )
      )
    const expected = this.#replicasBefore(name)
    return (
      own.base.final >= final - HEIGHTS_BEHIND &&
      own.replicas.length >= expected &&
      own.replicas.every(one => one.state === 'running' && one.commitIndex >= round(one) - COMMITS_BEHIND)
    )
  }

  /** Longest time in which no node saw finality move. */
  finalityGapMs(): number {
    let best = -1
    let sinceMs = this.looks[0]?.atMs ?? 0
    let longest = 0
    for (const { atMs, statuses } of this.looks) {
      const final = Math.max(-1, ...[...statuses.values()].map(({ base }) => base.final))
      longest = Math.max(longest, atMs - sinceMs)
      if (final > best) sinceMs = atMs
      best = Math.max(best, final)
    }
    return longest
  }

  /** Longest time without an accepted instruction since the first one. */
  acceptanceGapMs(asset: AssetId): number {
    const times = this.accepted
      .filter(one => one.asset === asset)
      .map(one => one.acceptedMs)
      .sort((a, b) => a - b)
    return Math.max(0, ...times.map((time, place) => time - (times[place - 1] ?? time)))
  }

  /** Whatever speaks of a fault, in words: convictions and penalties in base state, claims, nodes that stopped signing. */
  async offences(): Promise<readonly string[]> {
    const [claims, peers, bonds] = await Promise.all([
      this.chain.list('claims'),
      this.chain.list('peers'),
      this.chain.list('bonds')
    ])
    const { peerBondAtoms } = this.network.genesis.parameters
    const statuses = [...(this.looks.at(-1)?.statuses ?? [])]
    return [
      ...claims.filter(({ key }) => key.kind !== 'open').map(({ key }) => `claims holds a ${key.kind}`),
      ...peers
        .filter(({ value }) => value.bondAtoms !== peerBondAtoms)
        .map(({ key }) => `${this.nameOf(key)} lost bond`),
      ...bonds.filter(({ value }) => value.units.some(unit => unit.slashed)).map(({ key }) => `bond ${key} is slashed`),
      ...statuses.flatMap(([name, { base, replicas, claims: own }]) => [
        ...(base.signs ? [] : [`${name} signs nothing`]),
        ...(base.conflicted ? [`${name} saw a conflict of finality`] : []),
        ...replicas
          .filter(one => one.seat !== null && !one.signing)
          .map(one => `${name} signs no statements of ${one.asset}`),
        ...own.map(({ kind }) => `${name} accuses somebody of ${kind}`)
      ])
    ]
  }

  /** Replicas a node last reported before it went down. */
  #replicasBefore(name: string): number {
    const newest = this.looks.findLast(
      ({ statuses }) => statuses.get(name)?.replicas.length !== 0 && statuses.has(name)
    )
    return newest?.statuses.get(name)?.replicas.length ?? 0
  }

  /** Ends the load and waits until what was handed in is accepted. */
  async quiet(): Promise<void> {
    this.#ended.abort()
    await Promise.all(this.#running)
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    await this.client.stop()
    await Promise.allSettled(this.#running)
    for (const chain of this.chains.values()) chain.stop()
    await this.host.stop()
  }

  #fork(work: () => Promise<unknown>): void {
    this.#running.push(work())
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#ended.signal }).catch(() => undefined)
  }

  async #handIn(asset: AssetId, bytes: Uint8Array): Promise<void> {
    const sentMs = Date.now()
    for (;;) {
      const answer = await this.client.submit(asset, [bytes], { timeoutMs: RETRY_MS }).catch(() => undefined)
      const notice = answer?.ok === true ? answer.value[0] : undefined
      if (notice?.kind === 'accepted') {
        const { sequence, index, outcome, code } = notice
        if (outcome === 'applied') this.accepted.push({ asset, sentMs, acceptedMs: Date.now(), sequence, index })
        else this.refused.push(code)
        return
      }
      if (notice?.kind === 'refused' && notice.code !== 'E_TIMEOUT') {
        this.refused.push(`${notice.code} ${notice.why}`)
        return
      }
      if (this.#ended.signal.aborted && Date.now() - sentMs > RETRY_MS * 2) {
        this.refused.push('E_TIMEOUT to the end')
        return
      }
      if (notice === undefined) await delay(200)
    }
  }

  #newestHeight(): number {
    const statuses = [...(this.looks.at(-1)?.statuses.values() ?? [])]
    return Math.max(0, ...statuses.map(({ base }) => base.final))
  }

  async #lookOn(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const statuses = new Map<string, NodeStatus>()
      const atMs = Date.now()
      await Promise.all(
        this.network.nodes.map(async ({ name, rpcUrl }) => {
          const answer = await rpcCall(rpcUrl, 'node.status', {}, { timeoutMs: 1_000 }).catch(() => undefined)
          const parsed = NODE_STATUS.safeParse(answer)
          if (parsed.success) statuses.set(name, parsed.data)
        })
      )
      this.looks.push({ atMs, statuses })
      await this.#pause(LOOK_MS)
    }
  }

  /** Each call goes to the first node that is up: a wallet with more than one address. */
  #anyChain(): BaseChain {
    const pick = (): BaseChain => {
      const name = this.network.nodes.find(node => node.running && !this.down.has(node.name))?.name ?? ''
      const chain = this.chains.get(name) ?? this.chains.values().next().value
      if (chain === undefined) throw new Error('no node at all')
      return chain
    }
    const [first] = this.chains.values()
    if (first === undefined) throw new Error('a network has nodes')
    return new Proxy<BaseChain>(first, {
      get: (_target, name) => {
        const chain = pick()
        const member: unknown = Reflect.get(chain, name)
        return typeof member === 'function' ? (member as () => unknown).bind(chain) : member
      }
    })
  }
}
