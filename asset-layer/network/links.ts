// One long-lived channel to each peer we follow a dag with, whoever opened it, shared by all dags. Lost links are made again
// with growing patience. Items said in one turn of the event loop leave in one frame. Who a peer is to a dag is for the dag's
// subscriber to know: libp2p proves the peer id, a signed address record ties a validator to it [COM-3].
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Channel, Host } from '#base-layer/runtime/host.ts'
import type { DagId } from '#contracts/primitives/ids.ts'
import { LINK_LIMITS } from '../limits.ts'
import { decodeFrame, encodeFrame } from './dag-messages.ts'

/** What a dag hears from its peers. `receive` is awaited: a peer's next frame waits for it. */
export interface DagSubscriber {
  receive(peer: string, items: readonly Uint8Array[]): Promise<void> | void
  /** A link to a peer of this dag is there (again). */
  linked(peer: string): void
  unlinked(peer: string): void
}

interface Wanted {
  addresses: readonly string[]
  readonly dags: Set<DagId>
  attempts: number
  dialling: boolean
  cancelRetry: (() => void) | undefined
}

interface PeerLink {
  readonly peer: string
  channel: Channel
  /** Items of this turn by dag. */
  readonly outbox: Map<DagId, Uint8Array[]>
  flushing: boolean
  /** Dags that the peer has spoken of: these hear when it goes. */
  readonly dags: Set<DagId>
}

export class PeerLinks {
  readonly #host: Host
  readonly #clock: Clock
  readonly #protocol: string
  /** Several: a validator with two seats follows the dag twice. */
  readonly #subscribers = new Map<DagId, readonly DagSubscriber[]>()
  readonly #wanted = new Map<string, Wanted>()
  readonly #links = new Map<string, PeerLink>()
  readonly #stopAccepting: () => void
  #stopped = false

  constructor(host: Host, clock: Clock, protocol: string) {
    this.#host = host
    this.#clock = clock
    this.#protocol = protocol
    const options = { maxMessageBytes: LINK_LIMITS.frameBytes }
    this.#stopAccepting = host.acceptChannels(protocol, options, channel => this.#accept(channel))
  }

