// Blocks that cannot be judged yet: orphans wait for a parent, held ones for the clock [POS-4]; and the memory of what
// was refused, by full bytes, since a header's id says nothing of the body that came with it. Owned by the machine.
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import { type Block, blockCodec } from '#contracts/statements/block.ts'
import type { Source } from './events.ts'
import { BASE_LIMITS } from './limits.ts'

/** Patience with a block that nobody sends grows to 32 times the first. */
const MAX_DOUBLINGS = 5

export interface Arrival {
  readonly id: BlockId
  readonly block: Block
  readonly from: Source
}

interface Missing {
  readonly children: Arrival[]
  readonly sources: Source[]
  nextAskMs: number
  asked: number
}

export class WaitingBlocks {
  /** By the id of the parent that is not here. */
  readonly #missing = new Map<BlockId, Missing>()
  readonly #orphans = new Map<BlockId, Arrival>()
  readonly #held = new Map<BlockId, Arrival>()
  /** Encoded sizes of the orphans and held blocks, and their sum. */
  readonly #sizes = new Map<BlockId, number>()
  #bytes = 0
  readonly #refused = new Map<BlockId, Set<Hash>>()
  readonly #retryMs: number

  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  has(id: BlockId): boolean {
    return this.#orphans.has(id) || this.#held.has(id)
  }

  /** True if a waiting block names this one as its parent, or it was asked for. */
  isWanted(id: BlockId): boolean {
    return this.#missing.has(id)
  }

  addOrphan(arrival: Arrival, nowMs: number): void {
    this.#orphans.set(arrival.id, arrival)
    this.#missingOf(arrival.block.header.parent, arrival.from, nowMs).children.push(arrival)
    this.#weigh(arrival)
    while (
      this.#orphans.size > BASE_LIMITS.orphans ||
      (this.#bytes > BASE_LIMITS.waitingBytes && this.#orphans.size > 0)
    )
      this.#evictHighest()
  }

  /** Asks for a block that no waiting block names: the target of a certificate. */
  want(id: BlockId, from: Source, nowMs: number): void {
    if (!this.#missing.has(id) && this.#missing.size >= BASE_LIMITS.orphans) return
    this.#missingOf(id, from, nowMs)
  }

  /** Another sender that has a block somebody waits for. */
  addSource(id: BlockId, from: Source): void {
    const missing = this.#missing.get(id)
    if (missing !== undefined) noteSource(missing, from)
  }

  /** The orphans of a block that is here now, or never will be. */
  take(parent: BlockId): readonly Arrival[] {
    const children = this.#missing.get(parent)?.children ?? []
    this.#missing.delete(parent)
    for (const { id } of children) this.#forgetOrphan(id)
    return children
  }

  /** Blocks to ask for now, each of the next of those who named it, the first asker's choice first. */
  due(nowMs: number): readonly { readonly id: BlockId; readonly from: Source }[] {
    const asks: { id: BlockId; from: Source }[] = []
    for (const [id, missing] of this.#missing) {
      if (this.#orphans.has(id) || this.#held.has(id) || missing.nextAskMs > nowMs) continue
      const { sources, asked } = missing
      if (asked >= BASE_LIMITS.asksPerMissing) {
        this.take(id)
        continue
      }
      asks.push({ id, from: sources[asked % sources.length] ?? null })
      missing.asked++
      missing.nextAskMs = nowMs + this.#retryMs * 2 ** Math.min(asked, MAX_DOUBLINGS)
    }
    return asks
  }

  hold(arrival: Arrival): void {
    if (this.#held.size >= BASE_LIMITS.held || this.#bytes >= BASE_LIMITS.waitingBytes) return
    this.#held.set(arrival.id, arrival)
    this.#weigh(arrival)
  }

  /** Held blocks whose time has come, earliest first. */
  release(nowMs: number): readonly Arrival[] {
    const ready = [...this.#held.values()].filter(({ block }) => block.header.timeMs <= nowMs)
    for (const { id } of ready) {
      this.#held.delete(id)
      this.#unweigh(id)
    }
    return ready.sort((a, b) => a.block.header.timeMs - b.block.header.timeMs)
  }

  /** When `release` or `due` next have something, or infinity. */
  nextMs(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { block } of this.#held.values()) next = Math.min(next, block.header.timeMs)
    for (const [id, { nextAskMs }] of this.#missing) if (!this.#orphans.has(id)) next = Math.min(next, nextAskMs)
    return next
  }

  refuse(arrival: Arrival): void {
    const bodies = this.#refused.get(arrival.id) ?? new Set()
    if (bodies.size < BASE_LIMITS.refusedBodies) bodies.add(bodyHash(arrival.block))
    this.#refused.set(arrival.id, bodies)
    const oldest = this.#refused.keys().next()
    if (this.#refused.size > BASE_LIMITS.refusedIds && oldest.done !== true) this.#refused.delete(oldest.value)
  }

  isRefused(arrival: Arrival): boolean {
    const bodies = this.#refused.get(arrival.id)
    return bodies !== undefined && (bodies.size >= BASE_LIMITS.refusedBodies || bodies.has(bodyHash(arrival.block)))
  }

  /** Forgets what is not above the final block, and what nobody names any more. */
  prune(finalHeight: number): void {
    for (const [parent, missing] of this.#missing) {
      const kept = missing.children.filter(({ block }) => block.header.height > finalHeight)
      for (const arrival of missing.children) if (!kept.includes(arrival)) this.#forgetOrphan(arrival.id)
      if (kept.length === 0 && missing.children.length > 0) this.#missing.delete(parent)
      else missing.children.splice(0, missing.children.length, ...kept)
    }
  }

  #missingOf(id: BlockId, from: Source, nowMs: number): Missing {
    let missing = this.#missing.get(id)
    if (missing === undefined) {
      missing = { children: [], sources: [], nextAskMs: nowMs, asked: 0 }
      this.#missing.set(id, missing)
    }
    noteSource(missing, from)
    return missing
  }

  #weigh({ id, block }: Arrival): void {
    const { length } = encode(blockCodec, block)
    this.#sizes.set(id, length)
    this.#bytes += length
  }

  #unweigh(id: BlockId): void {
    this.#bytes -= this.#sizes.get(id) ?? 0
    this.#sizes.delete(id)
  }

  #forgetOrphan(id: BlockId): void {
    this.#orphans.delete(id)
    this.#unweigh(id)
  }

  #evictHighest(): void {
    let highest: Arrival | undefined
    for (const orphan of this.#orphans.values()) {
      if (highest === undefined || orphan.block.header.height > highest.block.header.height) highest = orphan
    }
    if (highest === undefined) return
    this.#forgetOrphan(highest.id)
    const parent = highest.block.header.parent
    const missing = this.#missing.get(parent)
    missing?.children.splice(missing.children.indexOf(highest), 1)
    if (missing?.children.length === 0) this.#missing.delete(parent)
  }
}

function noteSource({ sources }: Missing, from: Source): void {
  if (from === null || sources.includes(from) || sources.length >= BASE_LIMITS.sourcesPerMissing) return
  sources.push(from)
}

function bodyHash(block: Block): Hash {
  return hashHex('block-bytes', encode(blockCodec, block))
}
