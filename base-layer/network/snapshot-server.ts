// Offers the state of one recent final block in chunks, so that a late joiner need not replay
// the chain [FIN-5]. States are persistent trees, so holding one costs what changed since;
// chunks are made as they are asked for and kept within bounds.
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { Chain } from '../chain/chain.ts'
import { PROOF_BYTES, proofCodec } from '../chain/finalise.ts'
import { decode } from '#contracts/codec/codec.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ChainState } from '../state/chain-state.ts'
import { exportAnchor, exportState } from '../state/persistence.ts'
import type { StoredEntry } from '../state/trees/section-trees.ts'
import { SECTION_NAMES } from '../state/trees/sections.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { SYNC_LIMITS } from './limits.ts'
import type { SnapshotHead } from './wire.ts'

export interface StoredLeaf {
  readonly section: number
  readonly key: Uint8Array
  readonly value: Uint8Array
}

interface Offered {
  readonly id: BlockId
  readonly head: SnapshotHead
  readonly chunks: ChunkList
  readonly untilMs: number
}

export class SnapshotServer {
  readonly #chain: Pick<Chain, 'final' | 'anchor'>
  readonly #store: Pick<ChainStore, 'meta' | 'blockBytes'>
  readonly #clock: Clock
  #offered: Offered | undefined

  constructor(chain: Pick<Chain, 'final' | 'anchor'>, store: Pick<ChainStore, 'meta' | 'blockBytes'>, clock: Clock) {
    this.#chain = chain
    this.#store = store
    this.#clock = clock
  }

  /** The state that is offered now: a new one after a while, and when its period's table no longer is the newest. */
  head(): SnapshotHead | null {
    const offered = this.#offered
    const period = this.#chain.anchor.period
    const isFresh = offered !== undefined && offered.untilMs > this.#clock.nowMs()
    if (isFresh && offered.head.certificates[0]?.vote.period === period) return offered.head
    return this.#offer(this.#chain.final)
  }

  chunk(id: BlockId, index: number): readonly StoredLeaf[] | null {
    return this.#offered?.id === id ? (this.#offered.chunks.at(index) ?? null) : null
  }

  #offer(state: ChainState): SnapshotHead | null {
    const block = this.#store.blockBytes(state.id)
    const certificates = decode(proofCodec, this.#store.meta('proof') ?? new Uint8Array(), PROOF_BYTES)
    // At genesis nothing is proven, and nothing needs to be.
    if (block === undefined || !certificates.ok || certificates.value[0]?.vote.target.id !== state.id) return null
    const chunks = new ChunkList(state)
    if (chunks.count > SYNC_LIMITS.snapshotChunks) return null
    const head: SnapshotHead = {
      block,
      state: exportAnchor(state),
      certificates: certificates.value,
      chunks: chunks.count
    }
    const untilMs = this.#clock.nowMs() + SYNC_LIMITS.snapshotMs
    this.#offered = { id: state.id, head, chunks, untilMs }
    return head
  }
}

/** Leaves of a state in order of section and path, cut by number and bytes: the same chunks on every node. */
class ChunkList {
  readonly #state: ChainState
  /** Places in the order of leaves at which chunks begin. */
  readonly #starts: number[] = [0]
  readonly #kept = new Map<number, readonly StoredLeaf[]>()
  #keptBytes = 0

  constructor(state: ChainState) {
    this.#state = state
    let place = 0
    let start = 0
    let bytes = 0
    for (const { key, value } of exportState(state)) {
      const size = key.length + (value?.length ?? 0)
      if (
        place > start &&
        (place - start >= SYNC_LIMITS.snapshotLeaves || bytes + size > SYNC_LIMITS.snapshotChunkBytes)
      ) {
        this.#starts.push(place)
        start = place
        bytes = 0
      }
      bytes += size
      place += 1
    }
    this.#starts.push(place)
  }

  get count(): number {
    return this.#starts.length - 1
  }

  at(index: number): readonly StoredLeaf[] | undefined {
    if (index >= this.count) return undefined
    if (!this.#kept.has(index)) this.#fill(index)
    return this.#kept.get(index)
  }

  /** One walk through the state makes as many chunks from this one on as may be kept: they are asked for in order. */
  #fill(from: number): void {
    this.#kept.clear()
    this.#keptBytes = 0
    let index = from
    let chunk: StoredLeaf[] = []
    let place = 0
    const first = this.#starts[from] ?? 0
    for (const entry of exportState(this.#state)) {
      if (place++ < first) continue
      chunk.push(leafOf(entry))
      if (place !== this.#starts[index + 1]) continue
      this.#kept.set(index, chunk)
      this.#keptBytes += chunk.reduce((sum, one) => sum + one.key.length + one.value.length, 0)
      if (this.#keptBytes >= SYNC_LIMITS.snapshotKeptBytes) return
      chunk = []
      index += 1
    }
  }
}

function leafOf({ section, key, value }: StoredEntry): StoredLeaf {
  return { section: SECTION_NAMES.indexOf(section), key, value: value ?? new Uint8Array() }
}
