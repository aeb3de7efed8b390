// Blocks and headers as they arrive: relayed, held, kept as orphans, refused, or put into the tree with everything they
// carry. Only valid blocks enter, each executed once. Part of the machine, which owns what this changes.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { type Block, blockIdOf } from '#contracts/statements/block.ts'
import type { FinalityPoint } from '#contracts/statements/vote.ts'
import type { AcknowledgementPool } from './acknowledgements.ts'
import type { BlockTree, TreeNode } from './block-tree.ts'
import type { BaseEffect, BaseEvent, Source } from './events.ts'
import type { FinalBlocks } from './final-blocks.ts'
import type { Finality } from './finality.ts'
import { tipWeight } from './fork-choice.ts'
import { BASE_LIMITS } from './limits.ts'
import type { SlotProposals } from './slot-proposals.ts'
import type { ChainView, Transition } from './transition.ts'
import type { Arrival, WaitingBlocks } from './waiting-blocks.ts'

/** What the machine's parts share. */
export interface BlockDeskParts<State extends ChainView> {
  readonly parameters: Parameters
  readonly transition: Transition<State>
  readonly tree: BlockTree<State>
  readonly finality: Finality<State>
  readonly finalBlocks: FinalBlocks
  readonly acknowledgements: AcknowledgementPool<State>
  readonly proposals: SlotProposals
  readonly waiting: WaitingBlocks
  /** Told of every valid block that is new, with its parent's slot. */
  readonly onBlock: (block: Block, parentSlot: number) => void
  /** Counts what the certificates of a new block make countable. */
  readonly advance: () => void
  /** Takes the certificates of a valid block, known since `knownMs`. */
  readonly takeProven: (block: Block, knownMs: number) => void
  /** Takes those certificates of a block that was not executed whose targets are wanted. */
  readonly takeUnproven: (block: Block, isWanted: (target: FinalityPoint) => boolean) => void
  readonly emit: (effect: BaseEffect<State>) => void
}

/** The present, as the machine sees it. */
export interface Present<State extends ChainView> {
  readonly nowMs: number
  readonly head: TreeNode<State>
  /** False while stored blocks are being given back. */
  readonly isStarted: boolean
}

export class BlockDesk<State extends ChainView> {
  readonly #parts: BlockDeskParts<State>
  /** The state that came with our own proposal: what comes back signed is not executed again. */
  #built: { readonly id: BlockId; readonly state: State } | undefined
  /** Newest blocks beside the final chain: what a certificate above them may name. */
  #dead: readonly BlockId[] = []

  constructor(parts: BlockDeskParts<State>) {
    this.#parts = parts
  }

  noteBuilt(id: BlockId, state: State): void {
    this.#built = { id, state }
  }

  /** A header alone: whether to relay it, before anything is checked that costs [GSP-1, POS-4]. */
  takeHeader({ header, from }: Extract<BaseEvent, { kind: 'header' }>, present: Present<State>): void {
    const { parameters, proposals, tree, waiting, emit } = this.#parts
    const { slot, timeMs, height, proposer } = header.header
    const id = blockIdOf(header.header)
    const isNear =
      Math.abs(slot - Math.floor(present.nowMs / parameters.slotMs)) <= BASE_LIMITS.acknowledgementSlots &&
      timeMs <= present.nowMs + parameters.slotMs &&
      height > tree.root.height
    const table = isNear ? present.head.state.tableAt(height) : undefined
    if (table === undefined) return emit({ kind: 'gossip', verdict: 'ignore' })
    // Another branch may have another table, and whoever relays what is good there is honest.
    if (!table.byPeer.has(proposer)) return emit({ kind: 'gossip', verdict: 'ignore' })
    this.#noteProposal(id, header)
    const isWorth = proposals.isWorthRelaying(id, header.header, table)
    emit({ kind: 'gossip', verdict: isWorth ? 'relay' : 'ignore' })
    waiting.addSource(id, from)
  }

