// Catching up: asks peers where they stand, takes ranges from whoever is ahead, and fetches single blocks that others
// name. Every failure moves on to another peer; the next status tries again, so a node that missed gossip never stalls.
import type { BlockId } from '#contracts/primitives/ids.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import type { Chain } from '../chain/chain.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Asker } from './asker.ts'
import { readBlock } from './block-intake.ts'
import { HeaderSync } from './header-sync.ts'
import type { Intake } from './intake.ts'
import { SYNC_LIMITS } from './limits.ts'
import type { Questions } from './questions.ts'
import type { Status } from './wire.ts'

export interface SyncParts {
  readonly chain: Chain
  readonly store: ChainStore
  readonly intake: Intake
  readonly asker: Asker
  readonly questions: Questions
  readonly clock: Clock
  readonly logger: Logger
  readonly statusMs: number
}

export class Sync {
  readonly #parts: SyncParts
  readonly #fetching = new Set<BlockId>()
  #cancelTimer: () => void = () => {}
  #stopped = false
  #catchingUp = false
  /** Turns through the peers, so that every one is asked in time. */
  #turn = 0
  /** Peers that claimed to be ahead and had nothing new, and until when others are asked first. */
  readonly #unhelpful = new Map<string, number>()
  #lastStatusMs = Number.NEGATIVE_INFINITY
  #startedMs = 0
  #looked = false

  constructor(parts: SyncParts) {
    this.#parts = parts
  }

  /** Until a first look at the peers nothing is signed: the stored view may be an old one. */
  start(): void {
    this.#startedMs = this.#parts.clock.nowMs()
    this.#parts.chain.setSyncing(true)
    this.#schedule(0)
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTimer()
  }

