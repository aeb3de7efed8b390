// Everyone a replica talks to: members by seat, observers by peer. Ties validators to peers through signed address records,
// reads what they say, checks it off the main thread, and feeds what is good to the consensus machine [COM-3, DAG-3].
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import type { AssetId, DagId, PublicKey, Seat } from '#contracts/primitives/ids.ts'
import type { CheckedDagBlock } from '#contracts/statements/dag-header.ts'
import type { ConsensusEvent } from '../consensus/events.ts'
import type { AddressBook } from '../discovery/address-book.ts'
import { LINK_LIMITS } from '../limits.ts'
import { type DagItem, decodeItem, encodeItem } from '../network/dag-messages.ts'
import type { DagSubscriber, PeerLinks } from '../network/links.ts'
import type { StoredBlock } from '../store/lane-store.ts'
import type { BlockAdmission, BlockCache } from './block-cache.ts'
import type { Certifier } from './certifier.ts'

export interface DagPeersParts {
  readonly asset: AssetId
  readonly dag: DagId
  /** Null: observer. */
  readonly seat: Seat | null
  /** Validators by seat. */
  readonly seats: readonly PublicKey[]
  readonly validator: PublicKey
  /** Our peer id. */
  readonly self: string
  readonly secret: Secret<Uint8Array>
  readonly links: PeerLinks
  readonly book: AddressBook
  readonly clock: Clock
  readonly admission: BlockAdmission
  readonly cache: BlockCache
  readonly certifier: Certifier
  readonly feed: (event: ConsensusEvent) => void
  /** Our newest block. */
  readonly ownBlock: () => CheckedDagBlock | undefined
  readonly nowMs: () => number
}

export class DagPeers implements DagSubscriber {
  readonly #parts: DagPeersParts
  /** Peers with a link on which this dag is spoken. */
  readonly #linked = new Set<string>()
  /** First seat of the validator that a peer has proved to be. */
  readonly #seatOf = new Map<string, Seat>()
  readonly #peerOf = new Map<Seat, string>()
  /** Introductions heard from linked peers. */
  readonly #hellos = new Map<string, number>()
  #unsubscribe: (() => void) | undefined
  #cancelSearch: (() => void) | undefined
  #stopped = false

  constructor(parts: DagPeersParts) {
    this.#parts = parts
  }

