// What every decoder does with bytes from a stranger, and that the checks here would notice a bad one. A few
// thousand inputs in all; with SURETY_TEST_LONG=1 a hundred thousand each.
import { describe, expect, test } from 'vitest'
import { decode, encode, record, uint } from '#contracts/codec/codec.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { createRandom } from '#test/support/random.ts'
import { type Decoder, decoder, faultOn, findFault, TIME_MS, timedFaultOn } from './decoder.ts'
import { heavyBytes } from './hostile.ts'
import { ASSET_LAYER } from './table-of-assets.ts'
import { BASE_LAYER } from './table-of-base.ts'
import { CONTRACTS } from './table-of-contracts.ts'
import { LIGHT } from './table-of-light.ts'

const INPUTS = process.env['SURETY_TEST_LONG'] === '1' ? 100_000 : 200
const TIMEOUT_MS = 600_000
const SEED = process.env['SURETY_TEST_SEED'] ?? 'fuzz'
/** Large enough to see a cost that grows faster than the bytes, small enough for every run. */
const HEAVY_BYTES = 64 * 1024

const rows = [...CONTRACTS, ...BASE_LAYER, ...LIGHT, ...ASSET_LAYER].map(row => [row.name, row] as const)

describe.each(rows)('%s', (name, subject) => {
  test('takes every sample and writes it back the same [ENC-1]', () => {
    expect(subject.samples.length).toBeGreaterThan(0)
    for (const sample of subject.samples) {
      expect(faultOn(subject, sample)).toBeUndefined()
      if (subject.write !== undefined) expect(subject.read(sample)).toMatchObject({ ok: true })
    }
  })

  test(
    'answers hostile bytes with a verdict, in time, and takes one encoding of a value [ENC-1]',
    () => {
      expect(findFault(subject, createRandom(`${SEED}/${name}`), INPUTS)).toBeUndefined()
    },
    TIMEOUT_MS
  )

  test('is not held up by the heaviest bytes it may be given', () => {
    for (const [what, bytes] of heavyBytes(Math.min(subject.limit, HEAVY_BYTES))) {
      expect([what, timedFaultOn(subject, bytes)]).toEqual([what, undefined])
    }
  })
})

describe('the fuzzer notices a decoder that', () => {
  const codec = record({ height: uint(), slot: uint() })
  const good = decoder('good', codec, 64, [
    { height: 7, slot: 300 },
    { height: 0, slot: 1 }
  ])
  const look = (change: Partial<Decoder>) => findFault({ ...good, ...change }, createRandom('bad'), 400)

  test('is good, by saying nothing', () => expect(look({})).toBeUndefined())

  test('throws', () => {
    const read = (bytes: Uint8Array) => {
      const decoded = decode(codec, bytes, 64)
      if (!decoded.ok) throw new Error(decoded.why)
      return decoded
    }
    expect(look({ read })).toMatch(/^threw Error/)
  })

  test('gives something else than a verdict', () => {
    expect(look({ read: () => undefined as never })).toMatch(/^gave no verdict/)
    expect(look({ read: () => reject('bad-code', 'x') })).toMatch(/^gave no verdict/)
    expect(look({ read: () => reject('E_SCHEMA', '') })).toMatch(/^gave no verdict/)
  })

  test('ignores what follows the value', () => {
    const read = (bytes: Uint8Array) => {
      for (let end = bytes.length; end > 0; end--) {
        const decoded = decode(codec, bytes.subarray(0, end), 64)
        if (decoded.ok) return decoded
      }
      return reject('E_SCHEMA', 'nothing')
    }
    expect(look({ read })).toMatch(/^accepts a second encoding/)
  })

  test('takes a value its user cannot stand', () => {
    const use = (value: unknown) => encode(record({ height: uint(10), slot: uint() }), value as never)
    expect(look({ use })).toMatch(/^threw AssertionFailure/)
  })

  test('takes too long', () => {
    const read = () => {
      const from = performance.now()
      while (performance.now() - from < TIME_MS + 5);
      return accept(0)
    }
    const { write: _, ...rest } = good
    expect(findFault({ ...rest, read }, createRandom('bad'), 1)).toMatch(/^took/)
  })
})
