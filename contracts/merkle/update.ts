// One update for the full tree and for a witness: judge, committee and wallet run these same lines [EXE-4, EXE-7].
// All changes apply as one set; the result depends on the contents alone, not on how they came about [PRF-2].
import { type Octets, octetsOf } from '../primitives/octets.ts'
import { accept, assert, present, reject, type Verdict } from '../primitives/verdict.ts'
import { HASH_BYTES } from './hash.ts'
import { branchOf, EMPTY_NODE, type LeafNode, octetBitAt, type TreeNode } from './node.ts'

/** What a path holds from now on; null for nothing. */
export interface TreeChange<V> {
  readonly path: Uint8Array
  readonly leaf: LeafNode<V> | null
}

/** The same with the path as octets, for those who make many. */
export interface OctetChange<V> {
  readonly at: Octets
  readonly leaf: LeafNode<V> | null
}

export type UpdateCode = 'E_WITNESS_MISSING'

/** The changes in path order, and how many of their paths held a leaf before. */
interface Pass<V> {
  readonly changes: readonly OctetChange<V>[]
  replaced: number
}

/**
 * The tree after a set of changes, sharing every node that they leave alone. Deleting what is absent changes nothing.
 * E_WITNESS_MISSING if a change reaches an opaque node, or if a deletion leaves an opaque node alone under its
 * branch: it may be a leaf, which would take the branch's place. Asserts if two changes name the same path.
 */
export function update<V>(tree: TreeNode<V>, changes: Iterable<TreeChange<V>>): Verdict<TreeNode<V>, UpdateCode> {
  const outcome = updateCounting(tree, Array.from(changes, octetChangeOf))
  return outcome === undefined
    ? reject('E_WITNESS_MISSING', 'the witness does not show a node the update needs')
    : accept(outcome.tree)
}

export function octetChangeOf<V>({ path, leaf }: TreeChange<V>): OctetChange<V> {
  return { at: octetsOf(path), leaf }
}

/** The same with the change of the number of leaves, or undefined if a node is missing. Sorts `changes` in place. */
export function updateCounting<V>(
  tree: TreeNode<V>,
  changes: OctetChange<V>[]
): { readonly tree: TreeNode<V>; readonly grown: number } | undefined {
  // Characters below 256 order like the bytes they stand for.
  changes.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  let added = 0
  for (let i = 0; i < changes.length; i++) {
    const { at, leaf } = present(changes[i], 'within the list')
    assert(at.length === HASH_BYTES, 'a path of 32 bytes')
    assert(at !== changes[i + 1]?.at, 'one change for each path')
    assert(leaf === null || leaf.head.startsWith(at), 'a leaf under its own path')
    if (leaf !== null) added += 1
  }
  const pass: Pass<V> = { changes, replaced: 0 }
  const changed = apply(pass, tree, 0, 0, changes.length)
  return changed === undefined ? undefined : { tree: changed, grown: added - pass.replaced }
}

/** The subtree at `depth` after changes [from, to), all of which lie under it; undefined if a node is missing. */
function apply<V>(pass: Pass<V>, node: TreeNode<V>, depth: number, from: number, to: number): TreeNode<V> | undefined {
  if (from === to) return node
  if (node.kind === 'opaque') return undefined
  if (node.kind !== 'branch' && to - from === 1) return applyOne(pass, node, depth, from)
  let middle = from
  while (middle < to && octetBitAt(changeAt(pass, middle).at, depth) === 0) middle += 1
  const [oldLeft, oldRight] =
    node.kind === 'branch'
      ? [node.left, node.right]
      : node.kind === 'leaf' && octetBitAt(node.head, depth) === 0
        ? [node, EMPTY_NODE]
        : [EMPTY_NODE, node]
  const left = apply(pass, oldLeft, depth + 1, from, middle)
  if (left === undefined) return undefined
  const right = apply(pass, oldRight, depth + 1, middle, to)
  if (right === undefined) return undefined
  return left === oldLeft && right === oldRight ? node : join(left, right)
}

/** One change where at most one leaf stands. */
function applyOne<V>(pass: Pass<V>, node: TreeNode<V>, depth: number, place: number): TreeNode<V> {
  const { at, leaf } = changeAt(pass, place)
  if (node.kind !== 'leaf') return leaf ?? EMPTY_NODE
  if (!node.head.startsWith(at)) return leaf === null ? node : part(node, leaf, depth)
  pass.replaced += 1
  return leaf ?? EMPTY_NODE
}

/** The smallest subtree at `depth` with these two leaves. */
function part<V>(one: LeafNode<V>, other: LeafNode<V>, depth: number): TreeNode<V> {
  let fork = depth
  while (octetBitAt(one.head, fork) === octetBitAt(other.head, fork)) fork += 1
  let node: TreeNode<V> = octetBitAt(one.head, fork) === 0 ? branchOf(one, other) : branchOf(other, one)
  for (let at = fork - 1; at >= depth; at--) {
    node = octetBitAt(one.head, at) === 0 ? branchOf<V>(node, EMPTY_NODE) : branchOf<V>(EMPTY_NODE, node)
  }
  return node
}

/** A branch in its one allowed form: a lone leaf rises, nothing beside nothing is nothing. */
function join<V>(left: TreeNode<V>, right: TreeNode<V>): TreeNode<V> | undefined {
  const lone = left.kind === 'empty' ? right : right.kind === 'empty' ? left : undefined
  switch (lone?.kind) {
    case 'empty':
    case 'leaf':
      return lone
    case 'opaque':
      return undefined
    default:
      return branchOf(left, right)
  }
}

function changeAt<V>(pass: Pass<V>, place: number): OctetChange<V> {
  return present(pass.changes[place], 'a change within the set')
}
