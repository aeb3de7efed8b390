// What execution takes from final base state: the final height, the asset's log, slot and tick of a block. Loaded once for
// each advance of finality, so that a commit only waits and never asks [DAG-5].
import type { BaseChain, ChainInfo } from '#base-layer/index.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import { logEntryCodec } from '#contracts/assets/log-item.ts'
import { encode } from '#contracts/codec/codec.ts'
import type { AssetId, Height, Slot, Tick } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'

export interface LogEntryAt {
  readonly height: Height
  /** As consumed by a step. */
  readonly encoded: Uint8Array
}

/** Blocks whose slot and tick are remembered: a few epochs of one asset. */
const BLOCKS_REMEMBERED = 1024

/** One reader of an asset's log: a lane. */
export class FeedCursor {
  readonly asset: AssetId
  readonly #chain: BaseChain
  /** Index of entries[0]. */
  #first: number
  readonly #entries: LogEntryAt[] = []
  #readyTo: Height = -1
  #waiters: { readonly height: Height; readonly resolve: (ready: boolean) => void }[] = []
  #released = false

  constructor(chain: BaseChain, asset: AssetId, logIndex: number) {
    this.#chain = chain
    this.asset = asset
    this.#first = logIndex
  }

  isReady(height: Height): boolean {
    return this.#readyTo >= height
  }

  /** True once everything up to the height is final and loaded; false once released. */
  ready(height: Height): Promise<boolean> {
    if (this.#released) return Promise.resolve(false)
    if (this.isReady(height)) return Promise.resolve(true)
    return new Promise(resolve => {
      this.#waiters.push({ height, resolve })
    })
  }

  /** Log items from an index on, up to a height that is ready. Items below the index are dropped. */
  logFrom(index: number, height: Height): readonly LogEntryAt[] {
    assert(index >= this.#first, 'a log is read forwards')
    this.#entries.splice(0, index - this.#first)
    this.#first = index
    const end = this.#entries.findIndex(entry => entry.height > height)
    return end < 0 ? this.#entries.slice() : this.#entries.slice(0, end)
  }

  /** State read after a tip is at least as new as the tip. */
  async load(height: Height): Promise<void> {
    const { asset } = this
    if (this.#readyTo >= height) return
    const head = await this.#chain.read('logs', { kind: 'head', asset })
    const size = head?.kind === 'head' ? head.frontier.size : 0
    for (let index = this.#first + this.#entries.length; index < size; index++) {
      const entry = await this.#chain.read('logs', { kind: 'entry', asset, index })
      assert(entry?.kind === 'entry', 'a log holds every item below its size')
      const { height: at, item } = entry
      this.#entries.push({ height: at, encoded: encode(logEntryCodec, { height: at, item }) })
    }
    this.#readyTo = height
    this.#waiters = this.#waiters.filter(waiter => {
      const ready = this.isReady(waiter.height)
      if (ready) waiter.resolve(true)
      return !ready
    })
  }

  release(): void {
    this.#released = true
    for (const { resolve } of this.#waiters.splice(0)) resolve(false)
  }
}

export class BaseFeed {
  readonly chain: BaseChain
  readonly info: ChainInfo
  readonly #log: Logger
  readonly #cursors = new Set<FeedCursor>()
  readonly #blocks = new Map<Height, { readonly slot: Slot; readonly tick: Tick }>()
  readonly #listeners = new Set<(final: Height) => void>()
  #final: Height
  #refreshing = false
  #again = false
  #stop: (() => void) | undefined

  private constructor(chain: BaseChain, info: ChainInfo, final: Height, log: Logger) {
    this.chain = chain
    this.info = info
    this.#final = final
    this.#log = log
  }

  static async open(chain: BaseChain, log: Logger): Promise<BaseFeed> {
    const [info, tip] = await Promise.all([chain.info(), chain.tip('final')])
    return new BaseFeed(chain, info, tip.height, log)
  }

  /** Newest final height. */
  get final(): Height {
    return this.#final
  }

  start(): void {
    this.#stop = this.chain.onFinal(() => void this.refresh())
    void this.refresh()
  }

  stop(): void {
    this.#stop?.()
    for (const cursor of this.#cursors) cursor.release()
    this.#listeners.clear()
  }

  /** Called after each advance, when everything tracked is loaded up to it. */
  onAdvance(listener: (final: Height) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Follows the log of an asset from an item on, until `release`. */
  track(asset: AssetId, logIndex: number): FeedCursor {
    const cursor = new FeedCursor(this.chain, asset, logIndex)
    this.#cursors.add(cursor)
    void this.refresh()
    return cursor
  }

  release(cursor: FeedCursor): void {
    this.#cursors.delete(cursor)
    cursor.release()
  }

  /** Slot and tick count of a final block. */
  async moment(height: Height): Promise<{ readonly slot: Slot; readonly tick: Tick }> {
    const known = this.#blocks.get(height)
    if (known !== undefined) return known
    const block = await this.chain.block(height)
    if (block === undefined) throw new Error(`no final block at height ${height}`)
    const moment = { slot: block.slot, tick: block.ticks }
    this.#blocks.set(height, moment)
    if (this.#blocks.size > BLOCKS_REMEMBERED) {
      const oldest = this.#blocks.keys().next().value
      if (oldest !== undefined) this.#blocks.delete(oldest)
    }
    return moment
  }

  /** Loads what is new. One at a time; a call during one runs after it. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#again = true
      return
    }
    this.#refreshing = true
    try {
      do {
        this.#again = false
        const { height } = await this.chain.tip('final')
        await Promise.all([...this.#cursors].map(cursor => cursor.load(height)))
        this.#final = Math.max(this.#final, height)
        for (const listener of this.#listeners) listener(this.#final)
      } while (this.#again)
    } catch (error) {
      this.#log.warn({ err: error }, 'final base state could not be read')
    } finally {
      this.#refreshing = false
    }
  }
}
