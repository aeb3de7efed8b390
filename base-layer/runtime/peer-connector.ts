// Finds peers and keeps connected to them: dials the bootstrap addresses, walks the DHT for peers near random keys,
// dials what it hears of until the target is reached, and comes back to peers that were lost. One bootstrap address
// is enough to find everyone in a small network.
import { randomBytes } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Node } from './libp2p-settings.ts'
import { NETWORK_LIMITS } from './limits.ts'

interface Candidate {
  readonly addresses: readonly Multiaddr[]
  readonly bootstrap: boolean
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

export class PeerConnector {
  readonly #node: Node
  readonly #target: number
  readonly #candidates = new Map<string, Candidate>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #walkMs = WALK_EARLY_MS
  #nextWalkMs = 0
  #working = false

  constructor(node: Node, bootstrap: readonly string[], target: number) {
    this.#node = node
    this.#target = target
    for (const text of bootstrap) this.#addBootstrap(multiaddr(text))
    node.addEventListener('peer:discovery', event => this.#hear(event.detail.id.toString(), event.detail.multiaddrs))
    node.addEventListener('peer:connect', event => {
      const candidate = this.#candidates.get(event.detail.toString())
      if (candidate !== undefined) candidate.failures = 0
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

  #addBootstrap(address: Multiaddr): void {
    const id = address.getComponents().findLast(component => component.name === 'p2p')?.value
    if (id === undefined || id === this.#node.peerId.toString()) return
    const addresses = [...(this.#candidates.get(id)?.addresses ?? []), address]
    this.#candidates.set(id, { addresses, bootstrap: true, failures: 0, nextDialMs: 0 })
    // So that a request to its id works before the first dial succeeded.
    void this.#node.peerStore.merge(peerIdFromString(id), { multiaddrs: [address] }).catch(() => {})
  }

  #hear(id: string, addresses: readonly Multiaddr[]): void {
    if (addresses.length === 0 || id === this.#node.peerId.toString() || this.#candidates.has(id)) return
    if (this.#candidates.size >= NETWORK_LIMITS.candidatesMax) return
    const kept = addresses.slice(0, NETWORK_LIMITS.addressesPerPeerMax)
    this.#candidates.set(id, { addresses: kept, bootstrap: false, failures: 0, nextDialMs: Date.now() + jitter() })
    this.#soon()
  }

  /** A peer that was connected is worth dialling at the addresses it had; it may only be restarting. */
  #lost(id: string): void {
    const candidate = this.#candidates.get(id)
    if (candidate !== undefined) candidate.nextDialMs = Date.now() + jitter()
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
      const wanted = this.#target - this.#node.getPeers().length
      if (wanted > 0) {
        await this.#dialDue(wanted)
        if (Date.now() >= this.#nextWalkMs) await this.#walk()
      }
    } finally {
      this.#working = false
      this.#schedule(this.#nextWorkMs())
    }
  }

  #nextWorkMs(): number {
    if (this.#node.getPeers().length >= this.#target) return WALK_SETTLED_MS
    const connected = this.#connected()
    let nextMs = this.#nextWalkMs
    for (const [id, candidate] of this.#candidates) {
      if (!connected.has(id)) nextMs = Math.min(nextMs, candidate.nextDialMs)
    }
    return Math.max(50, nextMs - Date.now())
  }

  async #dialDue(wanted: number): Promise<void> {
    const now = Date.now()
    const connected = this.#connected()
    const due = [...this.#candidates].filter(([id, candidate]) => !connected.has(id) && candidate.nextDialMs <= now)
    await Promise.all(
      due
        .slice(0, Math.min(wanted, NETWORK_LIMITS.parallelDialsMax))
        .map(async ([id, candidate]) => this.#dial(id, candidate))
    )
  }

  async #dial(id: string, candidate: Candidate): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(NETWORK_LIMITS.dialTimeoutMs)])
    try {
      await this.#node.dial([...candidate.addresses], { signal })
      candidate.failures = 0
    } catch {
      candidate.failures += 1
      candidate.nextDialMs = Date.now() + Math.min(REDIAL_FIRST_MS * 2 ** candidate.failures, REDIAL_MAX_MS) + jitter()
      if (candidate.failures > FAILURES_MAX && !candidate.bootstrap) this.#candidates.delete(id)
    }
  }

  /** Peers near a random key and near us; kad-dht announces each it meets as peer:discovery. */
  async #walk(): Promise<void> {
    const before = this.#candidates.size
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
    this.#walkMs = this.#candidates.size > before ? WALK_EARLY_MS : Math.min(this.#walkMs * 2, WALK_SETTLED_MS)
    this.#nextWalkMs = Date.now() + this.#walkMs
  }

  #connected(): Set<string> {
    return new Set(this.#node.getPeers().map(peer => peer.toString()))
  }
}

/** Nodes that start together should not dial each other at the same instant and end up with two connections. */
function jitter(): number {
  return Math.floor(Math.random() * 300)
}
