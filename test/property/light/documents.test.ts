// Documents over random chains: what is built verifies, every bit of it counts, and no bytes make a check throw
// [PRF-5]. With SURETY_TEST_LONG=1 every single bit of every document is flipped; otherwise some hundreds of
// each.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildNotSpent, buildSpent, checkNotSpentIn, checkSpent, spentBy } from '#base-layer/light/body-proof.ts'
import { checkIdIn, checkIdNotIn, checkPrefix } from '#base-layer/light/history-proof.ts'
import { encodeLightClient, decodeLightClient, stepLightClient, updateCodec } from '#base-layer/light/light-client.ts'
import { buildHistory, checkHistory, checkHistorySince } from '#base-layer/light/log-history.ts'
import { checkBody, checkDocument, type ProofBody, type ProofKind } from '#base-layer/light/proof-document.ts'
import { encode } from '#contracts/codec/codec.ts'
import { historyLeaf } from '#contracts/merkle/history.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { LightChain } from '#test/support/light-chain.ts'
import { createRandom } from '#test/support/random.ts'
import {
  drawBodies,
  drawChain,
  encodeBody,
  encodeFinality,
  entries,
  historyAfter,
  idOf,
  payment
} from '../../unit/light/light-fixtures.ts'

const LONG = process.env['SURETY_TEST_LONG'] === '1'
const TIMEOUT_MS = 1_200_000

const chain = drawChain()
const head = chain.head.header
const kinds = Object.entries(drawBodies(chain)) as readonly (readonly [ProofKind, ProofBody])[]

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const out = new Uint8Array(bytes)
  out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return out
}

/** Bits to flip: all of them, or some. */
function bitsOf(bytes: Uint8Array, some: number): readonly number[] {
  const all = bytes.length * 8
  const random = createRandom(`bits ${all}`)
  return LONG || all <= some ? [...Array(all).keys()] : Array.from({ length: some }, () => random.below(all))
}

describe.each(kinds)('a document of kind %s', (kind, body) => {
  const bytes = encodeBody(body)

  test(
    'with any one bit flipped shows nothing',
    () => {
      const original = checkBody(head, bytes)
      expect(original.ok).toBe(true)
      for (const bit of bitsOf(bytes, 4_000)) {
        const checked = checkBody(head, flip(bytes, bit))
        // What is absent is part of the question: the same proof may show that a neighbour is absent too, never this.
        const isOther = checked.ok && (kind === 'absent' || kind === 'notSpentIn')
        if (isOther) expect([bit, checked.value]).not.toEqual([bit, original.ok && original.value])
        else expect([bit, checked.ok]).toEqual([bit, false])
      }
    },
    TIMEOUT_MS
  )

  test('cut, lengthened or mixed with another shows nothing, and nothing throws', () => {
    const random = createRandom(`cut ${kind}`)
    for (let i = 0; i < 200; i++) {
      const other = encodeBody(random.pick(kinds)[1])
      const at = random.below(bytes.length)
      for (const wrong of [bytes.slice(0, at), Uint8Array.of(...bytes, i), random.bytes(random.below(200))]) {
        expect(checkBody(head, wrong).ok).toBe(false)
      }
      const mixed = Uint8Array.of(...bytes.slice(0, at), ...other.slice(at))
      const checked = checkBody(head, mixed)
      if (checked.ok) expect([bytes, other]).toContainEqual(mixed)
    }
  })
})

test(
  'the finality of a document with any one bit flipped leads nowhere',
  () => {
    const small = new LightChain({ peers: 2 })
    small.appendTo(45)
    const finality = encodeFinality(small)
    const body = encodeBody({ kind: 'head' })
    expect(checkDocument(small.client, finality, body).ok).toBe(true)
    for (const bit of bitsOf(finality, 400)) {
      expect([bit, checkDocument(small.client, flip(finality, bit), body).ok]).toEqual([bit, false])
    }
  },
  TIMEOUT_MS
)

test(
  'an update and a kept head with any one bit flipped lead nowhere, or to nothing that is final',
  () => {
    const small = new LightChain({ peers: 2 })
    small.appendTo(45)
    const begun = stepLightClient(small.client, encode(updateCodec, { ...small.finality(20), link: null }))
    if (!begun.ok) throw new Error(begun.why)
    const { client } = begun.value
    const update = encode(updateCodec, { ...small.finality(44), link: small.linkFrom(20, 44) })
    expect(stepLightClient(client, update).ok).toBe(true)
    for (const bit of bitsOf(update, 400)) {
      expect([bit, stepLightClient(client, flip(update, bit)).ok]).toEqual([bit, false])
    }
    const kept = encodeLightClient(client)
    for (const bit of bitsOf(kept, 4_000)) {
      // Whoever changes what a wallet kept may change what it trusts: it must only never throw.
      const read = decodeLightClient(flip(kept, bit))
      if (read.ok) stepLightClient(read.value, update)
    }
  },
  TIMEOUT_MS
)

