// The compact sparse tree: its one form, and what it says when something is not shown.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  bareLeaf,
  bitAt,
  branchOf,
  EMPTY_MARK,
  EMPTY_NODE,
  hashOf,
  leafOf,
  lookup,
  opaqueOf,
  pathOf,
  type TreeNode,
  valueHashOf
} from '#contracts/merkle/node.ts'
import { putChange, removeChange, SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { type TreeChange, update } from '#contracts/merkle/update.ts'
import { asciiToBytes, bytesToHex, compareBytes } from '#contracts/primitives/bytes.ts'

const text = asciiToBytes
const put = (key: string, value = key): TreeChange<Uint8Array> => putChange(text(key), text(value))
const remove = (key: string): TreeChange<never> => removeChange(text(key))
const treeOf = (...keys: readonly string[]): SparseTree<Uint8Array> =>
  SparseTree.empty<Uint8Array>().with(keys.map(key => put(key)))
const rootOf = (tree: SparseTree<unknown>): string => bytesToHex(tree.root)

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

/** The root by its definition: over leaves under a prefix, none is the mark, one is the leaf, more are a branch. */
function rootByDefinition(leaves: readonly { path: Uint8Array; valueHash: Uint8Array }[], depth = 0): Uint8Array {
  const [first] = leaves
  if (first === undefined) return EMPTY_MARK
  if (leaves.length === 1) return sha256(Uint8Array.of(0), first.path, first.valueHash)
  const side = (bit: number): Uint8Array =>
    rootByDefinition(
      leaves.filter(leaf => bitAt(leaf.path, depth) === bit),
      depth + 1
    )
  return sha256(Uint8Array.of(1), side(0), side(1))
}

/** A path that begins with these bits and goes on with zeros and a last byte. */
function pathFrom(bits: string, last = 1): Uint8Array {
  const path = new Uint8Array(32)
  for (let i = 0; i < bits.length; i++) path[i >> 3] = (path[i >> 3] ?? 0) | (Number(bits[i]) << (7 - (i & 7)))
  path[31] = last
  return path
}
const leafAt = (bits: string, last = 1) => bareLeaf(pathFrom(bits, last), valueHashOf(text(bits)))
const at = (bits: string, last = 1): TreeChange<Uint8Array> => ({
  path: pathFrom(bits, last),
  leaf: leafAt(bits, last)
})
const gone = (bits: string, last = 1): TreeChange<Uint8Array> => ({ path: pathFrom(bits, last), leaf: null })
const hidden = opaqueOf(valueHashOf(text('hidden')))

function updated(tree: TreeNode<Uint8Array>, ...changes: readonly TreeChange<Uint8Array>[]): string {
  const outcome = update(tree, changes)
  return outcome.ok ? bytesToHex(hashOf(outcome.value)) : outcome.code
}
const hex = (node: TreeNode<Uint8Array>): string => bytesToHex(hashOf(node))

describe('the form of the tree', () => {
  it('a tree of nothing is the empty mark, which is not zero; a tree of one leaf is that leaf [EXE-7, HASH-1]', () => {
    expect(rootOf(SparseTree.empty())).toBe(bytesToHex(EMPTY_MARK))
    expect(EMPTY_MARK.some(byte => byte !== 0)).toBe(true)
    const leaf = leafOf(text('a'), text('1'))
    expect(rootOf(SparseTree.empty<Uint8Array>().with([{ path: leaf.path, leaf }]))).toBe(
      bytesToHex(sha256(Uint8Array.of(0), pathOf(text('a')), valueHashOf(text('1'))))
    )
  })

  it('bit 0 is the most significant and 0 goes left, with one branch for each shared bit [EXE-7]', () => {
    const full = SparseTree.empty<Uint8Array>().with([at('0'), at('10'), at('1101')])
    expect(rootOf(full)).toBe(hex(branchOf(leafAt('0'), branchOf(leafAt('10'), leafAt('1101')))))
    const deep = SparseTree.empty<Uint8Array>().with([at('110'), at('111')])
    expect(rootOf(deep)).toBe(
      hex(branchOf<Uint8Array>(EMPTY_NODE, branchOf<Uint8Array>(EMPTY_NODE, branchOf(leafAt('110'), leafAt('111')))))
    )
  })

  it('two paths that differ in their last bit only part at depth 255', () => {
    const tree = SparseTree.empty<Uint8Array>().with([at('1', 2), at('1', 3)])
    expect(tree.size).toBe(2)
    expect(tree.get(pathFrom('1', 2))?.path).toEqual(pathFrom('1', 2))
    expect(tree.get(pathFrom('1', 1))).toBeUndefined()
    expect(rootOf(tree.with([gone('1', 3)]))).toBe(hex(leafAt('1', 2)))
  })

  it('the root is the one defined over the contents, for every size to 50 [PRF-2]', () => {
    let tree = SparseTree.empty<Uint8Array>()
    for (let n = 0; n <= 50; n++) {
      expect(rootOf(tree)).toBe(bytesToHex(rootByDefinition([...tree.entries()])))
      tree = tree.with([put(`key-${n}`)])
    }
  })

  it('the root moves with key, value and the removal of any leaf', () => {
    const tree = treeOf('a', 'b', 'c')
    const others = [tree.with([put('a', 'x')]), tree.with([remove('a')]), tree.with([put('d')]), treeOf('a', 'b', 'd')]
    expect(new Set([tree, ...others].map(rootOf)).size).toBe(5)
  })
})

describe('a full tree', () => {
  it('gives what was put, with key and payload beside the leaf', () => {
    const tree = SparseTree.empty<{ n: number }>().with([putChange(text('a'), text('1'), { n: 1 })])
    expect(tree.get(pathOf(text('a')))).toMatchObject({ key: text('a'), value: { n: 1 } })
    expect(tree.get(pathOf(text('b')))).toBeUndefined()
  })

  it('counts its leaves through inserts, replacements and removals of what is there and what is not', () => {
    const tree = treeOf('a', 'b', 'c')
    expect(tree.size).toBe(3)
    expect(tree.with([put('a', 'x'), put('d')]).size).toBe(4)
    expect(tree.with([remove('a'), remove('z'), put('y')]).size).toBe(3)
    expect(tree.with([remove('a'), remove('b'), remove('c')])).toMatchObject({ size: 0, node: EMPTY_NODE })
  })

  it('is a value: a change leaves the old tree as it was, and a change of nothing is the same tree', () => {
    const tree = treeOf('a', 'b', 'c')
    const root = rootOf(tree)
    const next = tree.with([put('d'), remove('a')])
    expect(rootOf(next)).not.toBe(root)
    expect(rootOf(tree)).toBe(root)
    expect(tree.get(pathOf(text('a')))).toBeDefined()
    expect(tree.with([])).toBe(tree)
    expect(tree.with([remove('z')])).toBe(tree)
  })

  it('shares the nodes a change does not reach', () => {
    const tree = SparseTree.empty<Uint8Array>().with([at('00'), at('01'), at('10'), at('11')])
    const next = tree.with([gone('10')])
    expect(tree.node.kind === 'branch' && next.node.kind === 'branch' && tree.node.left === next.node.left).toBe(true)
  })

  it('lists its leaves in the order of their paths', () => {
    const tree = treeOf(...Array.from({ length: 200 }, (_, i) => `k${i}`))
    const paths = [...tree.entries()].map(leaf => leaf.path)
    expect(paths.length).toBe(200)
    expect(paths).toEqual([...paths].sort(compareBytes))
  })

  it('asserts on two changes of one path, and on a leaf under another path', () => {
    const tree = treeOf('a')
    expect(() => tree.with([put('b'), put('b', 'x')])).toThrow()
    expect(() => tree.with([put('b'), remove('b')])).toThrow()
    expect(() => tree.with([{ path: pathOf(text('b')), leaf: leafOf(text('c'), text('c')) }])).toThrow()
    expect(() => tree.with([{ path: new Uint8Array(31), leaf: null }])).toThrow()
  })
})

describe('what is not shown', () => {
  const tree = branchOf<Uint8Array>(branchOf<Uint8Array>(leafAt('00'), hidden), leafAt('1'))

  it('is missing for a lookup, never absent [CLM-3]', () => {
    expect(lookup(tree, pathFrom('01')).kind).toBe('missing')
    expect(lookup(tree, pathFrom('00')).kind).toBe('present')
    expect(lookup(tree, pathFrom('00', 2)).kind).toBe('absent')
    expect(lookup(hidden, pathFrom('1')).kind).toBe('missing')
  })

  it('is missing for an insert, a replacement or a removal that reaches it [CLM-3]', () => {
    expect(updated(tree, at('01'))).toBe('E_WITNESS_MISSING')
    expect(updated(tree, gone('01'))).toBe('E_WITNESS_MISSING')
    expect(updated(tree, at('00'), at('01', 7))).toBe('E_WITNESS_MISSING')
  })

  it('is missing beside a removed leaf, for it might be a leaf that has to rise [EXE-7]', () => {
    expect(updated(tree, gone('00'))).toBe('E_WITNESS_MISSING')
  })

  it('is not needed beside a removed leaf whose place is filled in the same set [EXE-7]', () => {
    expect(updated(tree, gone('00'), at('00', 2))).toBe(
      hex(branchOf<Uint8Array>(branchOf<Uint8Array>(leafAt('00', 2), hidden), leafAt('1')))
    )
  })

  it('is not needed beside a leaf that changes, splits, or is removed a level further up', () => {
    expect(updated(tree, gone('1'))).toBe(
      hex(branchOf<Uint8Array>(branchOf<Uint8Array>(leafAt('00'), hidden), EMPTY_NODE))
    )
    expect(updated(tree, at('000', 9))).not.toBe('E_WITNESS_MISSING')
    expect(updated(tree, gone('00', 5))).toBe(hex(tree))
  })

  it('is needed where a whole side is emptied, however many leaves it had', () => {
    const side = branchOf(leafAt('00'), leafAt('01'))
    const beside = branchOf<Uint8Array>(side, hidden)
    expect(updated(beside, gone('00'), gone('01'))).toBe('E_WITNESS_MISSING')
    expect(updated(beside, gone('00'))).toBe(hex(branchOf<Uint8Array>(leafAt('01'), hidden)))
    const opened = branchOf<Uint8Array>(side, branchOf<Uint8Array>(hidden, hidden))
    expect(updated(opened, gone('00'), gone('01'))).toBe(
      hex(branchOf<Uint8Array>(EMPTY_NODE, branchOf<Uint8Array>(hidden, hidden)))
    )
  })

  it('beside an empty place stays as it is when the removal finds nothing', () => {
    const beside = branchOf<Uint8Array>(EMPTY_NODE, hidden)
    expect(updated(beside, gone('0'))).toBe(hex(beside))
    expect(updated(beside, at('0'))).toBe(hex(branchOf<Uint8Array>(leafAt('0'), hidden)))
  })
})
