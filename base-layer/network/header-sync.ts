// Catching up from far behind: what is final is learned first, by the rules of a light client, then the headers
// that lead there, then the bodies, from several peers at once [FIN-5, FIN-10]. A header counts only under a
// proven final one, so no peer makes this node fetch or execute what is not of the chain. Progress is what the
// chain has stored: a run that was cut off goes on from there.
import type { BlockId } from '#contracts/primitives/ids.ts'
import { blockIdOf, type BlockHeader } from '#contracts/statements/block.ts'
import { decode } from '#contracts/codec/codec.ts'
import type { Chain } from '../chain/chain.ts'
import { type LightClient, positionOf, stepLightClient, updateCodec } from '../light/light-client.ts'
import { UPDATE_BYTES } from '../light/limits.ts'
import type { Logger } from '../runtime/logger.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Asker } from './asker.ts'
import { readBlock } from './block-intake.ts'
import { type Arrived, BodyQueue } from './body-queue.ts'
import type { Intake } from './intake.ts'
import { SYNC_LIMITS } from './limits.ts'
import type { Questions } from './questions.ts'

export interface HeaderSyncParts {
  readonly chain: Chain
  readonly store: Pick<ChainStore, 'hasBlock'>
  readonly intake: Pick<Intake, 'verifyBlock' | 'executeBlock'>
  readonly asker: Asker
  readonly questions: Questions
  readonly logger: Logger
  readonly isStopped: () => boolean
}

/** Why an update does not lead on that no honest peer makes. */
const FORGED: ReadonlySet<string> = new Set(['E_PROOF_MALFORMED', 'E_FINALITY_CERTIFICATE'])

/** A final block on the way, proven by certificates. */
interface Milestone {
  readonly id: BlockId
  readonly height: number
}

export class HeaderSync {
  readonly #parts: HeaderSyncParts

  constructor(parts: HeaderSyncParts) {
    this.#parts = parts
  }

  /**
   * Follows what `peer` proves to be final, as far as it and others
   * bring it. True: the node is level with that proof.
   */
  async run(peer: string): Promise<boolean> {
    const { chain, asker, questions, isStopped } = this.#parts
    let client = clientOf(chain)
    while (client !== undefined && !isStopped()) {
      const bytes = await asker.ask(peer, questions.update, positionOf(client))
      if (bytes === undefined || bytes === null) return false
      const step = stepLightClient(client, bytes)
      if (!step.ok) {
        // What we do not trust, or know to be newer, is nobody's fault; a forged certificate is.
        if (FORGED.has(step.code)) asker.drop(peer, `update: ${step.code}`)
        return false
      }
      const after = client.head.header.height
      for (const milestone of milestonesIn(bytes)) {
        if (milestone.height > after && !(await this.#reach(milestone, peer))) return false
      }
      this.#feedCertificates(bytes)
      if (step.value.client.head.header.height === after) return true
      client = step.value.client
    }
    return false
  }

  /** The chain up to a proven final block: headers from `peer`, in one piece, then bodies from everyone. */
  async #reach(milestone: Milestone, peer: string): Promise<boolean> {
    const { chain, asker, store } = this.#parts
    if (milestone.height <= chain.final.height) return true
    const from = chain.final.height + 1
    const ids = await this.#headers(from, milestone, peer)
    if (ids === 'false') asker.drop(peer, 'headers that do not lead to what it proved final')
    if (ids === 'none' || ids === 'false') return false
    const known = ids.findIndex(id => !store.hasBlock(id))
    if (known === -1) return true
    return this.#bodies(new BodyQueue(from + known, ids.slice(known)), peer)
  }

  /**
   * Ids from a height to the milestone, each the parent of the next;
   * none if they do not come, false if they do not fit.
   */
  async #headers(
    from: number,
    { id, height }: Milestone,
    peer: string
  ): Promise<readonly BlockId[] | 'none' | 'false'> {
    const { chain, asker, questions, isStopped } = this.#parts
    const ids: BlockId[] = []
    let parent = chain.final.id
    if (height - from >= SYNC_LIMITS.headersAhead) return 'none'
    while (from + ids.length <= height && !isStopped()) {
      const next = from + ids.length
      const count = Math.min(SYNC_LIMITS.headers, height - next + 1)
      const headers = await asker.ask(peer, questions.headers, { from: next, count })
      if (headers === undefined || headers.length === 0) return 'none'
      if (headers.length > count) return 'false'
      for (const { header } of headers) {
        if (!follows(header, parent, from + ids.length)) return 'false'
        parent = blockIdOf(header)
        ids.push(parent)
      }
    }
    if (isStopped()) return 'none'
    return ids.at(-1) === id ? ids : 'false'
  }

