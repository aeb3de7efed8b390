// Laws of the sparse tree: contents decide the root, a witness is as good as the tree or says that it is not.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode as cborEncode } from 'cborg'
import { decode, encode } from '#contracts/codec/codec.ts'
import {
  bareLeaf,
  branchOf,
  EMPTY_NODE,
  hashOf,
  type LeafNode,
  lookup,
  opaqueOf,
  type TreeNode
} from '#contracts/merkle/node.ts'
import { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { type TreeChange, update } from '#contracts/merkle/update.ts'
import { checkAbsence, checkPresence } from '#contracts/merkle/verify.ts'
import { buildWitness, type Witness, witnessCodec } from '#contracts/merkle/witness.ts'
import { bytesToHex, compareBytes } from '#contracts/primitives/bytes.ts'

// Paths of few distinct first and last bits, so that leaves crowd, split late and rise often.
const path = fc.tuple(fc.integer({ min: 0, max: 31 }), fc.constantFrom(4, 4, 4, 5, 7)).map(([head, tail]) => {
  const bytes = new Uint8Array(32)
  bytes[0] = head << 3
  bytes[31] = tail
  return bytes
})
const valueHash = fc.integer({ min: 1, max: 3 }).map(n => new Uint8Array(32).fill(n))
const leaf: fc.Arbitrary<LeafNode<Uint8Array>> = fc.tuple(path, valueHash).map(([p, v]) => bareLeaf(p, v))
const hex = bytesToHex
const leaves = fc.uniqueArray(leaf, { maxLength: 40, selector: l => hex(l.path) })
const changes: fc.Arbitrary<TreeChange<Uint8Array>[]> = fc.uniqueArray(
  fc.oneof(
    leaf.map(l => ({ path: l.path, leaf: l })),
    path.map(p => ({ path: p, leaf: null }))
  ),
  { maxLength: 12, selector: change => hex(change.path) }
)

const putAll = (list: readonly LeafNode<Uint8Array>[]): TreeChange<Uint8Array>[] =>
  list.map(l => ({ path: l.path, leaf: l }))
const treeOf = (list: readonly LeafNode<Uint8Array>[]): SparseTree<Uint8Array> =>
  SparseTree.empty<Uint8Array>().with(putAll(list))
const rootHex = (node: TreeNode<Uint8Array>): string => hex(hashOf(node))

/** The contents after changes, as a plain map would have them. */
function contentsAfter(
  list: readonly LeafNode<Uint8Array>[],
  set: readonly TreeChange<Uint8Array>[]
): LeafNode<Uint8Array>[] {
  const map = new Map(list.map(l => [hex(l.path), l]))
  for (const { path: p, leaf: l } of set) {
    if (l === null) map.delete(hex(p))
    else map.set(hex(p), l)
  }
  return [...map.values()]
}

/** Hides a random part of a tree: each answer of `coin` decides for one node. */
function hide(node: TreeNode<Uint8Array>, coin: () => boolean): Witness {
  if (node.kind === 'empty' || node.kind === 'opaque') return node
  if (coin()) return opaqueOf(hashOf(node))
  return node.kind === 'leaf' ? node : branchOf(hide(node.left, coin), hide(node.right, coin))
}

/** Visits every branch and finds none that the rules forbid. */
function isCanonical(node: TreeNode<unknown>): boolean {
  if (node.kind !== 'branch') return true
  const lone = node.left.kind === 'empty' ? node.right : node.right.kind === 'empty' ? node.left : undefined
  return lone?.kind !== 'empty' && lone?.kind !== 'leaf' && isCanonical(node.left) && isCanonical(node.right)
}

describe('the tree', () => {
  it('has a root, size and order that depend on its contents alone [PRF-2, EXE-7]', () => {
    fc.assert(
      fc.property(leaves, changes, fc.array(fc.nat({ max: 12 }), { maxLength: 4 }), (list, set, cuts) => {
        const wanted = contentsAfter(list, set)
        const fresh = treeOf(wanted)
        const once = treeOf([...list].reverse()).with([...set].reverse())
        let stepwise = SparseTree.empty<Uint8Array>()
        for (const l of list) stepwise = stepwise.with(putAll([l]))
        let from = 0
        for (const to of [...cuts].sort((a, b) => a - b).concat(set.length)) {
          stepwise = stepwise.with(set.slice(from, to))
          from = Math.max(from, to)
        }
        expect(hex(once.root)).toBe(hex(fresh.root))
        expect(hex(stepwise.root)).toBe(hex(fresh.root))
        expect([once.size, stepwise.size]).toEqual([wanted.length, wanted.length])
        expect(isCanonical(once.node) && isCanonical(stepwise.node)).toBe(true)
        expect([...stepwise.entries()].map(l => hex(l.path))).toEqual(
          [...wanted.map(l => l.path)].sort(compareBytes).map(hex)
        )
      }),
      { numRuns: 300 }
    )
  })

  it('of other contents has another root', () => {
    fc.assert(
      fc.property(leaves, changes, (list, set) => {
        const name = (all: LeafNode<Uint8Array>[]): string =>
          all
            .map(l => hex(l.path) + hex(l.valueHash))
            .sort()
            .join()
        const after = contentsAfter(list, set)
        expect(hex(treeOf(after).root) === hex(treeOf(list).root)).toBe(name(after) === name([...list]))
      })
    )
  })
})

describe('a witness', () => {
  it('of the touched paths updates to the root of the full tree, for any subset of its deletions [EXE-7]', () => {
    fc.assert(
      fc.property(leaves, changes, fc.array(path, { maxLength: 4 }), fc.nat(), (list, set, reads, mask) => {
        const tree = treeOf(list)
        const puts = set.filter(change => change.leaf !== null).map(change => change.path)
        const deletes = set.filter(change => change.leaf === null).map(change => change.path)
        const witness = buildWitness(tree.node, [...reads, ...puts], deletes)
        const decoded = decode(witnessCodec, encode(witnessCodec, witness), 1_000_000)
        if (!decoded.ok) expect.fail(decoded.why)
        expect(rootHex(decoded.value)).toBe(hex(tree.root))
        for (const some of [set, set.filter((_, i) => ((mask >> i) & 1) === 1)]) {
          const outcome = update(decoded.value, some)
          expect(outcome.ok && rootHex(outcome.value)).toBe(hex(tree.with(some).root))
          expect(outcome.ok && isCanonical(outcome.value)).toBe(true)
        }
        for (const p of [...reads, ...puts, ...deletes]) {
          expect(lookup(decoded.value, p).kind).toBe(tree.get(p) === undefined ? 'absent' : 'present')
        }
      }),
      { numRuns: 500 }
    )
  })

  it('with any part hidden answers rightly or says missing, and so never convicts [CLM-3]', () => {
    let missing = 0
    let answered = 0
    fc.assert(
      fc.property(leaves, changes, path, fc.infiniteStream(fc.nat({ max: 9 })), (list, set, p, stream) => {
        const tree = treeOf(list)
        const partial = hide(tree.node, () => stream.next().value === 0)
        const found = lookup(partial, p).kind
        if (found !== 'missing') expect(found).toBe(tree.get(p) === undefined ? 'absent' : 'present')
        const outcome = update(partial, set)
        if (outcome.ok) expect(rootHex(outcome.value)).toBe(hex(tree.with(set).root))
        else expect(outcome.code).toBe('E_WITNESS_MISSING')
        if (outcome.ok) answered += 1
        else missing += 1
      }),
      { numRuns: 500 }
    )
    expect(missing).toBeGreaterThan(50)
    expect(answered).toBeGreaterThan(50)
  })

  it('in hostile bytes is refused with a code or is a canonical tree, never an exception [PRF-5]', () => {
    const item: fc.Arbitrary<unknown> = fc.oneof(
      { weight: 5, arbitrary: fc.constant(true) },
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 4, arbitrary: valueHash },
      { weight: 3, arbitrary: fc.tuple(fc.constant(0), path, valueHash) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constant(1), fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }))
      },
      { weight: 1, arbitrary: fc.oneof(fc.nat(), fc.boolean(), fc.uint8Array(), fc.array(fc.nat(), { maxLength: 4 })) }
    )
    let accepted = 0
    fc.assert(
      fc.property(fc.array(item, { maxLength: 9 }), items => {
        const bytes = cborEncode(items, { float64: false })
        const decoded = decode(witnessCodec, bytes, 1_000_000)
        if (!decoded.ok) {
          expect(decoded.code).toBe('E_SCHEMA')
          return
        }
        accepted += 1
        expect(isCanonical(decoded.value)).toBe(true)
        expect(hex(encode(witnessCodec, decoded.value))).toBe(hex(bytes))
      }),
      { numRuns: 5000 }
    )
    expect(accepted).toBeGreaterThan(20)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        expect(checkPresence(hashOf(EMPTY_NODE), bytes, new Uint8Array(1))).toBe('invalid')
        expect(['absent', 'invalid']).toContain(checkAbsence(hashOf(EMPTY_NODE), bytes, new Uint8Array(1)))
      })
    )
  })
})