  /** Asks `from` first, then others, for a block that something names. */
  fetch(id: BlockId, from: string | null): void {
    if (this.#fetching.has(id) || this.#fetching.size >= SYNC_LIMITS.fetches || this.#stopped) return
    this.#fetching.add(id)
    this.#fetchFromAny(id, from)
      .catch((error: unknown) => this.#parts.chain.fail(error))
      .finally(() => this.#fetching.delete(id))
  }

  /** Transactions of a block by place, from the peer that named it. */
  async pieces(peer: string, id: BlockId, places: readonly number[]): Promise<readonly Uint8Array[] | undefined> {
    const { asker, questions } = this.#parts
    const answer = await asker.ask(peer, questions.pieces, { id, places })
    return answer === null || answer?.length !== places.length ? undefined : answer
  }

  /** Takes what a peer has beyond our chain, if nothing of the kind is under way. */
  catchUp(from: string | null): void {
    const peer = from ?? this.#nextPeer()
    if (peer === undefined || this.#catchingUp || this.#stopped) return
    this.#follow(peer).catch((error: unknown) => this.#parts.chain.fail(error))
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return
    this.#cancelTimer = this.#parts.clock.setTimer(delayMs, () => {
      this.#look()
        .catch((error: unknown) => this.#parts.chain.fail(error))
        .finally(() => {
          const soon = this.#looked ? this.#parts.statusMs : Math.min(100, this.#parts.statusMs)
          this.#schedule(soon)
        })
    })
  }

  /** One peer's status. While blocks keep coming there is nothing to ask most of the time. */
  async #look(): Promise<void> {
    const { chain, clock, statusMs } = this.#parts
    const nowMs = clock.nowMs()
    if (!this.#looked && nowMs - this.#startedMs >= SYNC_LIMITS.firstLookMs) this.#endFirstLook()
    const quietMs = chain.nowMs() - chain.head.header.timeMs
    const isFresh = quietMs < statusMs + 2 * chain.head.chain.parameters.slotMs
    await this.#offerOverdue()
    if (this.#looked && isFresh && nowMs - this.#lastStatusMs < SYNC_LIMITS.quietStatusMs) return
    const peer = this.#nextPeer()
    if (peer === undefined) return
    this.#lastStatusMs = nowMs
    const status = await this.#parts.asker.ask(peer, this.#parts.questions.status, {})
    if (status === undefined) return
    if (this.#isAhead(status)) await this.#follow(peer, status.finalHeight)
    this.#endFirstLook()
  }

  /** Gossip sends a message once; who missed it, or was restarted, is handed what still waits [GSP-2]. */
  async #offerOverdue(): Promise<void> {
    const { chain, asker, questions } = this.#parts
    const { overdueHeights, offered, offerBytes } = SYNC_LIMITS
    const overdue = chain.mempool.overdue(overdueHeights, offered, offerBytes / 2)
    const peer = overdue.length === 0 ? undefined : this.#nextPeer()
    if (peer === undefined) return
    await asker.ask(peer, questions.offer, overdue)
  }

  #endFirstLook(): void {
    if (this.#looked) return
    this.#looked = true
    if (!this.#catchingUp) this.#parts.chain.setSyncing(false)
  }

  #isAhead({ headId, headHeight, finalHeight, score }: Status): boolean {
    const { chain, store } = this.#parts
    const isNews = score > chain.head.header.score || headHeight > chain.head.height || finalHeight > chain.final.height
    return isNews && chain.head.id !== headId && !store.hasBlock(headId)
  }

  /**
   * What one peer has: from far behind, first what it proves final [FIN-10]; then ranges until it has no more, or
   * nothing that is new and valid: lies end, whatever they are.
   */
  async #follow(peer: string, finalHeight = 0): Promise<void> {
    if (this.#catchingUp) return
    this.#catchingUp = true
    const { chain, logger } = this.#parts
    const from = chain.head.height
    try {
      if (finalHeight - from > SYNC_LIMITS.headerFirstBlocks) {
        const headers = new HeaderSync({ ...this.#parts, isStopped: () => this.#stopped })
        // Nobody can prove a height that is not there, so a liar keeps this node from signing for one answer at most.
        chain.setSyncing(true)
        await headers.run(peer)
      }
      let after: BlockId | undefined
      do after = await this.#takeRange(peer, after, from)
      while (after !== undefined && !this.#stopped)
    } finally {
      this.#catchingUp = false
      this.#looked = true
      chain.setSyncing(false)
      const gained = chain.head.height - from
      if (gained > SYNC_LIMITS.behindBlocks)
        logger.info({ gained, height: chain.head.height }, 'caught up with the chain')
    }
  }

  /** The last block taken, after which the peer may have more; undefined if there is nothing more to be had from it. */
  async #takeRange(peer: string, after: BlockId | undefined, start: number): Promise<BlockId | undefined> {
    const { chain, store, intake, asker, questions } = this.#parts
    const ids = chain.preferred.locator()
    // Ours from the head down, the final block last: one of them is on the peer's chain, or it is on another.
    const locator = [
      ...(after === undefined ? [] : [after]),
      ...ids.slice(0, SYNC_LIMITS.locatorIds - 2),
      chain.final.id
    ]
    const range = await asker.ask(peer, questions.range, { locator })
    let last: BlockId | undefined
    let gained = 0
    let refused = 0
    for (const bytes of range ?? []) {
      const block = readBlock(bytes)
      if (this.#stopped) break
      if (block === undefined) {
        asker.drop(peer, 'a range with a block whose body is not its own')
        break
      }
      last = blockIdOf(block.header)
      if (store.hasBlock(last)) continue
      await intake.takeBlock(block, peer)
      // Not kept: invalid, on a branch that finality has left, ahead of the clock, or one twin too many.
      if (store.hasBlock(last)) gained += 1
      else if (++refused >= SYNC_LIMITS.refusedPerRange) break
      // The head moves for valid blocks that weigh more, so nobody without shares can silence this node.
      if (chain.head.height - start > SYNC_LIMITS.behindBlocks) chain.setSyncing(true)
    }
    if (gained === 0 && after === undefined) this.#noteUnhelpful(peer)
    return gained > 0 && last !== undefined && store.hasBlock(last) ? last : undefined
  }

  #noteUnhelpful(peer: string): void {
    this.#unhelpful.delete(peer)
    this.#unhelpful.set(peer, this.#parts.clock.nowMs() + SYNC_LIMITS.unhelpfulMs)
    const oldest = this.#unhelpful.keys().next()
    if (this.#unhelpful.size > SYNC_LIMITS.unhelpfulPeers && oldest.done !== true) this.#unhelpful.delete(oldest.value)
  }

  /** Whoever relayed a header may be fetching the body as well: all are asked again after a moment. */
  async #fetchFromAny(id: BlockId, from: string | null): Promise<void> {
    const { asker, store, clock } = this.#parts
    for (let round = 0; round < SYNC_LIMITS.fetchRounds && !this.#stopped; round++) {
      if (round > 0) {
        await new Promise<void>(resolve => {
          clock.setTimer(SYNC_LIMITS.fetchRetryMs, resolve)
        })
      }
      const others = asker.host
        .peers()
        .filter(peer => peer !== from)
        .sort(() => Math.random() - 0.5)
      const peers = from === null ? others : [from, ...others]
      for (const peer of peers.slice(0, SYNC_LIMITS.fetchPeers)) {
        if (this.#stopped || store.hasBlock(id) || (await this.#fetchFrom(peer, id))) return
      }
    }
  }

  async #fetchFrom(peer: string, id: BlockId): Promise<boolean> {
    const { asker, intake, questions } = this.#parts
    const bytes = await asker.ask(peer, questions.block, { id })
    if (bytes === undefined || bytes === null) return false
    const block = readBlock(bytes)
    if (block !== undefined && blockIdOf(block.header) === id) return intake.takeBlock(block, peer)
    asker.drop(peer, 'another block than the one asked for, or none at all')
    return false
  }

  #nextPeer(): string | undefined {
    const all = this.#parts.asker.host.peers()
    const nowMs = this.#parts.clock.nowMs()
    const helpful = all.filter(peer => (this.#unhelpful.get(peer) ?? nowMs) <= nowMs)
    const peers = helpful.length > 0 ? helpful : all
    this.#turn += 1
    return peers[this.#turn % Math.max(1, peers.length)]
  }
}
