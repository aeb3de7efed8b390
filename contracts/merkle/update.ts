// One update for the full tree and for a witness: judge, committee and wallet run these same lines [EXE-4, EXE-7].
// All changes apply as one set; the result depends on the contents alone, not on how they came about [PRF-2].
import { compareBytes, equalBytes } from '../primitives/bytes.ts'
import { accept, assert, present, reject, type Verdict } from '../primitives/verdict.ts'
import { HASH_BYTES } from './hash.ts'
import { bitAt, branchOf, EMPTY_NODE, type LeafNode, type TreeNode } from './node.ts'

/** What a path holds from now on; null for nothing. */
export interface TreeChange<V> {
  readonly path: Uint8Array
  readonly leaf: LeafNode<V> | null
}

export type UpdateCode = 'E_WITNESS_MISSING'

/** The changes in path order, and how many of their paths held a leaf before. */
interface Pass<V> {
  readonly changes: readonly TreeChange<V>[]
  replaced: number
}

/**
 * The tree after a set of changes, sharing every node that they leave alone. Deleting what is absent changes nothing.
 * E_WITNESS_MISSING if a change reaches an opaque node, or if a deletion leaves an opaque node alone under its
 * branch: it may be a leaf, which would take the branch's place. Asserts if two changes name the same path.
 */
export function update<V>(tree: TreeNode<V>, changes: Iterable<TreeChange<V>>): Verdict<TreeNode<V>, UpdateCode> {
  const outcome = updateCounting(tree, changes)
  return outcome === undefined
    ? reject('E_WITNESS_MISSING', 'the witness does not show a node the update needs')
    : accept(outcome.tree)
}

/** The same with the change of the number of leaves, or undefined if a node is missing. */
export function updateCounting<V>(
  tree: TreeNode<V>,
  changes: Iterable<TreeChange<V>>
): { readonly tree: TreeNode<V>; readonly grown: number } | undefined {
  const sorted = [...changes].sort((a, b) => compareBytes(a.path, b.path))
  let added = 0
  for (let i = 0; i < sorted.length; i++) {
    const { path, leaf } = present(sorted[i], 'within the list')
    const next = sorted[i + 1]
    assert(path.length === HASH_BYTES, 'a path of 32 bytes')
    assert(next === undefined || !equalBytes(path, next.path), 'one change for each path')
    assert(leaf === null || equalBytes(leaf.path, path), 'a leaf under its own path')
    if (leaf !== null) added += 1
  }
  const pass: Pass<V> = { changes: sorted, replaced: 0 }
  const changed = apply(pass, tree, 0, 0, sorted.length)
  return changed === undefined ? undefined : { tree: changed, grown: added - pass.replaced }
}

/** The subtree at `depth` after changes [from, to), all of which lie under it; undefined if a node is missing. */
function apply<V>(pass: Pass<V>, node: TreeNode<V>, depth: number, from: number, to: number): TreeNode<V> | undefined {
  if (from === to) return node
  if (node.kind === 'opaque') return undefined
  if (node.kind !== 'branch' && to - from === 1) return applyOne(pass, node, depth, from)
  let middle = from
  while (middle < to && bitAt(changeAt(pass, middle).path, depth) === 0) middle += 1
  const [oldLeft, oldRight] =
    node.kind === 'branch'
      ? [node.left, node.right]
      : node.kind === 'leaf' && bitAt(node.path, depth) === 0
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
  const { path, leaf } = changeAt(pass, place)
  if (node.kind !== 'leaf') return leaf ?? EMPTY_NODE
  if (!equalBytes(node.path, path)) return leaf === null ? node : part(node, leaf, depth)
  pass.replaced += 1
  return leaf ?? EMPTY_NODE
}

/** The smallest subtree at `depth` with these two leaves. */
function part<V>(one: LeafNode<V>, other: LeafNode<V>, depth: number): TreeNode<V> {
  let fork = depth
  while (bitAt(one.path, fork) === bitAt(other.path, fork)) fork += 1
  let node: TreeNode<V> = bitAt(one.path, fork) === 0 ? branchOf(one, other) : branchOf(other, one)
  for (let at = fork - 1; at >= depth; at--) {
    node = bitAt(one.path, at) === 0 ? branchOf<V>(node, EMPTY_NODE) : branchOf<V>(EMPTY_NODE, node)
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

function changeAt<V>(pass: Pass<V>, place: number): TreeChange<V> {
  return present(pass.changes[place], 'a change within the set')
}