test('any block is in the history, at its height alone, and any head stands on any earlier [PRF-1]', () => {
  const sizes = fc
    .integer({ min: 1, max: 90 })
    .chain(height => fc.tuple(fc.constant(height), fc.nat({ max: height - 1 })))
  fc.assert(
    fc.property(sizes, ([newer, older]) => {
      const [above, below] = [chain.at(newer), chain.at(older)]
      const placed = { height: older, id: below.id, path: chain.pathTo(older, newer) }
      expect(checkIdIn(above.header, placed)).toEqual({ kind: 'present', value: below.id })
      expect(checkIdNotIn(above.header, below.id, placed).kind).toBe('invalid')
      expect(checkIdNotIn(above.header, idOf('other'), placed).kind).toBe('absent')
      for (const height of [older - 1, older + 1]) {
        expect(checkIdIn(above.header, { ...placed, height }).kind).toBe('invalid')
      }
      const link = chain.linkFrom(older, newer)
      expect(checkPrefix(below, above.header, link).kind).toBe('present')
      expect(checkPrefix({ ...below, id: idOf('other') }, above.header, link).kind).toBe('invalid')
      if (older > 0) expect(checkPrefix(chain.at(older - 1), above.header, link).kind).toBe('invalid')
    })
  )
})

test('of any outputs, a block shows which it spent and which it did not, and never the contrary [PRF-3]', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 24 }), fc.nat({ max: 60 }), (inputs, asked) => {
      const small = new LightChain({ peers: 1 })
      const { header } = small.append(inputs.map(i => payment(`p${i}`, [idOf(`in ${i}`)])))
      const spent = spentBy(small.at(1).transactions)
      const output = idOf(`in ${asked}`)
      const block = { header, path: [] }
      const isSpent = inputs.includes(asked)
      const there = buildSpent(spent, output)
      const absent = buildNotSpent(spent, output)
      expect([there !== undefined, absent !== undefined]).toEqual([isSpent, !isSpent])
      if (there !== undefined) expect(checkSpent(header, output, { block, ...there }).kind).toBe('present')
      if (absent !== undefined) expect(checkNotSpentIn(header, output, { block, ...absent }).kind).toBe('absent')
      // Proofs for other outputs say nothing of this one, unless it would stand at the same place.
      for (const i of inputs) {
        const other = present(buildSpent(spent, idOf(`in ${i}`)), 'spent')
        expect(checkSpent(header, output, { block, ...other }).kind).toBe(i === asked ? 'present' : 'invalid')
      }
      for (let i = 0; i <= 60; i++) {
        const other = buildNotSpent(spent, idOf(`in ${i}`))
        if (other === undefined) continue
        if (isSpent) expect(checkNotSpentIn(header, output, { block, ...other }).kind).toBe('invalid')
      }
    }),
    { numRuns: 60 }
  )
})

test('a history is shown whole or from any entry on, and goes on from any earlier one [PRF-4]', () => {
  const lengths = fc.tuple(fc.nat({ max: entries.length }), fc.nat({ max: entries.length }))
  fc.assert(
    fc.property(lengths, ([a, b]) => {
      const [start, size] = [Math.min(a, b), Math.max(a, b)]
      const log = new MerkleLog()
      for (const one of entries.slice(0, size)) log.append(historyLeaf(one))
      const shown = entries.slice(start, size)
      const history = buildHistory((from, to) => log.rangeRoot(from, to), start, shown)
      const frontier = historyAfter(size)
      expect(checkHistory(frontier, history)).toEqual({ kind: 'present', value: { start, entries: shown } })
      expect(checkHistorySince(historyAfter(start), frontier, shown).kind).toBe('present')
      if (shown.length === 0) return
      for (const wrong of [shown.slice(1), shown.slice(0, -1), [...shown, ...shown.slice(0, 1)]]) {
        expect(checkHistory(frontier, { ...history, entries: wrong }).kind).toBe('invalid')
        expect(checkHistorySince(historyAfter(start), frontier, wrong).kind).toBe('invalid')
      }
      const changed = shown.map((one, i) => (i === 0 ? { ...one, height: one.height + 1 } : one))
      expect(checkHistory(frontier, { ...history, entries: changed }).kind).toBe('invalid')
      expect(checkHistorySince(historyAfter(start), frontier, changed).kind).toBe('invalid')
    })
  )
})
