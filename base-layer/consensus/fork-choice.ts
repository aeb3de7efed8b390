// Fork choice [POS-8]: the heaviest tip below a block. A tip weighs its header's score, a pure function of headers, and
// the greater of what is acknowledged live and what a child records, so that nobody can depress the block it builds on.
import { compareText } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { BlockTree, TreeNode } from './block-tree.ts'
import type { ChainView } from './transition.ts'

/** Weight of the chain that ends in this block, in Q32 bits [POS-7]. */
export function tipWeight<State extends ChainView>(node: TreeNode<State>): bigint {
  const live = node.doubled ? 0n : node.live
  return node.state.header.score + (live > node.recorded ? live : node.recorded)
}

/** Order of two blocks of which neither descends from the other: the heavier first, ties by lower id [POS-8]. */
export function compareTips<State extends ChainView>(a: TreeNode<State>, b: TreeNode<State>): number {
  const [left, right] = [tipWeight(a), tipWeight(b)]
  return left > right ? -1 : left < right ? 1 : compareText(a.id, b.id)
}

/**
 * The preferred block among `from` and what descends from it. A block beats its own descendants only if it is strictly
 * heavier: one that nobody acknowledged yet extends the chain all the same.
 */
export function preferredTip<State extends ChainView>(tree: BlockTree<State>, from: TreeNode<State>): TreeNode<State> {
  const best = new Map<TreeNode<State>, TreeNode<State>>()
  // Children come after their parents, so in reverse every child is decided before its parent.
  for (const node of [...tree.nodes()].reverse()) {
    let choice: TreeNode<State> | undefined
    for (const child of node.children) {
      const candidate = present(best.get(child), 'children are decided first')
      if (choice === undefined || compareTips(candidate, choice) < 0) choice = candidate
    }
    best.set(node, choice !== undefined && tipWeight(choice) >= tipWeight(node) ? choice : node)
    if (node === from) break
  }
  return present(best.get(from), 'the start is in the tree')
}

/**
 * The block of a slot to acknowledge [POS-5]: the preferred block itself if it is of this slot, else the heaviest
 * of the slot's blocks that extend it (acknowledgements that came after such a block was made can outweigh it until
 * it has its own). A block on another branch is never acknowledged.
 */
export function blockToAcknowledge<State extends ChainView>(
  tree: BlockTree<State>,
  head: TreeNode<State>,
  slot: number
): TreeNode<State> | undefined {
  const candidates = tree.ofSlot(slot).filter(node => node !== tree.root && tree.descends(node, head))
  return candidates.sort(compareTips)[0]
}