  /** Seats of other validators with a link now. */
  get linkedSeats(): number {
    let count = 0
    for (const peer of this.#peerOf.values()) if (peer !== this.#parts.self && this.#linked.has(peer)) count += 1
    return count
  }

  start(): void {
    const { links, dag, seat, validator, seats, self } = this.#parts
    this.#unsubscribe = links.subscribe(dag, this)
    // A validator with two seats writes as two, which hear each other like anyone else.
    if (seat !== null && seats.filter(key => key === validator).length > 1) this.#bind(validator, self)
    void this.#search()
  }

  stop(): void {
    this.#stopped = true
    this.#cancelSearch?.()
    this.#unsubscribe?.()
    this.#linked.clear()
  }

  tell(seat: Seat, item: DagItem): void {
    const peer = this.#peerOf.get(seat)
    if (peer !== undefined) this.#parts.links.send(this.#parts.dag, peer, encodeItem(item))
  }

  tellMembers(item: DagItem): void {
    const encoded = encodeItem(item)
    for (const peer of new Set(this.#peerOf.values())) this.#parts.links.send(this.#parts.dag, peer, encoded)
  }

  tellAll(item: DagItem): void {
    if (this.#linked.size === 0) return
    const encoded = encodeItem(item)
    for (const peer of this.#linked) this.#parts.links.send(this.#parts.dag, peer, encoded)
  }

  linked(peer: string): void {
    const { seat, asset, validator, secret, book, cache, certifier, ownBlock, links, dag } = this.#parts
    this.#linked.add(peer)
    if (seat === null) return
    const address = book.sign(asset, validator, secret)
    if (address !== undefined) links.send(dag, peer, encodeItem({ kind: 'hello', address }))
    const own = ownBlock()
    if (own !== undefined) {
      links.send(dag, peer, encodeItem({ kind: 'block', header: cache.encodedHeader(own), body: own.body }))
    }
    const statements = certifier.ownStatements()
    if (statements.length > 0) links.send(dag, peer, encodeItem({ kind: 'statements', statements }))
  }

  unlinked(peer: string): void {
    this.#linked.delete(peer)
    this.#hellos.delete(peer)
  }

  /** Throws on bytes that are no item: the link is closed. What is decodable and wrong is passed over. */
  async receive(peer: string, items: readonly Uint8Array[]): Promise<void> {
    this.#linked.add(peer)
    let questions = 0
    for (const encoded of items) {
      const item = decodeItem(encoded)
      if (!item.ok) throw new Error(`not an item: ${item.code}`)
      if (item.value.kind === 'fetch' || item.value.kind === 'fetch-rounds') questions += 1
      if (questions > LINK_LIMITS.questionsPerFrame) return
      await this.#hear(peer, item.value)
      if (this.#stopped) return
    }
  }

  async #hear(peer: string, item: DagItem): Promise<void> {
    const { cache, certifier } = this.#parts
    switch (item.kind) {
      case 'hello':
        return this.#introduced(peer, item.address)
      case 'block':
        return this.#blocks(peer, [item])
      case 'blocks':
        return this.#blocks(peer, item.blocks)
      case 'headers':
        return this.#headers(peer, item.headers)
      case 'fetch':
        return this.#answer(peer, cache.find(item.refs))
      case 'fetch-rounds':
        return this.#answer(peer, cache.fromRound(item.from))
      case 'statements':
        // A bad signature costs the slow path: only members may make us pay it.
        return this.#seatOf.has(peer) ? certifier.receive(item.statements) : undefined
    }
  }

  #introduced(peer: string, address: Uint8Array): void {
    const { book, asset, seats } = this.#parts
    const heard = (this.#hellos.get(peer) ?? 0) + 1
    if (heard > LINK_LIMITS.hellos) return
    this.#hellos.set(peer, heard)
    const learnt = book.learn(address)
    if (learnt === undefined || learnt.peer !== peer || learnt.address.asset !== asset) return
    if (seats.includes(learnt.address.validator)) this.#bind(learnt.address.validator, peer)
  }

  #bind(validator: PublicKey, peer: string): void {
    this.#parts.seats.forEach((key, seat) => {
      if (key !== validator) return
      const before = this.#peerOf.get(seat)
      if (before !== undefined && before !== peer) this.#seatOf.delete(before)
      this.#peerOf.set(seat, peer)
      if (!this.#seatOf.has(peer)) this.#seatOf.set(peer, seat)
    })
  }

  async #blocks(peer: string, blocks: readonly StoredBlock[]): Promise<void> {
    const { admission, cache, feed, nowMs } = this.#parts
    const from = this.#seatOf.get(peer)
    if (from === undefined) return
    for (const { header, body } of blocks) {
      const read = admission.read(header)
      if (!read.ok || cache.has(read.value.digest)) continue
      const block = await admission.block(read.value, body).catch(() => undefined)
      if (block === undefined || !block.ok) continue
      if (this.#stopped) return
      cache.prepare(block.value)
      feed({ kind: 'block', block: block.value, from, nowMs: nowMs() })
    }
  }

  async #headers(peer: string, headers: readonly Uint8Array[]): Promise<void> {
    const { admission, feed, nowMs } = this.#parts
    const from = this.#seatOf.get(peer)
    if (from === undefined) return
    for (const encoded of headers) {
      const read = admission.read(encoded)
      if (!read.ok) continue
      const header = await admission.header(read.value).catch(() => undefined)
      if (header === undefined || !header.ok) continue
      if (this.#stopped) return
      feed({ kind: 'header', header: header.value, from, nowMs: nowMs() })
    }
  }

  #answer(peer: string, blocks: readonly StoredBlock[]): void {
    if (blocks.length === 0) return
    this.#parts.links.send(this.#parts.dag, peer, encodeItem({ kind: 'blocks', blocks }))
  }

  /** Finds the members that are not linked, again and again: addresses change and the DHT is slow. */
  async #search(): Promise<void> {
    const { seat, seats, validator, book, asset, links, dag, clock } = this.#parts
    await Promise.all(
      [...new Set(seats)].map(async member => {
        if (member === validator) return
        const bound = this.#peerOf.get(seats.indexOf(member))
        if (bound !== undefined && links.isLinked(bound)) {
          if (!this.#linked.has(bound)) links.want(dag, bound, [], seat !== null)
          return
        }
        if (bound !== undefined) book.doubt(asset, member)
        // Whom another dag has linked already need not be looked for: an epoch begins without the DHT.
        const remembered = book.peek(asset, member)
        const isHere = remembered !== undefined && links.isLinked(remembered.peer)
        const found = isHere ? remembered : await book.find(asset, member).catch(() => undefined)
        if (found === undefined || this.#stopped) return
        this.#bind(member, found.peer)
        links.want(dag, found.peer, found.addresses, seat !== null)
      })
    )
    if (this.#stopped) return
    const complete = this.linkedSeats >= seats.filter(key => key !== validator).length
    this.#cancelSearch = clock.setTimer(
      complete ? LINK_LIMITS.retryMostMs : LINK_LIMITS.retryMs,
      () => void this.#search()
    )
  }
}
