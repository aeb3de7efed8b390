// Finds peers and keeps connected to them: dials anchors and bootstrap addresses, walks the DHT for peers near random
// keys, and carries out what connection-choice.ts decides [NET-1]. Comes back to peers that were lost. One bootstrap
// address is enough to find everyone in a small network.
import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { groupOfAddress } from './address-groups.ts'
import { anchorsOf, type Candidate, type ConnectionRules, decideConnections, type Link } from './connection-choice.ts'
import type { Node } from './libp2p-settings.ts'
import { NETWORK_LIMITS } from './limits.ts'

export interface ConnectorSettings {
  readonly bootstrap: readonly string[]
  readonly anchors: readonly string[]
  readonly peersTarget: number
  readonly isLocal: boolean
}

interface Known {
  readonly addresses: readonly Multiaddr[]
  readonly isBootstrap: boolean
  readonly isAnchor: boolean
  failures: number
  nextDialMs: number
}

const WALK_EARLY_MS = 300
const WALK_SETTLED_MS = 30_000
const REDIAL_FIRST_MS = 200
const REDIAL_MAX_MS = 10_000
/** About ten minutes at the longest interval; bootstrap addresses are never given up. */
const FAILURES_MAX = 60
const WALK_TIMEOUT_MS = 3_000
/** When too many are connected, libp2p closes those of the lowest value first: never a link we chose. */
const CHOSEN_TAG = { 'surety-chosen': { value: 100 } }

export class PeerConnector {
  readonly #node: Node
  readonly #rules: Omit<ConnectionRules, 'lastRotationMs'>
  readonly #known = new Map<string, Known>()
  /** Ids we dialled of our own choice. */
  readonly #chosen = new Set<string>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #walkMs = WALK_EARLY_MS
  #nextWalkMs = 0
  #lastRotationMs = Date.now()
  #working = false

