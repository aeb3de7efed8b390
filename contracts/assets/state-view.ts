// What the interpreter reads: something already loaded that answers by key. The committee's tree and a claim's
// witness give the same view, and what is not shown is missing, never absent [EXE-4, CLM-3].
import { lookup, pathOf, type TreeNode } from '../merkle/node.ts'

export interface StateView {
  /** The value under a key; 'missing' if this view cannot tell. */
  get(key: Uint8Array): Uint8Array | 'absent' | 'missing'
}

/** The view of a tree, whole or partial. A leaf whose value is not shown is missing. */
export function viewOf(tree: TreeNode<Uint8Array>): StateView {
  return {
    get: key => {
      const found = lookup(tree, pathOf(key))
      return found.kind === 'present' ? (found.leaf.value ?? 'missing') : found.kind
    }
  }
}