  async #bodies(queue: BodyQueue, peer: string): Promise<boolean> {
    const { asker } = this.#parts
    const others = asker.host.peers().filter(one => one !== peer)
    const helpers = [peer, ...others.sort(() => Math.random() - 0.5)].slice(0, SYNC_LIMITS.bodyPeers)
    for (const _ of helpers) queue.enter()
    const working = helpers.map(one => this.#bring(queue, one).finally(() => queue.leave()))
    const isWhole = await this.#execute(queue)
    queue.close()
    await Promise.all(working)
    return isWhole
  }

  /** One peer's part: ranges of bodies, until all are there or it fails. */
  async #bring(queue: BodyQueue, peer: string): Promise<void> {
    const { asker, questions, isStopped } = this.#parts
    while (!queue.isOver && !isStopped()) {
      const range = queue.claim()
      if (range === undefined) {
        await queue.changed()
        continue
      }
      const bodies = await asker.ask(peer, questions.bodies, range)
      let brought = 0
      for (const bytes of bodies ?? []) {
        const height = range.from + brought
        const block = brought < range.count ? readBlock(bytes) : undefined
        if (block === undefined || blockIdOf(block.header) !== queue.idAt(height)) {
          asker.drop(peer, 'another body than the one asked for')
          queue.release({ from: height, count: range.count - brought })
          return
        }
        queue.put(height, { block, from: peer })
        brought += 1
      }
      queue.release({ from: range.from + brought, count: range.count - brought })
      // It has none of them, or does not answer: others may.
      if (brought === 0) return
    }
  }

  /** In order; the signatures of the next block are checked by other threads while one is executed. */
  async #execute(queue: BodyQueue): Promise<boolean> {
    const { intake } = this.#parts
    let waiting: (Arrived & { readonly verified: Promise<boolean> }) | undefined
    for (;;) {
      const arrived = await queue.next()
      const next = arrived === undefined ? undefined : { ...arrived, verified: intake.verifyBlock(arrived.block) }
      if (waiting !== undefined && !(await this.#executeOne(waiting))) return false
      if (next === undefined) return queue.isDone
      waiting = next
    }
  }

  async #executeOne({ block, from, verified }: Arrived & { readonly verified: Promise<boolean> }): Promise<boolean> {
    const { intake, store, logger, isStopped } = this.#parts
    if (isStopped() || !(await verified)) return false
    intake.executeBlock(block, from)
    const id = blockIdOf(block.header)
    if (store.hasBlock(id)) return true
    logger.error({ id, height: block.header.height }, 'a block that is proven final is not valid here')
    return false
  }

  /** The last blocks become final here by what proved them so. */
  #feedCertificates(bytes: Uint8Array): void {
    const { chain } = this.#parts
    const decoded = decode(updateCodec, bytes, UPDATE_BYTES)
    if (!decoded.ok) return
    const { handovers, certificates } = decoded.value
    for (const certificate of [...handovers.flatMap(one => one.certificates), ...(certificates ?? [])]) {
      chain.feed({ kind: 'certificate', certificate, from: null, nowMs: chain.nowMs() })
    }
  }
}

/** This node as a light client of its own final block; undefined if its state does not hold the table. */
function clientOf({ final, anchor }: Chain): LightClient | undefined {
  const { genesis, document, parameters } = final.chain
  const table = final.tableOf(anchor.period)
  if (table === undefined) return undefined
  return {
    network: { genesis, genesisTimeMs: document.genesisTimeMs, parameters },
    head: { id: final.id, header: final.header },
    table,
    root: anchor.root.id
  }
}

/** What a checked update proves final, in order of height. */
function milestonesIn(bytes: Uint8Array): readonly Milestone[] {
  const decoded = decode(updateCodec, bytes, UPDATE_BYTES)
  if (!decoded.ok) return []
  const headers = [...decoded.value.handovers.map(one => one.header), decoded.value.header]
  return headers.map(header => ({ id: blockIdOf(header), height: header.height }))
}

function follows(header: BlockHeader, parent: BlockId, height: number): boolean {
  return header.parent === parent && header.height === height
}
