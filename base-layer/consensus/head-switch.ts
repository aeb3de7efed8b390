// What lies between two blocks of the tree: what is taken back and what
// is gained when the preferred chain changes [POS-8].
import { present } from '#contracts/primitives/verdict.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { TreeNode } from './block-tree.ts'
import type { ChainStep } from './events.ts'
import type { ChainView } from './transition.ts'

export interface HeadSwitch<State extends ChainView> {
  /** Newest first. */
  readonly removed: readonly Block[]
  /** Oldest first. */
  readonly added: readonly ChainStep<State>[]
}

/** From the first block to the second; both are in the tree. */
export function switchBetween<State extends ChainView>(from: TreeNode<State>, to: TreeNode<State>): HeadSwitch<State> {
  const removed: Block[] = []
  const added: ChainStep<State>[] = []
  let [old, next] = [from, to]
  while (old !== next) {
    if (old.height >= next.height) {
      removed.push(blockOf(old))
      old = parentOf(old)
    } else {
      added.push({ block: blockOf(next), state: next.state })
      next = parentOf(next)
    }
  }
  return { removed, added: added.reverse() }
}

/** The block of a node that is not the tree's first root. */
export function blockOf<State extends ChainView>(node: TreeNode<State>): Block {
  return present(node.block, 'only the root came without its block')
}

function parentOf<State extends ChainView>(node: TreeNode<State>): TreeNode<State> {
  return present(node.parent, 'two blocks of the tree meet at the root at the latest')
}
