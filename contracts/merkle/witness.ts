// A witness is the part of a tree that shows certain paths, all else opaque; a proof is the same thing [EXE-7, PRF-2].
// Committees and archivers build them; judges, watchers and wallets decode them from bytes nobody vouches for.
import { bytes, type CborItem, type Codec } from '../codec/codec.ts'
import { bytesToHex, compareBytes, equalBytes } from '../primitives/bytes.ts'
import { assert } from '../primitives/verdict.ts'
import { expected, HASH_BYTES, hashBytesCodec } from './hash.ts'
import { TREE_DEPTH, WITNESS_KEY_BYTES_MAX, WITNESS_NODES_MAX, WITNESS_VALUE_BYTES_MAX } from './limits.ts'
import {
  bareLeaf,
  bitAt,
  branchOf,
  EMPTY_MARK,
  EMPTY_NODE,
  hashOf,
  type LeafNode,
  leafOf,
  opaqueOf,
  type TreeNode,
  valueHashOf,
  withPayload
} from './node.ts'

/** A partial tree whose opened leaves carry the bytes of key and value. */
export type Witness = TreeNode<Uint8Array>

/**
 * The part of `tree` that shows every path of `reads` and `deletes`: its leaf with key and value, or the empty or
 * other leaf where it ends. `deletes` are the paths a set of changes may delete: where all leaves on one side of a
 * branch are among them the other side is opened by one level, since it may have to rise. `valueBytes` gives the
 * hashed bytes of a payload. Paths behind an opaque node of a partial `tree` stay opaque.
 */
export function buildWitness(
  tree: TreeNode<Uint8Array>,
  reads: Iterable<Uint8Array>,
  deletes: Iterable<Uint8Array>
): Witness
export function buildWitness<V>(
  tree: TreeNode<V>,
  reads: Iterable<Uint8Array>,
  deletes: Iterable<Uint8Array>,
  valueBytes: (value: V) => Uint8Array
): Witness
export function buildWitness(
  tree: TreeNode<unknown>,
  reads: Iterable<Uint8Array>,
  deletes: Iterable<Uint8Array>,
  valueBytes: (value: never) => Uint8Array = (value: Uint8Array) => value
): Witness {
  const doomedPaths = [...deletes]
  const doomed = new Set(doomedPaths.map(bytesToHex))
  const paths = [...reads, ...doomedPaths].sort(compareBytes)
  /** Shows paths [from, to) under a node, and tells whether deletions can leave it empty. */
  const show = (node: TreeNode<unknown>, depth: number, from: number, to: number): Shown => {
    if (from === to) return { node: close(node), mayEmpty: node.kind === 'empty' }
    if (node.kind === 'leaf') {
      const touched = paths.slice(from, to).some(path => equalBytes(path, node.path))
      const leaf = touched ? openLeaf(node, valueBytes) : bareLeaf(node.path, node.valueHash)
      return { node: leaf, mayEmpty: touched && doomed.has(bytesToHex(node.path)) }
    }
    if (node.kind !== 'branch') return { node, mayEmpty: node.kind === 'empty' }
    let middle = from
    while (middle < to && bitAt(paths[middle] ?? EMPTY_MARK, depth) === 0) middle += 1
    const left = show(node.left, depth + 1, from, middle)
    const right = show(node.right, depth + 1, middle, to)
    const openRight = left.mayEmpty && node.left.kind !== 'empty' && middle === to
    const openLeft = right.mayEmpty && node.right.kind !== 'empty' && middle === from
    return {
      node: branchOf(openLeft ? openOneLevel(node.left) : left.node, openRight ? openOneLevel(node.right) : right.node),
      mayEmpty: left.mayEmpty && right.mayEmpty
    }
  }
  return show(tree, 0, 0, paths.length).node
}

interface Shown {
  readonly node: Witness
  readonly mayEmpty: boolean
}

function close(node: TreeNode<unknown>): Witness {
  return node.kind === 'empty' || node.kind === 'opaque' ? node : opaqueOf(hashOf(node))
}

function openOneLevel(node: TreeNode<unknown>): Witness {
  if (node.kind === 'branch') return branchOf(close(node.left), close(node.right))
  return node.kind === 'leaf' ? bareLeaf(node.path, node.valueHash) : node
}

