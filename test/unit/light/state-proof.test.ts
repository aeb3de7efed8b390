// What a state holds and what it does not, shown under a header, and every way in which the evidence can be
// wrong [PRF-2, PRF-5].
import { describe, expect, it } from 'vitest'
import { proveKey } from '#base-layer/chain/finalise.ts'
import { readSection, type SectionEvidence } from '#base-layer/light/state-proof.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { encodeKey } from '#base-layer/state/trees/section-trees.ts'
import { type KeyOf, SECTION_NAMES, type SectionName } from '#base-layer/state/trees/sections.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import { buildWitness, witnessCodec } from '#contracts/merkle/witness.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'
import { createRandom } from '#test/support/random.ts'

const chain = new ChainBuilder()
chain.produceTo(3)
const before = chain.state
chain.produce([chain.pay(actor('olga'), actor('oscar'), shares(3))])
chain.produceTo(36)
const { state } = chain
const [aliceKey, bobKey] = chain.peers.map(one => one.key)
const alice = present(aliceKey, 'alice')
const bob = present(bobKey, 'bob')
const nobody = actor('nobody').key

function evidenceOf<S extends SectionName>(of: ChainState, section: S, key: KeyOf<S>): SectionEvidence {
  return { header: of.header, ...proveKey(of, section, key) }
}

/** The value, `absent`, or the code of the rejection. */
function read<S extends SectionName>(section: S, key: KeyOf<S>, evidence: SectionEvidence): unknown {
  const verdict = readSection(section, key, evidence)
  return verdict.ok ? (verdict.value ?? 'absent') : verdict.code
}

/** A witness of absence opens no value. */
function never(): Uint8Array {
  throw new Error('opened a value')
}

const good = evidenceOf(state, 'peers', alice)

describe('evidence of a key is accepted [PRF-2]', () => {
  it('for every leaf of every section, and gives its value', () => {
    let leaves = 0
    for (const section of SECTION_NAMES) {
      for (const [key, value] of state.entries(section)) {
        expect(read(section, key, evidenceOf(state, section, key))).toEqual(value)
        leaves += 1
      }
    }
    expect(leaves).toBeGreaterThan(60)
  })

  it('for what is absent, from a section with leaves and from an empty one', () => {
    expect(read('peers', nobody, evidenceOf(state, 'peers', nobody))).toBe('absent')
    expect(read('assets', hashHex('none'), evidenceOf(state, 'assets', hashHex('none')))).toBe('absent')
    const key = { kind: 'head', period: 2 } as const
    expect(read('periods', key, evidenceOf(state, 'periods', key))).toBe('absent')
  })

  it('as of the header alone: what is spent was there before', () => {
    const [spent] = present(
      [...before.entries('outputs')].find(([id]) => state.get('outputs', id) === undefined),
      'spent'
    )
    expect(read('outputs', spent, evidenceOf(state, 'outputs', spent))).toBe('absent')
    expect(read('outputs', spent, evidenceOf(before, 'outputs', spent))).toEqual(before.get('outputs', spent))
  })
})

describe('evidence of a key is refused', () => {
  it('under the header of another state', () => {
    expect(read('peers', alice, { ...good, header: before.header })).toBe('E_PROOF_ROOT')
    expect(read('peers', alice, { ...evidenceOf(before, 'peers', alice), header: state.header })).toBe('E_PROOF_ROOT')
  })

  it('with section roots swapped, changed, missing or too many', () => {
    const { sectionRoots } = good
    const swapped = sectionRoots.map((root, i) => (i < 2 ? present(sectionRoots[1 - i], 'a root') : root))
    const at = SECTION_NAMES.indexOf('peers')
    const changed = sectionRoots.map((root, i) => (i === at ? present(sectionRoots[0], 'a root') : root))
    expect(read('peers', alice, { ...good, sectionRoots: swapped })).toBe('E_PROOF_ROOT')
    expect(read('peers', alice, { ...good, sectionRoots: changed })).toBe('E_PROOF_ROOT')
    for (const wrong of [[], sectionRoots.slice(1), sectionRoots.slice(0, -1), [...sectionRoots, new Uint8Array(32)]]) {
      expect(read('peers', alice, { ...good, sectionRoots: wrong })).toBe('E_PROOF_MALFORMED')
    }
  })

  it('with roots that hash alike but are cut so that a section stands in the place of another', () => {
    const { sectionRoots } = good
    const at = SECTION_NAMES.indexOf('peers')
    const joined = (from: number, to?: number) =>
      Uint8Array.from(sectionRoots.slice(from, to).flatMap(root => [...root]))
    const none = new Uint8Array(0)
    const right = [none, ...sectionRoots.slice(0, -2), joined(-2)]
    const left = [joined(0, 2), ...sectionRoots.slice(2), none]
    const places: readonly (readonly [SectionName, readonly Uint8Array[]])[] = [
      ['claims', right],
      ['periods', left]
    ]
    for (const [other, roots] of places) {
      const tree = state.trees[other]
      const witness = encode(
        witnessCodec,
        buildWitness<unknown>(tree.node, [pathOf(encodeKey('peers', alice))], [], never)
      )
      expect(hashHex('state', ...roots)).toBe(state.header.stateRoot)
      expect(roots[at]).toEqual(tree.root)
      expect(read('peers', alice, { header: state.header, sectionRoots: roots, witness })).toBe('E_PROOF_MALFORMED')
    }
  })

  it('with the witness of another section or another state, or none', () => {
    for (const { witness } of [
      evidenceOf(state, 'outputs', hashHex('none')),
      evidenceOf(state, 'assets', hashHex('none')),
      evidenceOf(before, 'finality', { kind: 'head' }),
      { witness: new Uint8Array(0) }
    ]) {
      expect(read('peers', alice, { ...good, witness })).toBe('E_PROOF_ROOT')
    }
  })

  it('with the witness of another key', () => {
    expect(read('peers', bob, good)).toBe('E_PROOF_INCOMPLETE')
    expect(read('peers', alice, evidenceOf(state, 'peers', bob))).toBe('E_PROOF_INCOMPLETE')
  })
})

it('no witness shows a present key as absent, or an absent one as present [PRF-5]', () => {
  const keys = [...state.entries('outputs')].map(([id]) => id)
  const absent = Array.from({ length: 12 }, (_, i) => hashHex('none', Uint8Array.of(i)))
  const all = [...keys, ...absent]
  let shown = 0
  for (const from of all) {
    const evidence = evidenceOf(state, 'outputs', from)
    for (const key of all) {
      const found = readSection('outputs', key, evidence)
      if (found.ok) {
        expect(found.value).toEqual(state.get('outputs', key) ?? null)
        shown += 1
      } else {
        expect(found.code).toBe('E_PROOF_INCOMPLETE')
      }
    }
  }
  expect(shown).toBeGreaterThanOrEqual(all.length)
})

it('evidence with any one bit flipped is refused, and nothing throws [PRF-5]', () => {
  const random = createRandom('evidence bits')
  const flip = (bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes)
    const at = random.below(out.length * 8)
    out[at >> 3] = (out[at >> 3] ?? 0) ^ (1 << (at & 7))
    return out
  }
  for (const key of [alice, nobody]) {
    const evidence = evidenceOf(state, 'peers', key)
    for (let i = 0; i < 400; i++) {
      const wrong = random.chance(50)
        ? { ...evidence, witness: flip(evidence.witness) }
        : { ...evidence, sectionRoots: evidence.sectionRoots.map((root, at) => (at === i % 12 ? flip(root) : root)) }
      expect(readSection('peers', key, wrong).ok).toBe(false)
    }
  }
})
