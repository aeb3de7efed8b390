// A full compact sparse Merkle tree, immutable: each section of the base state and each asset's state is one [PRF-2,
// EXE-7]. A snapshot is the value itself; `with` makes O(changes x log size) nodes, hashed when a root is asked for.
import { type Octets, octetsOf } from '../primitives/octets.ts'
import { present } from '../primitives/verdict.ts'
import { EMPTY_NODE, hashOf, type LeafNode, leafOf, lookupOctets, pathOf, type TreeNode } from './node.ts'
import { type OctetChange, octetChangeOf, type TreeChange, updateCounting } from './update.ts'

export class SparseTree<V> {
  /** For buildWitness, lookup and update; holds no opaque node. */
  readonly node: TreeNode<V>
  /** Number of leaves. */
  readonly size: number

  private constructor(node: TreeNode<V>, size: number) {
    this.node = node
    this.size = size
  }

  static empty<V>(): SparseTree<V> {
    return new SparseTree<V>(EMPTY_NODE, 0)
  }

  /** 32 bytes that depend on the contents alone. */
  get root(): Uint8Array {
    return hashOf(this.node)
  }

  /** The leaf at a path of 32 bytes. */
  get(path: Uint8Array): LeafNode<V> | undefined {
    return this.find(octetsOf(path))
  }

  /** The same for a path given as octets. */
  find(path: Octets): LeafNode<V> | undefined {
    const found = lookupOctets(this.node, path)
    return found.kind === 'present' ? found.leaf : undefined
  }

  /** The tree after a set of changes, each on its own path. */
  with(changes: Iterable<TreeChange<V>>): SparseTree<V> {
    return this.withOctets(Array.from(changes, octetChangeOf))
  }

  /** The same for paths given as octets; sorts `changes` in place. */
  withOctets(changes: OctetChange<V>[]): SparseTree<V> {
    const { tree, grown } = present(updateCounting(this.node, changes), 'a full tree shows every node')
    return tree === this.node ? this : new SparseTree(tree, this.size + grown)
  }

  /** The leaves in the order of their paths. */
  *entries(): Generator<LeafNode<V>, undefined> {
    const waiting: TreeNode<V>[] = [this.node]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.kind === 'leaf') yield node
      else if (node.kind === 'branch') waiting.push(node.right, node.left)
    }
  }
}

/** The change that gives a key a value; `value` is the payload kept in the leaf, by default the bytes. */
export function putChange(key: Uint8Array, valueBytes: Uint8Array): TreeChange<Uint8Array>
export function putChange<V>(key: Uint8Array, valueBytes: Uint8Array, value: V): TreeChange<V>
export function putChange(key: Uint8Array, valueBytes: Uint8Array, value: unknown = valueBytes): TreeChange<unknown> {
  const leaf = leafOf(key, valueBytes, value)
  return { path: leaf.path, leaf }
}

/** The change that leaves a key without a value. */
export function removeChange(key: Uint8Array): TreeChange<never> {
  return { path: pathOf(key), leaf: null }
}