function openLeaf(leaf: LeafNode<unknown>, valueBytes: (value: never) => Uint8Array): LeafNode<Uint8Array> {
  if (leaf.key === undefined || leaf.value === undefined) return bareLeaf(leaf.path, leaf.valueHash)
  const value = valueBytes(leaf.value as never)
  assert(equalBytes(valueHashOf(value), leaf.valueHash), 'valueBytes gives the bytes that were hashed')
  return withPayload(leaf, value)
}

// On the wire a witness is the flat list of its nodes in pre-order: null empty, true a branch, 32 bytes opaque,
// [0, path, valueHash] a bare leaf, [1, key, value] an open one, whose path and value hash are derived from these.
const BARE_LEAF = 0
const OPEN_LEAF = 1
const keyCodec = bytes(WITNESS_KEY_BYTES_MAX)
const valueCodec = bytes(WITNESS_VALUE_BYTES_MAX)

/**
 * Refuses more than WITNESS_NODES_MAX nodes, leaves out of place, and
 * every form the rules of the tree do not allow.
 */
export const witnessCodec: Codec<Witness> = {
  pack: packNodes,
  unpack: item =>
    Array.isArray(item) && item.length <= WITNESS_NODES_MAX ? rebuild(item) : expected('a list of nodes')
}

function packNodes(witness: Witness): CborItem {
  const items: CborItem[] = []
  const waiting: Witness[] = [witness]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    items.push(packNode(node))
    assert(items.length <= WITNESS_NODES_MAX, 'a witness within its limit')
    if (node.kind === 'branch') waiting.push(node.right, node.left)
  }
  return items
}

function packNode(node: Witness): CborItem {
  switch (node.kind) {
    case 'empty':
      return null
    case 'branch':
      return true
    case 'opaque':
      return hashBytesCodec.pack(node.hash)
    case 'leaf':
      return node.key === undefined || node.value === undefined
        ? [BARE_LEAF, hashBytesCodec.pack(node.path), hashBytesCodec.pack(node.valueHash)]
        : [OPEN_LEAF, keyCodec.pack(node.key), valueCodec.pack(node.value)]
  }
}

/**
 * The tree of a pre-order list, without recursion: `lefts` holds the
 * finished left child of each open branch, if any.
 */
function rebuild(items: readonly unknown[]): Witness {
  const lefts: (Witness | undefined)[] = []
  const position = new Uint8Array(HASH_BYTES)
  for (let at = 0; at < items.length; at++) {
    const item = items[at]
    if (item === true) {
      if (lefts.length === TREE_DEPTH) expected('a depth within the path')
      lefts.push(undefined)
      continue
    }
    let node = unpackNode(item)
    if (node.kind === 'leaf' && !startsAlike(node.path, position, lefts.length)) expected('a leaf under its position')
    while (lefts.length > 0) {
      const depth = lefts.length - 1
      const left = lefts[depth]
      const bit = 0x80 >> (depth & 7)
      if (left === undefined) {
        lefts[depth] = node
        position[depth >> 3] = (position[depth >> 3] ?? 0) | bit
        break
      }
      lefts.pop()
      position[depth >> 3] = (position[depth >> 3] ?? 0) & ~bit
      node = joinShown(left, node)
    }
    if (lefts.length === 0) return at === items.length - 1 ? node : expected('nothing after the last node')
  }
  return expected('two children for each branch')
}

function unpackNode(item: unknown): Witness {
  if (item === null) return EMPTY_NODE
  if (item instanceof Uint8Array) {
    const hash = hashBytesCodec.unpack(item)
    return equalBytes(hash, EMPTY_MARK) ? expected('an empty subtree shown as such') : opaqueOf(hash)
  }
  if (!Array.isArray(item) || item.length !== 3) return expected('a node')
  const [tag, first, second] = item as readonly unknown[]
  if (tag === BARE_LEAF) return bareLeaf(hashBytesCodec.unpack(first), hashBytesCodec.unpack(second))
  if (tag === OPEN_LEAF) return leafOf(keyCodec.unpack(first), valueCodec.unpack(second))
  return expected('a kind of leaf')
}

/** A branch that is surely not of two leaves or more is not a branch. */
function joinShown(left: Witness, right: Witness): Witness {
  const lone = left.kind === 'empty' ? right : right.kind === 'empty' ? left : undefined
  if (lone?.kind === 'empty' || lone?.kind === 'leaf') return expected('a branch with two leaves below')
  return branchOf(left, right)
}

function startsAlike(path: Uint8Array, position: Uint8Array, bits: number): boolean {
  for (let depth = 0; depth < bits; depth++) if (bitAt(path, depth) !== bitAt(position, depth)) return false
  return true
}
