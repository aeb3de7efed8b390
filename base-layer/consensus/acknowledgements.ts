// Live acknowledgements [POS-5, POS-6, POS-7]: one per peer and slot, counted for the block they name once that is
// known and the digest is right. Two for different blocks are evidence and neither counts. Owned by the machine.
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { deriveDigest, derivePieceAt, type SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import type { RecordedAcknowledgement } from '#contracts/statements/block.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import { deriveLink, type PeriodTable, ticketsOf } from '#contracts/statements/period-table.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import type { BlockTree, TreeNode } from './block-tree.ts'
import { BASE_LIMITS } from './limits.ts'
import type { ChainView } from './transition.ts'

export type AcknowledgementOutcome =
  | { readonly kind: 'counted' | 'waiting' | 'known' | 'stranger' }
  /** Wrong slot or wrong digest: counts for nothing, and the signer is to blame. */
  | { readonly kind: 'worthless'; readonly code: 'E_ACK_SLOT' | 'E_ACK_DIGEST' }
  | { readonly kind: 'doubled'; readonly evidence: Evidence }

interface Entry {
  readonly first: SignedAcknowledgement
  doubled: boolean
}

export class AcknowledgementPool<State extends ChainView> {
  readonly #tree: BlockTree<State>
  readonly #linkBits: number
  readonly #pieceOf: (height: number) => Uint8Array | undefined
  readonly #bySlot = new Map<number, Map<PublicKey, Entry>>()
  readonly #waiting = new Map<BlockId, SignedAcknowledgement[]>()
  #waitingCount = 0

  /** `finalBlockBytes` gives the encoded final block at a height, undefined where this node does not hold it. */
  constructor(tree: BlockTree<State>, linkBits: number, finalBlockBytes: (height: number) => Uint8Array | undefined) {
    this.#tree = tree
    this.#linkBits = linkBits
    this.#pieceOf = finalBlockBytes
  }

  /** Counts an acknowledgement whose signature and slot window are checked. */
  add(signed: SignedAcknowledgement): AcknowledgementOutcome {
    const {
      acknowledgement: { slot, block },
      peer
    } = signed
    const entries = this.#entriesOf(slot)
    const entry = entries.get(peer)
    if (entry !== undefined) {
      if (entry.doubled || entry.first.acknowledgement.block === block) return { kind: 'known' }
      entry.doubled = true
      this.#uncount(entry.first)
      return { kind: 'doubled', evidence: { kind: 'acknowledgements', first: entry.first, second: signed } }
    }
    const node = this.#tree.get(block)
    if (node !== undefined) {
      const outcome = this.#count(node, signed)
      if (outcome.kind !== 'stranger') entries.set(peer, { first: signed, doubled: false })
      return outcome
    }
    if (this.#waitingCount >= BASE_LIMITS.acknowledgementsWaiting) this.#dropOldestBefore(slot)
    if (this.#waitingCount >= BASE_LIMITS.acknowledgementsWaiting) return { kind: 'known' }
    entries.set(peer, { first: signed, doubled: false })
    this.#waitingCount++
    const waiting = this.#waiting.get(block)
    if (waiting === undefined) this.#waiting.set(block, [signed])
    else waiting.push(signed)
    return { kind: 'waiting' }
  }

  /**
   * To be called for every block that enters the tree: counts what waited for it, and takes over what its header
   * records of its parent. Returns the evidence found on the way.
   */
  onBlock(node: TreeNode<State>): readonly Evidence[] {
    const found: Evidence[] = []
    const parent = node.parent
    for (const recorded of node.state.header.acknowledgements) {
      if (parent === undefined) break
      const outcome = this.add(unpackRecorded(recorded, parent))
      if (outcome.kind === 'doubled') found.push(outcome.evidence)
    }
    const waiting = this.#waiting.get(node.id) ?? []
    this.#waiting.delete(node.id)
    this.#waitingCount -= waiting.length
    for (const signed of waiting) {
      const entry = this.#bySlot.get(signed.acknowledgement.slot)?.get(signed.peer)
      if (entry !== undefined && !entry.doubled) this.#count(node, signed)
    }
    return found
  }

  /** What the next block records of its parent: the at most three holders of the three best tickets [POS-7]. */
  recordFor(parent: TreeNode<State>): readonly RecordedAcknowledgement[] {
    const table = tableFor(parent)
    if (table === undefined) return []
    return deriveLink(table, parent.slot, parent.acknowledged.keys(), this.#linkBits).best.map(peer => {
      const {
        acknowledgement: { digest },
        signature
      } = present(parent.acknowledged.get(peer), 'one that counts')
      return { peer, digest, signature }
    })
  }

  /**
   * Forgets who acknowledged what in slots before this one, save the holders of each block's three best tickets: later
   * ones can still improve the weight, but no longer contradict. Bounds what a stall of finality piles up.
   */
  retire(slot: number): void {
    for (const old of this.#bySlot.keys()) {
      if (old >= slot) continue
      this.#bySlot.delete(old)
      for (const node of this.#tree.ofSlot(old)) {
        const best = this.recordFor(node).map(one => one.peer)
        for (const peer of node.acknowledged.keys()) if (!best.includes(peer)) node.acknowledged.delete(peer)
      }
    }
    this.#dropWaiting(slot)
  }

  /** The digest this peer owes for a block, or undefined if the piece of history is not held [POS-6]. */
  digestOf(node: TreeNode<State>, peer: PublicKey): Hash | undefined {
    const at = derivePieceAt(node.id, peer, node.pieceBound)
    const bytes = this.#pieceOf(at.height)
    return bytes === undefined ? undefined : deriveDigest(node.id, peer, at.seed, bytes)
  }

  /** Forgets slots up to that of the final block, and what waited for blocks that never came. */
  prune(finalSlot: number): void {
    for (const slot of this.#bySlot.keys()) if (slot <= finalSlot) this.#bySlot.delete(slot)
    this.#dropWaiting(finalSlot + 1)
  }

  /**
   * Makes room: of what waits, the oldest slot gives way to this one,
   * so that many who name no block keep nobody out.
   */
  #dropOldestBefore(slot: number): void {
    let oldest = slot
    for (const waiting of this.#waiting.values())
      for (const { acknowledgement } of waiting) oldest = Math.min(oldest, acknowledgement.slot)
    if (oldest < slot) this.#dropWaiting(oldest + 1)
  }

  /** Forgets what waits for a block that did not come, of slots before this one. */
  #dropWaiting(slot: number): void {
    for (const [block, waiting] of this.#waiting) {
      const rest = waiting.filter(signed => signed.acknowledgement.slot >= slot)
      this.#waitingCount -= waiting.length - rest.length
      if (rest.length === 0) this.#waiting.delete(block)
      else this.#waiting.set(block, rest)
    }
  }

  #count(node: TreeNode<State>, signed: SignedAcknowledgement): AcknowledgementOutcome {
    const {
      acknowledgement: { slot, digest },
      peer
    } = signed
    if (node.slot !== slot) return { kind: 'worthless', code: 'E_ACK_SLOT' }
    // Below the last final block nothing is weighed any more.
    if (node === this.#tree.root) return { kind: 'known' }
    const table = tableFor(node)
    if (table === undefined || ticketsOf(table, slot, peer) === undefined) return { kind: 'stranger' }
    const owed = this.digestOf(node, peer)
    if (owed !== undefined && owed !== digest) return { kind: 'worthless', code: 'E_ACK_DIGEST' }
    node.acknowledged.set(peer, signed)
    this.#weigh(node, table)
    return { kind: 'counted' }
  }

  #uncount(signed: SignedAcknowledgement): void {
    const node = this.#tree.get(signed.acknowledgement.block)
    if (node?.acknowledged.delete(signed.peer) !== true) return
    const table = tableFor(node)
    if (table !== undefined) this.#weigh(node, table)
  }

  #weigh(node: TreeNode<State>, table: PeriodTable): void {
    this.#tree.touch()
    node.live = deriveLink(table, node.slot, node.acknowledged.keys(), this.#linkBits).weight
  }

  #entriesOf(slot: number): Map<PublicKey, Entry> {
    let entries = this.#bySlot.get(slot)
    if (entries === undefined) {
      entries = new Map()
      this.#bySlot.set(slot, entries)
    }
    return entries
  }
}

/** The table whose tickets count for acknowledgements of this block: its own height's, in its own state [POS-1]. */
function tableFor<State extends ChainView>(node: TreeNode<State>): PeriodTable | undefined {
  return node.state.tableAt(node.height)
}

function unpackRecorded<State extends ChainView>(
  recorded: RecordedAcknowledgement,
  parent: TreeNode<State>
): SignedAcknowledgement {
  const { peer, digest, signature } = recorded
  return { acknowledgement: { slot: parent.slot, block: parent.id, digest }, peer, signature }
}