  /** Takes blocks and all that waited for them. `knownMs`: when the certificates in them count as known [FIN-3]. */
  takeBlocks(arrivals: readonly Arrival[], knownMs: number, present: Present<State>): void {
    const queue = [...arrivals]
    for (let arrival = queue.shift(); arrival !== undefined; arrival = queue.shift()) {
      queue.push(...this.#takeBlock(arrival, knownMs, present))
    }
  }

  /** Returns the orphans that this block sets free. */
  #takeBlock(arrival: Arrival, knownMs: number, present: Present<State>): readonly Arrival[] {
    const { parameters, tree, finalBlocks, waiting } = this.#parts
    const {
      id,
      block: { header }
    } = arrival
    if (tree.get(id) !== undefined || waiting.has(id)) return []
    if (header.height <= tree.root.height) {
      // Either an old final block or one beside the final chain: then nothing above it can ever count.
      const final = finalBlocks.idAt(header.height)
      if (final !== undefined && final !== id) this.#bury(arrival)
      return []
    }
    if (present.isStarted && header.timeMs > present.nowMs) {
      const isSoon = header.timeMs <= present.nowMs + BASE_LIMITS.heldSlots * parameters.slotMs
      if (isSoon && present.head.state.isPeer(header.proposer)) waiting.hold(arrival)
      return []
    }
    const parent = tree.get(header.parent)
    if (parent === undefined) {
      this.#takeOrphan(arrival, present)
      return []
    }
    if (this.#isSurplusTwin(arrival) || waiting.isRefused(arrival)) return []
    return this.#insert(arrival, parent, knownMs, present) ? waiting.take(id) : []
  }

  #takeOrphan(arrival: Arrival, { head, nowMs }: Present<State>): void {
    const { tree, waiting, emit } = this.#parts
    const {
      from,
      block: {
        header: { height, parent, proposer }
      }
    } = arrival
    // A block on top of the final height whose parent is not the final block stands
    // beside the final chain, and so does what follows it.
    if (height === tree.root.height + 1 || this.#dead.includes(parent)) return this.#bury(arrival)
    if (height > head.height + BASE_LIMITS.orphanReach) return emit({ kind: 'behind', height, from })
    // Anyone can sign a block that stands on nothing; what a
    // stranger's would need is fetched as a range, parents first.
    if (head.state.isPeer(proposer)) waiting.addOrphan(arrival, nowMs)
  }

  #insert(arrival: Arrival, parent: TreeNode<State>, knownMs: number, present: Present<State>): boolean {
    const { transition, tree, acknowledgements, waiting, onBlock, takeProven, advance, emit } = this.#parts
    const { id, block, from } = arrival
    const applied =
      this.#built?.id === id ? { ok: true as const, value: this.#built.state } : transition.apply(parent.state, block)
    if (!applied.ok) {
      waiting.refuse(arrival)
      emit({ kind: 'penalise', signer: block.header.proposer, from, code: applied.code })
      return false
    }
    this.#makeRoom(parent, present)
    const node = tree.add(parent, block, applied.value)
    if (present.isStarted) emit({ kind: 'store', block, id })
    this.#noteProposal(id, block)
    onBlock(block, parent.slot)
    for (const evidence of acknowledgements.onBlock(node)) emit({ kind: 'evidence', evidence })
    takeProven(block, knownMs)
    // Blocks that waited come many at a time, and what the next ones
    // carry may be of a period that these lead to [FIN-2].
    if (block.certificates.length > 0) advance()
    return true
  }

  /** Twins beyond the evidence are not executed, unless the chain goes on from them [POS-5]. */
  #isSurplusTwin({ id, block: { header } }: Arrival): boolean {
    if (this.#parts.waiting.isWanted(id)) return false
    const twins = this.#parts.tree.ofSlot(header.slot).filter(node => node.state.header.proposer === header.proposer)
    return twins.length >= BASE_LIMITS.twins
  }

  /** `parent` is what the next block stands on, which may be the lightest leaf of all. */
  #makeRoom(parent: TreeNode<State>, { head, nowMs }: Present<State>): void {
    const { tree, finality } = this.#parts
    while (tree.size >= BASE_LIMITS.treeBlocks) {
      const justified = finality.newestJustified(nowMs).node
      const may = (leaf: TreeNode<State>): boolean =>
        leaf !== head && leaf !== parent && !tree.descends(justified, leaf)
      if (!tree.evict(may, tipWeight)) return
    }
  }

  /**
   * A block that can never be on the final chain, with all that waits for it: a certificate for one of them, known
   * already or carried by those above it, is a conflict [FIN-5].
   */
  #bury(dead: Arrival): void {
    const { finality, waiting, takeUnproven, emit } = this.#parts
    const queue = [dead]
    for (let arrival = queue.shift(); arrival !== undefined; arrival = queue.shift()) {
      const { id, block } = arrival
      this.#dead = [...this.#dead.filter(one => one !== id), id].slice(-BASE_LIMITS.deadIds)
      takeUnproven(block, target => this.#dead.includes(target.id))
      for (const target of [id, ...block.certificates.map(({ vote }) => vote.target.id)]) {
        const conflict = this.#dead.includes(target) ? finality.onDeadBlock(target) : undefined
        if (conflict !== undefined) emit({ kind: 'conflict', ...conflict })
      }
      queue.push(...waiting.take(id))
    }
  }

  #noteProposal(id: BlockId, { header, signature }: Pick<Block, 'header' | 'signature'>): void {
    const { tree, proposals, emit } = this.#parts
    const evidence = proposals.note(id, { header, signature })
    if (evidence !== undefined) emit({ kind: 'evidence', evidence })
    if (!proposals.isDoubled(header.slot, header.proposer)) return
    for (const node of tree.ofSlot(header.slot)) {
      if (node.state.header.proposer === header.proposer) node.doubled = true
    }
    tree.touch()
  }
}

export function arrivalOf(block: Block, from: Source): Arrival {
  return { id: blockIdOf(block.header), block, from }
}
