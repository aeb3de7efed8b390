// Nodes of the compact sparse Merkle tree. One shape serves the full tree, a witness and a proof: what is not shown
// is an opaque hash [PRF-2, EXE-7]. Nodes never change, so trees share them. A branch keeps its hash once asked for
// it; a leaf is hashed again instead. There may be millions of nodes, so what they hold is octets; arrays are made of
// them for whoever asks.
// Bit 0 of a path, the most significant, chooses the child of the root; 0 is left.
import { hashBytes, hashOctets } from '../crypto/hash.ts'
import { bytesOfOctets, joinHashes, type Octets, octetsOf } from '../primitives/octets.ts'
import { HASH_BYTES, leafPairOctets, nodeOctets } from './hash.ts'

/** No leaf below. */
export interface EmptyNode {
  readonly kind: 'empty'
}

/** The only leaf of its subtree, whatever the depth. */
export interface LeafNode<V> {
  readonly kind: 'leaf'
  /** 32 bytes: `pathOf` the key. Made anew at each look, like all bytes of a leaf. */
  readonly path: Uint8Array
  /** 32 bytes: `valueHashOf` the value's bytes. */
  readonly valueHash: Uint8Array
  /** What the path and the value hash stand for, where known; not hashed into the leaf themselves. */
  readonly key: Uint8Array | undefined
  readonly value: V | undefined
  /** Begins with the path and the value hash, one after the other. */
  readonly head: Octets
  readonly keyOctets: Octets | undefined
  /** The bytes of the value, where the leaf keeps these instead of the value. */
  readonly packed: Uint8Array | undefined
}

/** At least two leaves below. */
export interface BranchNode<V> {
  readonly kind: 'branch'
  readonly left: TreeNode<V>
  readonly right: TreeNode<V>
  /** Set by hashOf alone. */
  cachedHash: Octets | undefined
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

/** The same as octets. */
export function pathOctetsOf(key: Uint8Array): Octets {
  return hashOctets('tree-key', key)
}

abstract class AnyLeaf<V> implements LeafNode<V> {
  readonly head: Octets
  abstract readonly keyOctets: Octets | undefined
  abstract readonly value: V | undefined
  abstract readonly packed: Uint8Array | undefined

  constructor(head: Octets) {
    this.head = head
  }

  // One for all leaves instead of one in each.
  get kind(): 'leaf' {
    return 'leaf'
  }

  get path(): Uint8Array {
    return bytesOfOctets(this.head, 0, HASH_BYTES)
  }

  get valueHash(): Uint8Array {
    return bytesOfOctets(this.head, HASH_BYTES, 2 * HASH_BYTES)
  }

  get key(): Uint8Array | undefined {
    return this.keyOctets === undefined ? undefined : bytesOfOctets(this.keyOctets)
  }
}

/** A leaf that keeps its value as it was given. */
class OpenLeaf<V> extends AnyLeaf<V> {
  readonly keyOctets: Octets | undefined
  readonly value: V | undefined

  constructor(head: Octets, key: Octets | undefined, value: V | undefined) {
    super(head)
    this.keyOctets = key
    this.value = value
  }

  get packed(): undefined {
    return undefined
  }
}

/** A leaf in one piece: path, value hash, key and the bytes of its value, which are read for whoever asks. */
class PackedLeaf<V> extends AnyLeaf<V> {
  readonly #keyEnd: number
  readonly #unpack: (bytes: Uint8Array) => V

  constructor(octets: Octets, keyEnd: number, unpack: (bytes: Uint8Array) => V) {
    super(octets)
    this.#keyEnd = keyEnd
    this.#unpack = unpack
  }

