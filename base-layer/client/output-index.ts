// Outputs by owner (of a lock: by claimant and by refund key) at the head, brought up to date
// only when somebody asks: the difference between two states is found by skipping what they
// share, so a node that serves no wallet pays nothing.
import { keysOf, type OutputRecord } from '#contracts/ledger/output.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import type { TreeNode } from '#contracts/merkle/node.ts'
import type { ChainState } from '../state/chain-state.ts'
import { decodeKey } from '../state/trees/section-trees.ts'

type Node = TreeNode<OutputRecord>

export class OutputIndex {
  readonly #byOwner = new Map<PublicKey, Map<OutputId, OutputRecord>>()
  #node: Node | undefined

  of(owner: PublicKey, head: ChainState): readonly { readonly id: OutputId; readonly record: OutputRecord }[] {
    this.#follow(head.trees.outputs.node)
    return [...(this.#byOwner.get(owner) ?? [])].map(([id, record]) => ({ id, record }))
  }

  #follow(next: Node): void {
    const before: Node = this.#node ?? { kind: 'empty' }
    visitApart(before, next, (id, record) => this.#remove(id, record))
    visitApart(next, before, (id, record) => this.#add(id, record))
    this.#node = next
  }

  #add(id: OutputId, record: OutputRecord): void {
    for (const owner of keysOf(record.output)) {
      const known = this.#byOwner.get(owner)
      if (known === undefined) this.#byOwner.set(owner, new Map([[id, record]]))
      else known.set(id, record)
    }
  }

  #remove(id: OutputId, record: OutputRecord): void {
    for (const owner of keysOf(record.output)) {
      const known = this.#byOwner.get(owner)
      known?.delete(id)
      if (known?.size === 0) this.#byOwner.delete(owner)
    }
  }
}

/** Leaves below `node` that are not, as the same object, at the same place below `other`. */
function visitApart(node: Node, other: Node, visit: (id: OutputId, record: OutputRecord) => void): void {
  if (node === other || node.kind === 'empty' || node.kind === 'opaque') return
  if (node.kind === 'branch') {
    visitApart(node.left, other.kind === 'branch' ? other.left : other, visit)
    visitApart(node.right, other.kind === 'branch' ? other.right : other, visit)
    return
  }
  if (node.key === undefined || node.value === undefined || holds(other, node)) return
  visit(decodeKey('outputs', node.key), node.value)
}

/** True if the leaf is only deeper in `tree`: others joined it at its place. */
function holds(tree: Node, leaf: Node): boolean {
  return tree === leaf || (tree.kind === 'branch' && (holds(tree.left, leaf) || holds(tree.right, leaf)))
}
