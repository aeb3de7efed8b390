// Nodes of the compact sparse Merkle tree. One shape serves the full tree, a witness and a proof: what is not shown
// is an opaque hash [PRF-2, EXE-7]. Nodes never change, so trees share them. A branch keeps its hash once asked for
// it; a leaf is hashed again instead, which costs about one hash an update and spares a million leaves 230 MB.
// Bit 0 of a path, the most significant, chooses the child of the root; 0 is left.
import { hashBytes } from '../crypto/hash.ts'
import { equalBytes } from '../primitives/bytes.ts'
import { leafPairHash, nodeHash } from './hash.ts'

/** No leaf below. */
export interface EmptyNode {
  readonly kind: 'empty'
}

/** The only leaf of its subtree, whatever the depth. */
export interface LeafNode<V> {
  readonly kind: 'leaf'
  /** 32 bytes: `pathOf` the key. */
  readonly path: Uint8Array
  /** 32 bytes: `valueHashOf` the value's bytes. */
  readonly valueHash: Uint8Array
  /** What the path and the value hash stand for, where known; not hashed into the leaf themselves. */
  readonly key: Uint8Array | undefined
  readonly value: V | undefined
}

/** At least two leaves below. */
export interface BranchNode<V> {
  readonly kind: 'branch'
  readonly left: TreeNode<V>
  readonly right: TreeNode<V>
  /** Set by hashOf alone. */
  cachedHash: Uint8Array | undefined
}

/** A leaf or branch that is not shown. */
export interface OpaqueNode {
  readonly kind: 'opaque'
  readonly hash: Uint8Array
}

export type TreeNode<V> = EmptyNode | LeafNode<V> | BranchNode<V> | OpaqueNode

export const EMPTY_NODE: EmptyNode = { kind: 'empty' }
/** Hash of the empty subtree, and so the root of the empty tree. Not zero [HASH-1]. */
export const EMPTY_MARK: Uint8Array = hashBytes('tree-empty')

/** Where a key lives in the tree. */
export function pathOf(key: Uint8Array): Uint8Array {
  return hashBytes('tree-key', key)
}

/** What a leaf commits to of its value. */
export function valueHashOf(valueBytes: Uint8Array): Uint8Array {
  return hashBytes('tree-value', valueBytes)
}

/** A leaf for a key; `value` is any payload kept beside it, by default the bytes that are hashed. */
export function leafOf(key: Uint8Array, valueBytes: Uint8Array): LeafNode<Uint8Array>
export function leafOf<V>(key: Uint8Array, valueBytes: Uint8Array, value: V): LeafNode<V>
export function leafOf(key: Uint8Array, valueBytes: Uint8Array, value: unknown = valueBytes): LeafNode<unknown> {
  return { kind: 'leaf', path: pathOf(key), valueHash: valueHashOf(valueBytes), key, value }
}

/** A leaf whose key and value stay unsaid. */
export function bareLeaf(path: Uint8Array, valueHash: Uint8Array): LeafNode<never> {
  return { kind: 'leaf', path, valueHash, key: undefined, value: undefined }
}

export function branchOf<V>(left: TreeNode<V>, right: TreeNode<V>): BranchNode<V> {
  return { kind: 'branch', left, right, cachedHash: undefined }
}

export function opaqueOf(hash: Uint8Array): OpaqueNode {
  return { kind: 'opaque', hash }
}

/** The 32-byte hash of a subtree; of the topmost node, the tree's root. Each branch is hashed only once. */
export function hashOf<V>(node: TreeNode<V>): Uint8Array {
  switch (node.kind) {
    case 'empty':
      return EMPTY_MARK
    case 'opaque':
      return node.hash
    case 'leaf':
      return leafPairHash(node.path, node.valueHash)
    case 'branch':
      node.cachedHash ??= nodeHash(hashOf(node.left), hashOf(node.right))
      return node.cachedHash
  }
}

/** Bit `depth` of a path, 0 the most significant of the first byte. */
export function bitAt(path: Uint8Array, depth: number): number {
  return ((path[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1
}

export type Lookup<V> =
  | { readonly kind: 'present'; readonly leaf: LeafNode<V> }
  | { readonly kind: 'absent' }
  /** The tree does not show enough: not a statement about the key [CLM-3]. */
  | { readonly kind: 'missing' }

const ABSENT = { kind: 'absent' } as const
const MISSING = { kind: 'missing' } as const

/** What the tree says about a path of 32 bytes. Never throws. */
export function lookup<V>(tree: TreeNode<V>, path: Uint8Array): Lookup<V> {
  let node = tree
  for (let depth = 0; node.kind === 'branch'; depth++) node = bitAt(path, depth) === 0 ? node.left : node.right
  switch (node.kind) {
    case 'empty':
      return ABSENT
    case 'opaque':
      return MISSING
    case 'leaf':
      return equalBytes(node.path, path) ? { kind: 'present', leaf: node } : ABSENT
  }
}