  subscribe(dag: DagId, subscriber: DagSubscriber): () => void {
    this.#subscribers.set(dag, [...(this.#subscribers.get(dag) ?? []), subscriber])
    return () => {
      const others = (this.#subscribers.get(dag) ?? []).filter(other => other !== subscriber)
      if (others.length > 0) {
        this.#subscribers.set(dag, others)
        return
      }
      this.#subscribers.delete(dag)
      for (const [peer, wanted] of this.#wanted) if (wanted.dags.delete(dag)) this.#dropIfUnwanted(peer, wanted)
      for (const link of this.#links.values()) link.dags.delete(dag)
    }
  }

  /** Keeps a link to a peer for a dag until the dag unsubscribes. Addresses end in the peer's id. `isCalled`: the peer wants
   * a link to us as well. */
  want(dag: DagId, peer: string, addresses: readonly string[], isCalled: boolean): void {
    if (peer === this.#host.peerId || this.#stopped) return
    const known = this.#wanted.get(peer)
    const wanted: Wanted = known ?? { addresses, dags: new Set(), attempts: 0, dialling: false, cancelRetry: undefined }
    if (addresses.length > 0) wanted.addresses = addresses
    const isNew = !wanted.dags.has(dag)
    wanted.dags.add(dag)
    this.#wanted.set(peer, wanted)
    const link = this.#links.get(peer)
    if (link !== undefined && isNew) this.#introduce(link, dag)
    if (link !== undefined || known !== undefined) return
    // A member of the same dag with the lesser id calls first; an observer is called by nobody.
    this.#dialLater(peer, wanted, isCalled && this.#host.peerId > peer ? LINK_LIMITS.courtesyMs : 0)
  }

  isLinked(peer: string): boolean {
    return this.#links.has(peer)
  }

  /** False if there is no link or it is full: the dag asks or tells again later. */
  send(dag: DagId, peer: string, item: Uint8Array): boolean {
    if (peer === this.#host.peerId) {
      queueMicrotask(() => void this.#deliver(dag, peer, [item]))
      return true
    }
    const link = this.#links.get(peer)
    if (link === undefined) return false
    const items = link.outbox.get(dag)
    if (items === undefined) link.outbox.set(dag, [item])
    else items.push(item)
    if (!link.flushing) {
      link.flushing = true
      queueMicrotask(() => this.#flush(link))
    }
    return true
  }

  stop(): void {
    this.#stopped = true
    this.#stopAccepting()
    for (const wanted of this.#wanted.values()) wanted.cancelRetry?.()
    this.#wanted.clear()
    for (const link of this.#links.values()) link.channel.close()
    this.#links.clear()
  }

  #flush(link: PeerLink): void {
    link.flushing = false
    for (const [dag, items] of link.outbox) {
      let batch: Uint8Array[] = []
      let size = 0
      for (const item of items) {
        if (batch.length === LINK_LIMITS.items || size + item.length > LINK_LIMITS.frameBytes - FRAME_ROOM) {
          if (batch.length > 0) link.channel.send(encodeFrame(dag, batch))
          batch = []
          size = 0
        }
        batch.push(item)
        size += item.length + 8
      }
      if (batch.length > 0) link.channel.send(encodeFrame(dag, batch))
    }
    link.outbox.clear()
  }

  #accept(channel: Channel): void {
    const { peer } = channel
    const observers = this.#links.size - this.#wanted.size
    if (this.#stopped || (!this.#wanted.has(peer) && observers >= LINK_LIMITS.observers)) return channel.close()
    this.#adopt(channel)
  }

  #adopt(channel: Channel): void {
    const { peer } = channel
    const known = this.#links.get(peer)
    // The newer channel wins: the older one may be dead without our knowing. Both sides see the same newest one soon.
    const link: PeerLink = known ?? { peer, channel, outbox: new Map(), flushing: false, dags: new Set() }
    if (known !== undefined) known.channel = channel
    this.#links.set(peer, link)
    let answers = 0
    let second = 0
    channel.onMessage(async message => {
      const frame = decodeFrame(message)
      if (!frame.ok) throw new Error('not a frame')
      const { dag, items } = frame.value
      if (!this.#subscribers.has(dag)) return
      const now = Math.floor(this.#clock.nowMs() / 1000)
      answers = now === second ? answers + 1 : 1
      second = now
      if (answers > LINK_LIMITS.answersPerSecond * Math.max(1, this.#subscribers.size)) return
      if (!link.dags.has(dag)) this.#introduce(link, dag)
      await this.#deliver(dag, peer, items)
    })
    channel.onClose(() => this.#closed(link, channel))
    for (const dag of this.#wanted.get(peer)?.dags ?? []) this.#introduce(link, dag)
  }

  #introduce(link: PeerLink, dag: DagId): void {
    link.dags.add(dag)
    for (const subscriber of this.#subscribers.get(dag) ?? []) subscriber.linked(link.peer)
  }

  async #deliver(dag: DagId, peer: string, items: readonly Uint8Array[]): Promise<void> {
    for (const subscriber of this.#subscribers.get(dag) ?? []) await subscriber.receive(peer, items)
  }

  #closed(link: PeerLink, channel: Channel): void {
    if (link.channel !== channel || this.#links.get(link.peer) !== link) return
    this.#links.delete(link.peer)
    for (const dag of link.dags) {
      for (const subscriber of this.#subscribers.get(dag) ?? []) subscriber.unlinked(link.peer)
    }
    const wanted = this.#wanted.get(link.peer)
    if (wanted !== undefined && !this.#stopped) this.#dialLater(link.peer, wanted, LINK_LIMITS.retryMs)
  }

  #dialLater(peer: string, wanted: Wanted, delayMs: number): void {
    wanted.cancelRetry?.()
    wanted.cancelRetry = this.#clock.setTimer(delayMs, () => void this.#dial(peer, wanted))
  }

  async #dial(peer: string, wanted: Wanted): Promise<void> {
    if (this.#stopped || this.#wanted.get(peer) !== wanted || this.#links.has(peer) || wanted.dialling) return
    wanted.dialling = true
    try {
      const target = wanted.addresses.length > 0 ? wanted.addresses : peer
      const channel = await this.#host.openChannel(target, this.#protocol, { maxMessageBytes: LINK_LIMITS.frameBytes })
      if (channel.peer !== peer || this.#stopped || this.#links.has(peer)) channel.close()
      else this.#adopt(channel)
      wanted.attempts = 0
    } catch {
      wanted.attempts += 1
    } finally {
      wanted.dialling = false
    }
    const current = this.#wanted.get(peer)
    if (current === undefined || this.#links.has(peer) || this.#stopped) return
    this.#dialLater(
      peer,
      current,
      Math.min(LINK_LIMITS.retryMostMs, LINK_LIMITS.retryMs * 2 ** Math.min(wanted.attempts, 4))
    )
  }

  #dropIfUnwanted(peer: string, wanted: Wanted): void {
    if (wanted.dags.size > 0) return
    wanted.cancelRetry?.()
    this.#wanted.delete(peer)
    const link = this.#links.get(peer)
    if (link === undefined) return
    this.#links.delete(peer)
    link.channel.close()
  }
}

/** Head of a frame and of its items. */
const FRAME_ROOM = 4096
