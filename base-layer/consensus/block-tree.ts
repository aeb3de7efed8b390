// The tree of valid blocks above the last final one, each with the state after it. Owned by the machine, read by fork
// choice, acknowledgements and finality. Nodes are kept in order of arrival, so parents come before children.
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import type { SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { ChainView } from './transition.ts'

export interface TreeNode<State extends ChainView> {
  readonly id: BlockId
  readonly height: number
  readonly slot: number
  /** Undefined for the final block the tree was made with. */
  readonly block: Block | undefined
  readonly state: State
  /** Undefined for the root. */
  parent: TreeNode<State> | undefined
  readonly children: TreeNode<State>[]
  /** Recorded final height of the parent, which chooses the pieces of history to be shown [POS-6]. */
  readonly pieceBound: number
  /** Acknowledgements that count live: exclusive, checked [POS-5, POS-6]. */
  readonly acknowledged: Map<PublicKey, SignedAcknowledgement>
  /** True if its proposer signed another block of the slot: live acknowledgements count for nothing [POS-5]. */
  doubled: boolean
  /** x of the live acknowledgements [POS-7]. */
  live: bigint
  /** Greatest x that a child records. */
  recorded: bigint
}

export class BlockTree<State extends ChainView> {
  readonly #nodes = new Map<BlockId, TreeNode<State>>()
  readonly #bySlot = new Map<number, TreeNode<State>[]>()
  #root: TreeNode<State>
  #version = 0

  constructor(final: State) {
    this.#root = makeNode(final, undefined, undefined)
    this.#index(this.#root)
  }

  get root(): TreeNode<State> {
    return this.#root
  }

  /** Changes whenever fork choice may come out differently. */
  get version(): number {
    return this.#version
  }

  /** To be called by whoever changes the weight of a node. */
  touch(): void {
    this.#version++
  }

  get size(): number {
    return this.#nodes.size
  }

  /** In order of arrival: parents before children. */
  nodes(): Iterable<TreeNode<State>> {
    return this.#nodes.values()
  }

  get(id: BlockId): TreeNode<State> | undefined {
    return this.#nodes.get(id)
  }

  ofSlot(slot: number): readonly TreeNode<State>[] {
    return this.#bySlot.get(slot) ?? []
  }

  add(parent: TreeNode<State>, block: Block, state: State): TreeNode<State> {
    assert(this.#nodes.get(parent.id) === parent && !this.#nodes.has(state.id), 'a new child of a known block')
    const node = makeNode(state, block, parent)
    parent.children.push(node)
    const recorded = node.state.header.score - parent.state.header.score
    if (recorded > parent.recorded) parent.recorded = recorded
    this.#index(node)
    return node
  }

  /** The ancestor at a height, the node itself included; undefined outside the tree. */
  ancestorAt(node: TreeNode<State>, height: number): TreeNode<State> | undefined {
    let at: TreeNode<State> | undefined = node
    while (at !== undefined && at.height > height) at = at.parent
    return at?.height === height ? at : undefined
  }

  /** True if `node` is `ancestor` or comes after it. */
  descends(node: TreeNode<State>, ancestor: TreeNode<State>): boolean {
    return this.ancestorAt(node, ancestor.height) === ancestor
  }

  /** Makes a node the root: forgets everything that does not descend from it. Returns the path to it, oldest first. */
  prune(root: TreeNode<State>): readonly TreeNode<State>[] {
    const path: TreeNode<State>[] = []
    for (let at: TreeNode<State> | undefined = root; at !== undefined && at !== this.#root; at = at.parent)
      path.push(at)
    root.parent = undefined
    this.#root = root
    const kept = new Set([root])
    for (const node of this.#nodes.values()) {
      if (kept.has(node) || (node.parent !== undefined && kept.has(node.parent))) kept.add(node)
      else this.#forget(node)
    }
    return path.reverse()
  }

  /** Forgets the leaf with the least `rank` for which `may` holds; false if there is none. */
  evict(may: (leaf: TreeNode<State>) => boolean, rank: (leaf: TreeNode<State>) => bigint): boolean {
    let worst: TreeNode<State> | undefined
    for (const node of this.#nodes.values()) {
      if (node.children.length > 0 || node === this.#root || !may(node)) continue
      if (worst === undefined || rank(node) < rank(worst)) worst = node
    }
    if (worst === undefined) return false
    const siblings = present(worst.parent, 'a leaf below the root has a parent').children
    siblings.splice(siblings.indexOf(worst), 1)
    this.#forget(worst)
    return true
  }

  #index(node: TreeNode<State>): void {
    this.touch()
    this.#nodes.set(node.id, node)
    const slot = this.#bySlot.get(node.slot)
    if (slot === undefined) this.#bySlot.set(node.slot, [node])
    else slot.push(node)
  }

  #forget(node: TreeNode<State>): void {
    this.touch()
    this.#nodes.delete(node.id)
    const rest = this.ofSlot(node.slot).filter(other => other !== node)
    if (rest.length === 0) this.#bySlot.delete(node.slot)
    else this.#bySlot.set(node.slot, rest)
  }
}

function makeNode<State extends ChainView>(
  state: State,
  block: Block | undefined,
  parent: TreeNode<State> | undefined
): TreeNode<State> {
  const { height, slot } = state.header
  return {
    id: state.id,
    height,
    slot,
    block,
    state,
    parent,
    children: [],
    pieceBound: parent?.state.recordedFinal.height ?? 0,
    acknowledged: new Map(),
    doubled: false,
    live: 0n,
    recorded: 0n
  }
}