  get keyOctets(): Octets {
    return this.head.slice(2 * HASH_BYTES, this.#keyEnd) as Octets
  }

  get packed(): Uint8Array {
    return bytesOfOctets(this.head, this.#keyEnd)
  }

  get value(): V {
    return this.#unpack(this.packed)
  }
}

class Branch<V> implements BranchNode<V> {
  readonly left: TreeNode<V>
  readonly right: TreeNode<V>
  cachedHash: Octets | undefined = undefined

  constructor(left: TreeNode<V>, right: TreeNode<V>) {
    this.left = left
    this.right = right
  }

  get kind(): 'branch' {
    return 'branch'
  }
}

function pairOf(path: Octets, valueBytes: Uint8Array): Octets {
  return joinHashes(path, hashOctets('tree-value', valueBytes))
}

/** A leaf for a key; `value` is any payload kept beside it, by default the bytes that are hashed. */
export function leafOf(key: Uint8Array, valueBytes: Uint8Array): LeafNode<Uint8Array>
export function leafOf<V>(key: Uint8Array, valueBytes: Uint8Array, value: V): LeafNode<V>
export function leafOf(key: Uint8Array, valueBytes: Uint8Array, value: unknown = valueBytes): LeafNode<unknown> {
  return new OpenLeaf(pairOf(pathOctetsOf(key), valueBytes), octetsOf(key), value)
}

/**
 * A leaf for a key, of which there are millions: it keeps the bytes of its value and gives what `unpack` makes of them,
 * anew at each look. `path` is the key's.
 */
export function packedLeafOf<V>(
  key: Uint8Array,
  path: Octets,
  valueBytes: Uint8Array,
  unpack: (bytes: Uint8Array) => V
): LeafNode<V> {
  const keyEnd = 2 * HASH_BYTES + key.length
  const whole = new Uint8Array(keyEnd + valueBytes.length)
  const valueHash = hashOctets('tree-value', valueBytes)
  for (let i = 0; i < HASH_BYTES; i++) {
    whole[i] = path.charCodeAt(i)
    whole[HASH_BYTES + i] = valueHash.charCodeAt(i)
  }
  whole.set(key, 2 * HASH_BYTES)
  whole.set(valueBytes, keyEnd)
  return new PackedLeaf(octetsOf(whole), keyEnd, unpack)
}

/** A leaf whose key and value stay unsaid. */
export function bareLeaf(path: Uint8Array, valueHash: Uint8Array): LeafNode<never> {
  return new OpenLeaf<never>(joinHashes(octetsOf(path), octetsOf(valueHash)), undefined, undefined)
}

/** The same leaf with another payload. */
export function withPayload<V>(leaf: LeafNode<unknown>, value: V): LeafNode<V> {
  return new OpenLeaf(leaf.head, leaf.keyOctets, value)
}

export function branchOf<V>(left: TreeNode<V>, right: TreeNode<V>): BranchNode<V> {
  return new Branch(left, right)
}

export function opaqueOf(hash: Uint8Array): OpaqueNode {
  return { kind: 'opaque', hash }
}

/** The 32-byte hash of a subtree; of the topmost node, the tree's root. Each branch is hashed only once. */
export function hashOf<V>(node: TreeNode<V>): Uint8Array {
  return node.kind === 'opaque' ? node.hash : bytesOfOctets(octetsOfHash(node))
}

const EMPTY_OCTETS = octetsOf(EMPTY_MARK)

function octetsOfHash<V>(node: TreeNode<V>): Octets {
  switch (node.kind) {
    case 'empty':
      return EMPTY_OCTETS
    case 'opaque':
      return octetsOf(node.hash)
    case 'leaf':
      return leafPairOctets(node.head)
    case 'branch':
      node.cachedHash ??= nodeOctets(octetsOfHash(node.left), octetsOfHash(node.right))
      return node.cachedHash
  }
}

/** Bit `depth` of a path, 0 the most significant of the first byte. */
export function bitAt(path: Uint8Array, depth: number): number {
  return ((path[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1
}

/** The same bit of a path given as octets, or of what begins with one. */
export function octetBitAt(path: Octets, depth: number): number {
  return (path.charCodeAt(depth >> 3) >> (7 - (depth & 7))) & 1
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
  return lookupOctets(tree, octetsOf(path))
}

/** The same for a path given as octets. */
export function lookupOctets<V>(tree: TreeNode<V>, path: Octets): Lookup<V> {
  let node = tree
  for (let depth = 0; node.kind === 'branch'; depth++) node = octetBitAt(path, depth) === 0 ? node.left : node.right
  switch (node.kind) {
    case 'empty':
      return ABSENT
    case 'opaque':
      return MISSING
    case 'leaf':
      return path.length === HASH_BYTES && node.head.startsWith(path) ? { kind: 'present', leaf: node } : ABSENT
  }
}