  constructor(node: Node, { bootstrap, anchors, peersTarget, isLocal }: ConnectorSettings) {
    this.#node = node
    this.#rules = { outboundMin: NETWORK_LIMITS.outboundMin, peersTarget, isLocal }
    for (const text of bootstrap) this.#addKnown(multiaddr(text), { isBootstrap: true, isAnchor: false })
    for (const text of anchors) this.#addKnown(multiaddr(text), { isBootstrap: false, isAnchor: true })
    node.addEventListener('peer:discovery', event => this.#hear(event.detail.id.toString(), event.detail.multiaddrs))
    node.addEventListener('peer:connect', event => {
      const known = this.#known.get(event.detail.toString())
      if (known !== undefined) known.failures = 0
      this.#soon()
    })
    node.addEventListener('peer:disconnect', event => this.#lost(event.detail.toString()))
  }

  start(): void {
    this.#schedule(0)
  }

  stop(): void {
    this.#stopping.abort()
    clearTimeout(this.#timer)
  }

  /** Connections that we dialled, the ones to keep over a restart first. */
  outbound(): Connection[] {
    const anchors = anchorsOf(this.#links()).map(link => link.id)
    const rank = ({ remotePeer }: Connection): number => {
      const place = anchors.indexOf(remotePeer.toString())
      return place < 0 ? anchors.length : place
    }
    const found = this.#node.getConnections().filter(connection => connection.direction === 'outbound')
    return found.sort((a, b) => rank(a) - rank(b))
  }

  #addKnown(address: Multiaddr, kind: Pick<Known, 'isBootstrap' | 'isAnchor'>): void {
    const id = address.getComponents().findLast(component => component.name === 'p2p')?.value
    if (id === undefined || id === this.#node.peerId.toString()) return
    const before = this.#known.get(id)
    this.#known.set(id, {
      addresses: [...(before?.addresses ?? []), address],
      isBootstrap: kind.isBootstrap || before?.isBootstrap === true,
      isAnchor: kind.isAnchor || before?.isAnchor === true,
      failures: 0,
      nextDialMs: 0
    })
    // So that a request to its id works before the first dial succeeded.
    void this.#node.peerStore.merge(peerIdFromString(id), { multiaddrs: [address] }).catch(() => {})
  }

  #hear(id: string, addresses: readonly Multiaddr[]): void {
    const [first] = addresses
    if (first === undefined || id === this.#node.peerId.toString() || this.#known.has(id)) return
    if (this.#known.size >= NETWORK_LIMITS.candidatesMax || this.#isCrowded(groupOf(first))) return
    const kept = addresses.slice(0, NETWORK_LIMITS.addressesPerPeerMax)
    const nextDialMs = Date.now() + jitter()
    this.#known.set(id, { addresses: kept, isBootstrap: false, isAnchor: false, failures: 0, nextDialMs })
    this.#soon()
  }

  #isCrowded(group: string): boolean {
    if (this.#rules.isLocal) return false
    let count = 0
    for (const { addresses } of this.#known.values()) if (groupOf(addresses[0]) === group) count += 1
    return count >= NETWORK_LIMITS.candidatesPerGroupMax
  }

  /** A peer that was connected is worth dialling at the addresses it had; it may only be restarting. */
  #lost(id: string): void {
    this.#chosen.delete(id)
    const known = this.#known.get(id)
    if (known !== undefined) known.nextDialMs = Date.now() + jitter()
    else {
      void this.#node.peerStore
        .get(peerIdFromString(id))
        .then(peer =>
          this.#hear(
            id,
            peer.addresses.map(address => address.multiaddr)
          )
        )
        .catch(() => {})
    }
    this.#soon()
  }

  /** Something changed: walk again early, but not at once. */
  #soon(): void {
    this.#walkMs = WALK_EARLY_MS
    this.#nextWalkMs = Math.min(this.#nextWalkMs, Date.now() + WALK_EARLY_MS)
    this.#schedule(WALK_EARLY_MS)
  }

  #schedule(delayMs: number): void {
    if (this.#stopping.signal.aborted) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      void this.#work()
    }, delayMs)
    this.#timer.unref()
  }

  async #work(): Promise<void> {
    if (this.#working || this.#stopping.signal.aborted) return
    this.#working = true
    try {
      const nowMs = Date.now()
      const rules = { ...this.#rules, lastRotationMs: this.#lastRotationMs }
      const { dial, rotate } = decideConnections(this.#candidates(), this.#links(), nowMs, Math.random, rules)
      await this.#dialAll(dial)
      if (rotate !== undefined) await this.#rotateOut(rotate, dial)
      if (this.#isShort() && Date.now() >= this.#nextWalkMs) await this.#walk()
    } finally {
      this.#working = false
      this.#schedule(this.#nextWorkMs())
    }
  }

  #isShort(): boolean {
    const links = this.#links()
    const { outboundMin, peersTarget } = this.#rules
    return links.length < peersTarget || links.filter(link => link.isChosen).length < outboundMin
  }

  #nextWorkMs(): number {
    const nowMs = Date.now()
    if (!this.#isShort()) {
      const rotation = this.#lastRotationMs + NETWORK_LIMITS.rotateMs - nowMs
      return Math.min(WALK_SETTLED_MS, Math.max(1_000, rotation))
    }
    const connected = new Set(this.#links().map(link => link.id))
    let nextMs = this.#nextWalkMs
    for (const [id, known] of this.#known) if (!connected.has(id)) nextMs = Math.min(nextMs, known.nextDialMs)
    // Who may not be dialled, by the rules of groups, is due all the time.
    return Math.max(nextMs <= nowMs ? WALK_EARLY_MS : 50, nextMs - nowMs)
  }

  #candidates(): readonly Candidate[] {
    return [...this.#known].map(([id, { addresses, ...known }]) => ({ id, group: groupOf(addresses[0]), ...known }))
  }

  /** One link a peer, however many connections it has. */
  #links(): readonly Link[] {
    const links = new Map<string, Link>()
    for (const { remotePeer, direction, remoteAddr, timeline } of this.#node.getConnections()) {
      const id = remotePeer.toString()
      if (links.get(id)?.direction === 'outbound') continue
      const isChosen = direction === 'outbound' && this.#chosen.has(id)
      links.set(id, { id, direction, isChosen, group: groupOf(remoteAddr), sinceMs: timeline.open })
    }
    return [...links.values()]
  }

  async #dialAll(ids: readonly string[]): Promise<void> {
    const dialled = ids.slice(0, NETWORK_LIMITS.parallelDialsMax).map(async id => {
      const known = this.#known.get(id)
      if (known !== undefined) await this.#dial(id, known)
    })
    await Promise.all(dialled)
  }

  async #dial(id: string, known: Known): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(NETWORK_LIMITS.dialTimeoutMs)])
    try {
      // Noted before: the connection may be looked at before the dial returns.
      this.#chosen.add(id)
      await this.#node.dial([...known.addresses], { signal })
      known.failures = 0
      await this.#node.peerStore.merge(peerIdFromString(id), { tags: CHOSEN_TAG })
    } catch {
      this.#chosen.delete(id)
      known.failures += 1
      known.nextDialMs = Date.now() + Math.min(REDIAL_FIRST_MS * 2 ** known.failures, REDIAL_MAX_MS) + jitter()
      if (known.failures > FAILURES_MAX && !known.isBootstrap) this.#known.delete(id)
    }
  }

  /** The old link goes only when the new one stands. */
  async #rotateOut(id: string, fresh: readonly string[]): Promise<void> {
    const connected = new Set(this.#node.getPeers().map(peer => peer.toString()))
    if (!fresh.some(one => connected.has(one))) return
    this.#lastRotationMs = Date.now()
    await this.#node.hangUp(peerIdFromString(id)).catch(() => {})
    const known = this.#known.get(id)
    if (known !== undefined) known.nextDialMs = Date.now() + NETWORK_LIMITS.rotateMs
  }

  /** Peers near a random key and near us; kad-dht announces each it meets as peer:discovery. */
  async #walk(): Promise<void> {
    const before = this.#known.size
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(WALK_TIMEOUT_MS)])
    const key = Math.random() < 0.5 ? this.#node.peerId.toMultihash().bytes : randomBytes(32)
    try {
      for await (const event of this.#node.services.dht.getClosestPeers(key, { signal })) {
        if (event.name === 'PEER_RESPONSE')
          for (const peer of event.closer) this.#hear(peer.id.toString(), peer.multiaddrs)
      }
    } catch {
      // Nobody answered in time; the next walk tries others.
    }
    this.#walkMs = this.#known.size > before ? WALK_EARLY_MS : Math.min(this.#walkMs * 2, WALK_SETTLED_MS)
    this.#nextWalkMs = Date.now() + this.#walkMs
  }
}

function groupOf(address: Multiaddr | undefined): string {
  return groupOfAddress(address?.toString() ?? '')
}

/** Nodes that start together should not dial each other at the same instant and end up with two connections. */
function jitter(): number {
  return Math.floor(Math.random() * 300)
}
