// Witnesses and proofs: what they show, what they hide, and how every wrong form of their bytes is refused.
import { describe, expect, it } from 'vitest'
import { encode as cborEncode } from 'cborg'
import { decode, encode } from '#contracts/codec/codec.ts'
import { WITNESS_KEY_BYTES_MAX, WITNESS_NODES_MAX, WITNESS_VALUE_BYTES_MAX } from '#contracts/merkle/limits.ts'
import {
  bitAt,
  branchOf,
  EMPTY_MARK,
  EMPTY_NODE,
  hashOf,
  leafOf,
  lookup,
  pathOf,
  valueHashOf
} from '#contracts/merkle/node.ts'
import { putChange, removeChange, SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { update } from '#contracts/merkle/update.ts'
import { checkAbsence, checkPresence, checkWitness } from '#contracts/merkle/verify.ts'
import { buildWitness, type Witness, witnessCodec } from '#contracts/merkle/witness.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'

const text = asciiToBytes
const keys = Array.from({ length: 64 }, (_, i) => text(`key-${i}`))
const [alice, bob] = [text('key-0'), text('key-1')]
const tree = SparseTree.empty<Uint8Array>().with(keys.map(key => putChange(key, text(`value of ${bytesToHex(key)}`))))
const textOf = (key: Uint8Array): Uint8Array => text(`value of ${bytesToHex(key)}`)
const nobody = text('nobody')

const bytesOf = (witness: Witness): Uint8Array => encode(witnessCodec, witness)
const proofOf = (...reads: readonly Uint8Array[]): Uint8Array => bytesOf(buildWitness(tree.node, reads.map(pathOf), []))
const refusal = (items: unknown): string => {
  const decoded = decode(witnessCodec, cborEncode(items, { float64: false }), 1_000_000)
  return decoded.ok ? 'accepted' : decoded.code
}

/** Two keys that part at the first bit, left one first. */
const leftKey = keys.find(key => bitAt(pathOf(key), 0) === 0) ?? alice
const rightKey = keys.find(key => bitAt(pathOf(key), 0) === 1) ?? bob
const hash = valueHashOf(text('any'))
const bare = (key: Uint8Array): unknown[] => [0, pathOf(key), valueHashOf(textOf(key))]
const open = (key: Uint8Array): unknown[] => [1, key, textOf(key)]

describe('a witness', () => {
  it('shows what it was asked for with key and value, and hides the rest [EXE-7]', () => {
    const witness = buildWitness(tree.node, [pathOf(alice), pathOf(nobody)], [])
    expect(bytesToHex(hashOf(witness))).toBe(bytesToHex(tree.root))
    expect(lookup(witness, pathOf(alice))).toMatchObject({
      kind: 'present',
      leaf: { key: alice, value: textOf(alice) }
    })
    expect(lookup(witness, pathOf(nobody)).kind).toBe('absent')
    expect(keys.filter(key => lookup(witness, pathOf(key)).kind === 'missing').length).toBeGreaterThan(56)
  })

  it('of a tree with payloads takes the bytes from the caller, and asserts that they are the hashed ones', () => {
    const full = SparseTree.empty<number>().with([putChange(alice, text('7'), 7), putChange(bob, text('8'), 8)])
    const witness = buildWitness(full.node, [pathOf(alice)], [], value => text(String(value)))
    expect(lookup(witness, pathOf(alice))).toMatchObject({ kind: 'present', leaf: { value: text('7') } })
    expect(() => buildWitness(full.node, [pathOf(alice)], [], () => text('9'))).toThrow()
  })

  it('is enough to delete what it was built to delete [EXE-7]', () => {
    for (const key of keys) {
      const outcome = update(buildWitness(tree.node, [], [pathOf(key)]), [removeChange(key)])
      expect(outcome.ok && bytesToHex(hashOf(outcome.value))).toBe(bytesToHex(tree.with([removeChange(key)]).root))
    }
  })

  it('opens the sibling of what may be deleted by one level, and of what is read not at all [EXE-7]', () => {
    const two = SparseTree.empty<Uint8Array>().with([leftKey, rightKey].map(key => putChange(key, textOf(key))))
    const rightChild = (witness: Witness): Witness => (witness.kind === 'branch' ? witness.right : EMPTY_NODE)
    const read = buildWitness(two.node, [pathOf(leftKey)], [])
    expect(rightChild(read).kind).toBe('opaque')
    expect(update(read, [removeChange(leftKey)])).toMatchObject({ ok: false, code: 'E_WITNESS_MISSING' })
    const sibling = rightChild(buildWitness(two.node, [], [pathOf(leftKey)]))
    expect(sibling).toMatchObject({ kind: 'leaf', path: pathOf(rightKey), key: undefined, value: undefined })
    const rightKeys = keys.filter(key => bitAt(pathOf(key), 0) === 1)
    const more = two.with(rightKeys.map(key => putChange(key, textOf(key))))
    const opened = rightChild(buildWitness(more.node, [], [pathOf(leftKey)]))
    expect(opened).toMatchObject({ kind: 'branch', left: { kind: 'opaque' }, right: { kind: 'opaque' } })
  })

  it('opens what has to rise when all leaves of a side may be deleted together', () => {
    const left = keys.filter(key => bitAt(pathOf(key), 0) === 0)
    const small = SparseTree.empty<Uint8Array>().with([...left, rightKey].map(key => putChange(key, textOf(key))))
    const witness = buildWitness(small.node, [], left.map(pathOf))
    const outcome = update(witness, left.map(removeChange))
    expect(outcome.ok && outcome.value).toMatchObject({ kind: 'leaf', path: pathOf(rightKey) })
  })

  it('of a tree of one leaf or none is that leaf or the empty mark', () => {
    const one = SparseTree.empty<Uint8Array>().with([putChange(alice, text('1'))])
    expect(buildWitness(one.node, [pathOf(alice)], [])).toMatchObject({ kind: 'leaf', key: alice })
    expect(buildWitness(one.node, [pathOf(bob)], [])).toMatchObject({
      kind: 'leaf',
      key: undefined,
      path: pathOf(alice)
    })
    expect(buildWitness(SparseTree.empty<Uint8Array>().node, [pathOf(bob)], [])).toBe(EMPTY_NODE)
    expect(buildWitness(tree.node, [], [])).toMatchObject({ kind: 'opaque' })
  })

  it('comes back from its bytes the same', () => {
    for (const witness of [
      buildWitness(tree.node, keys.map(pathOf), []),
      buildWitness(tree.node, [], keys.slice(0, 5).map(pathOf)),
      buildWitness(tree.node, [], []),
      EMPTY_NODE,
      buildWitness(tree.node, [pathOf(nobody)], [pathOf(alice)])
    ]) {
      const decoded = decode(witnessCodec, bytesOf(witness), 100_000)
      expect(decoded.ok && bytesToHex(bytesOf(decoded.value))).toBe(bytesToHex(bytesOf(witness)))
      expect(decoded.ok && bytesToHex(hashOf(decoded.value))).toBe(bytesToHex(hashOf(witness)))
    }
  })
})

describe('the bytes of a witness', () => {
  it('are accepted in their canonical forms', () => {
    expect(refusal([null])).toBe('accepted')
    expect(refusal([hash])).toBe('accepted')
    expect(refusal([bare(alice)])).toBe('accepted')
    expect(refusal([open(alice)])).toBe('accepted')
    expect(refusal([true, bare(leftKey), open(rightKey)])).toBe('accepted')
    expect(refusal([true, null, hash])).toBe('accepted')
    expect(refusal([true, hash, bare(rightKey)])).toBe('accepted')
    expect(refusal([true, true, hash, hash, null])).toBe('accepted')
  })

  it('are refused for a branch without two leaves below [EXE-7]', () => {
    for (const items of [
      [true, null, null],
      [true, bare(leftKey), null],
      [true, null, bare(rightKey)],
      [true, open(leftKey), null],
      [true, true, null, null, hash],
      [true, hash, true, null, bare(rightKey)]
    ])
      expect(refusal(items)).toBe('E_SCHEMA')
  })

  it('are refused for a leaf that is not under its position', () => {
    expect(refusal([true, bare(rightKey), hash])).toBe('E_SCHEMA')
    expect(refusal([true, hash, open(leftKey)])).toBe('E_SCHEMA')
    expect(refusal([true, bare(leftKey), bare(leftKey)])).toBe('E_SCHEMA')
    const second = bitAt(pathOf(leftKey), 1)
    expect(
      refusal(second === 0 ? [true, true, hash, bare(leftKey), hash] : [true, true, bare(leftKey), hash, hash])
    ).toBe('E_SCHEMA')
  })

  it('are refused for too few or too many nodes', () => {
    for (const items of [
      [],
      [true],
      [true, hash],
      [true, true, hash, hash],
      [hash, hash],
      [null, null],
      [true, hash, hash, hash]
    ]) {
      expect(refusal(items)).toBe('E_SCHEMA')
    }
  })

  it('are refused for what is no node at all', () => {
    for (const item of [
      false,
      0,
      'true',
      new Uint8Array(31),
      new Uint8Array(33).fill(1),
      new Uint8Array(32),
      EMPTY_MARK,
      [],
      [0],
      [0, hash],
      [0, hash, hash, hash],
      [2, hash, hash],
      [0, hash, new Uint8Array(32)],
      [0, new Uint8Array(5), hash],
      [1, alice, 'value'],
      [1, 3, alice],
      [1, new Uint8Array(WITNESS_KEY_BYTES_MAX + 1), alice],
      [1, alice, new Uint8Array(WITNESS_VALUE_BYTES_MAX + 1)]
    ])
      expect(refusal([item])).toBe('E_SCHEMA')
    for (const items of [null, true, 5, hash]) expect(refusal(items)).toBe('E_SCHEMA')
  })

  it('are refused beyond the limits of nodes and depth, and read up to them without recursion', () => {
    const chain = (depth: number): unknown[] => [...new Array(depth).fill(true), ...new Array(depth + 1).fill(hash)]
    expect(refusal(chain(256))).toBe('accepted')
    expect(refusal(chain(257))).toBe('E_SCHEMA')
    expect(refusal(new Array(WITNESS_NODES_MAX).fill(true))).toBe('E_SCHEMA')
    const wide = (depth: number): unknown[] => (depth === 0 ? [hash] : [true, ...wide(depth - 1), ...wide(depth - 1)])
    expect(refusal(wide(13))).toBe('accepted')
    expect(refusal(wide(14))).toBe('E_SCHEMA')
    const fromList = (levels: number): Witness =>
      levels === 0 ? { kind: 'opaque', hash } : branchOf(fromList(levels - 1), fromList(levels - 1))
    expect(() => bytesOf(fromList(14))).toThrow()
  })

  it('commit to key and value: with either changed the root is another', () => {
    const witness = buildWitness(tree.node, [pathOf(alice)], [])
    const changed = (from: Uint8Array, to: Uint8Array): Uint8Array => {
      const bytes = bytesOf(witness)
      const at = bytesToHex(bytes).indexOf(bytesToHex(from)) / 2
      expect(at).toBeGreaterThan(0)
      bytes.set(to, at)
      return bytes
    }
    const value = changed(textOf(alice), text('V'))
    expect(checkPresence(tree.root, value, alice)).toBe('invalid')
    expect(checkPresence(tree.root, changed(alice, text('K')), alice)).toBe('invalid')
  })
})

describe('proofs', () => {
  it('of presence hold for the key and its value, not for another [PRF-2, PRF-5]', () => {
    const proof = proofOf(alice)
    expect(checkPresence(tree.root, proof, alice)).toBe('present')
    expect(checkPresence(tree.root, proof, alice, textOf(alice))).toBe('present')
    expect(checkPresence(tree.root, proof, alice, textOf(bob))).toBe('invalid')
    expect(checkPresence(tree.root, proof, nobody)).toBe('invalid')
    expect(checkAbsence(tree.root, proof, alice)).toBe('invalid')
  })

  it('of absence hold for a key that is not there, by an empty place or by another leaf [PRF-2, PRF-5]', () => {
    const ends = new Set<string>()
    for (let i = 0; i < 40; i++) {
      const key = text(`nobody-${i}`)
      const proof = proofOf(key)
      expect(checkAbsence(tree.root, proof, key)).toBe('absent')
      expect(checkPresence(tree.root, proof, key)).toBe('invalid')
      const witness = checkWitness(tree.root, proof)
      let node: Witness = witness.ok ? witness.value : EMPTY_NODE
      for (let depth = 0; node.kind === 'branch'; depth++)
        node = bitAt(pathOf(key), depth) === 0 ? node.left : node.right
      ends.add(node.kind)
    }
    expect(ends).toEqual(new Set(['empty', 'leaf']))
  })

  it('say neither where the path is not shown [PRF-5]', () => {
    const hidden = keys.filter(key => {
      const proof = proofOf(alice)
      return checkPresence(tree.root, proof, key) === 'invalid' && checkAbsence(tree.root, proof, key) === 'invalid'
    })
    expect(hidden.length).toBeGreaterThan(56)
    expect(checkAbsence(tree.root, bytesOf({ kind: 'opaque', hash: tree.root }), nobody)).toBe('invalid')
    expect(checkPresence(tree.root, bytesOf({ kind: 'opaque', hash: tree.root }), alice)).toBe('invalid')
  })

  it('for many keys are one witness [PRF-2]', () => {
    const proof = proofOf(alice, bob, nobody)
    expect(proof.length).toBeLessThan(proofOf(alice).length + proofOf(bob).length + proofOf(nobody).length)
    expect(checkPresence(tree.root, proof, alice)).toBe('present')
    expect(checkPresence(tree.root, proof, bob)).toBe('present')
    expect(checkAbsence(tree.root, proof, nobody)).toBe('absent')
  })

  it('belong to one root', () => {
    const other = tree.with([removeChange(alice)])
    expect(checkPresence(other.root, proofOf(alice), alice)).toBe('invalid')
    expect(checkAbsence(tree.root, bytesOf(buildWitness(other.node, [pathOf(alice)], [])), alice)).toBe('invalid')
    expect(checkWitness(other.root, proofOf(alice))).toMatchObject({ ok: false, code: 'E_WITNESS_ROOT' })
    expect(checkWitness(other.root, Uint8Array.of(0x80))).toMatchObject({ ok: false, code: 'E_WITNESS_MALFORMED' })
  })

  it('are invalid with any bit of their bytes changed, and never throw [PRF-5]', () => {
    const small = SparseTree.empty<Uint8Array>().with(keys.slice(0, 6).map(key => putChange(key, textOf(key))))
    const proof = bytesOf(buildWitness(small.node, [pathOf(alice), pathOf(nobody)], []))
    for (let bit = 0; bit < proof.length * 8; bit++) {
      const bad = proof.slice()
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      if (checkPresence(small.root, bad, alice) !== 'invalid') expect.fail(`presence with bit ${bit} changed`)
      if (checkAbsence(small.root, bad, nobody) !== 'invalid') expect.fail(`absence with bit ${bit} changed`)
    }
    for (let length = 0; length < proof.length; length++) {
      expect(checkPresence(small.root, proof.slice(0, length), alice)).toBe('invalid')
    }
    expect(checkPresence(small.root.slice(1), proof, alice)).toBe('invalid')
    expect(checkAbsence(new Uint8Array(0), proof, nobody)).toBe('invalid')
  })

  it('of an empty tree and of a tree of one leaf are that node', () => {
    const one = leafOf(alice, text('1'))
    expect(checkAbsence(EMPTY_MARK, bytesOf(EMPTY_NODE), alice)).toBe('absent')
    expect(checkPresence(hashOf(one), bytesOf(one), alice, text('1'))).toBe('present')
    expect(checkAbsence(hashOf(one), bytesOf(one), bob)).toBe('absent')
  })
})
