// Reading and writing in one pass against the long way: scan, cborg, then the schema by items. Both give the same value, the
// same bytes and the same refusal, for schemas and bytes of any shape [ENC-1].
import { decode as cborDecode, encode as cborEncode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  amount,
  bool,
  bytes,
  type Codec,
  decode,
  encode,
  hex32,
  lazy,
  list,
  nullable,
  oneOf,
  record,
  text,
  uint,
  union
} from '#contracts/codec/codec.ts'
import { remembered } from '#contracts/codec/remembered.ts'
import { scanCanonical } from '#contracts/codec/scan.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'

const LIMIT = 4_096
const OPTIONS = { strict: true, allowIndefinite: false, allowUndefined: false, allowInfinity: false, allowNaN: false }

/** What decoding is by definition: canonical or not, then what the schema makes of the items. */
function referenceDecode(codec: Codec<unknown>, input: Uint8Array) {
  if (input.length > LIMIT) return { code: 'E_TOO_LARGE' }
  if (scanCanonical(input) !== undefined) return { code: 'E_NOT_CANONICAL' }
  try {
    return { value: codec.unpack(cborDecode(input, OPTIONS)) }
  } catch {
    return { code: 'E_SCHEMA' }
  }
}

function decoded(codec: Codec<unknown>, input: Uint8Array) {
  const verdict = decode(codec, input, LIMIT)
  return verdict.ok ? { value: verdict.value } : { code: verdict.code }
}

interface Case {
  readonly codec: Codec<unknown>
  readonly value: unknown
}

const caseOf = <T>(codec: Codec<T>, value: T): Case => ({ codec: codec as Codec<unknown>, value })

/** The same schema known by items alone, as a codec made elsewhere is. */
const byItems = ({ codec, value }: Case): Case => ({ codec: { pack: codec.pack, unpack: codec.unpack }, value })

const leaves: fc.Arbitrary<Case> = fc.oneof(
  fc.maxSafeNat().map(value => caseOf(uint(), value)),
  fc.nat(300).map(value => caseOf(uint(300), value)),
  fc.bigInt(0n, (1n << 63n) - 1n).map(value => caseOf(amount(), value)),
  fc.bigInt(0n, 1n << 33n).map(value => caseOf(amount(), value)),
  fc.bigInt((1n << 53n) - 3n, (1n << 53n) + 3n).map(value => caseOf(amount(1n << 64n), value)),
  fc.boolean().map(value => caseOf(bool, value)),
  fc.uint8Array({ maxLength: 300 }).map(value => caseOf(bytes(300), value)),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map(value => caseOf(hex32(), bytesToHex(value.fill(1, 0, 1)))),
  fc.stringMatching(/^[\x20-\x7e]{0,40}$/).map(value => caseOf(text(40), value)),
  fc.constantFrom('red', 'green', 'blue').map(value => caseOf(oneOf(['red', 'green', 'blue']), value))
)

const cases: fc.Arbitrary<Case> = fc.letrec<{ one: Case }>(tie => ({
  one: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaves,
    tie('one').map(({ codec, value }) => caseOf(nullable(codec), value)),
    tie('one').map(({ codec }) => caseOf(nullable(codec), null)),
    tie('one').map(({ codec, value }) =>
      caseOf(
        lazy(() => codec),
        value
      )
    ),
    tie('one').map(byItems),
    fc.tuple(tie('one'), fc.nat(3)).map(([{ codec, value }, count]) =>
      caseOf(
        list(codec, 3),
        Array.from({ length: count }, () => value)
      )
    ),
    fc.tuple(tie('one'), tie('one')).map(([a, b]) =>
      caseOf(remembered(record({ alpha: a.codec, beta: b.codec })), {
        alpha: a.value,
        beta: b.value
      })
    ),
    fc.tuple(tie('one'), tie('one'), fc.nat(70)).map(([a, b, tag]) => {
      const shape = union({ one: [tag, record({ alpha: a.codec })], two: [tag + 1, record({ beta: b.codec })] })
      return caseOf(shape, { kind: 'two', beta: b.value })
    })
  )
})).one

/** Bytes with some of them changed, left out, doubled or put in. */
const damaged = (input: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.array(fc.tuple(fc.nat(input.length), fc.nat(2), fc.nat(255)), { minLength: 1, maxLength: 3 }).map(changes => {
    const out = [...input]
    for (const [at, kind, byte] of changes) {
      if (kind === 0) out[at % Math.max(1, out.length)] = byte
      else if (kind === 1) out.splice(at, 1)
      else out.splice(at, 0, byte)
    }
    return Uint8Array.from(out)
  })

describe('one pass and the long way [ENC-1]', () => {
  test('write the same bytes, and read the same value from them', () => {
    fc.assert(
      fc.property(cases, ({ codec, value }) => {
        const made = encode(codec, value)
        expect(made).toEqual(Uint8Array.from(cborEncode(codec.pack(value))))
        expect(scanCanonical(made)).toBeUndefined()
        const read = decoded(codec, made)
        expect(read).toEqual({ value })
        expect(read).toEqual(referenceDecode(codec, made))
        expect(encode(codec, (read as { value: unknown }).value)).toEqual(made)
      }),
      { numRuns: 2_000 }
    )
  })

  test('read the same from damaged bytes, or refuse them with the same code', () => {
    const pairs = cases.chain(one => damaged(encode(one.codec, one.value)).map(input => ({ ...one, input })))
    fc.assert(
      fc.property(pairs, ({ codec, input }) => {
        expect(decoded(codec, input)).toEqual(referenceDecode(codec, input))
      }),
      { numRuns: 5_000 }
    )
  })

  test('refuse every head that is longer than it needs to be, at each edge', () => {
    const forms = (value: bigint) =>
      [1, 2, 4, 8].map(width => [width, value.toString(16).padStart(2 * width, '0')] as const)
    for (const value of [0n, 1n, 23n, 24n, 255n, 256n, 65_535n, 65_536n, 2n ** 32n - 1n, 2n ** 32n]) {
      const least = encode(amount(), value).length - 1
      for (const [width, digits] of forms(value)) {
        if (digits.length > 2 * width) continue
        const input = Uint8Array.from([23 + 1 + Math.log2(width), ...Buffer.from(digits, 'hex')])
        const verdict = decoded(amount() as Codec<unknown>, input)
        expect(verdict, `${value} in ${width} bytes`).toEqual(referenceDecode(amount() as Codec<unknown>, input))
        expect('value' in verdict).toBe(width === least)
      }
    }
    for (const head of [
      '5801aa',
      '590001aa',
      '780161',
      '980100',
      '99000100',
      '5a00000001aa',
      '1800',
      'f818',
      '1c',
      '5f'
    ]) {
      const input = Uint8Array.from(Buffer.from(head, 'hex'))
      for (const codec of [bytes(9), text(9), list(uint(), 9), uint(), bool]) {
        expect(decoded(codec as Codec<unknown>, input)).toEqual({ code: 'E_NOT_CANONICAL' })
      }
    }
  })

  test('read the same from bytes of no shape', () => {
    fc.assert(
      fc.property(cases, fc.uint8Array({ maxLength: 60 }), ({ codec }, input) => {
        expect(decoded(codec, input)).toEqual(referenceDecode(codec, input))
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('what remembers its bytes', () => {
  const pair = remembered(record({ first: uint(), second: bytes(9) }))
  const pairs = list(pair, 3)

  test('gives them back for the value itself, and those of its contents for a changed copy', () => {
    const made = encode(pairs, [
      { first: 1, second: Uint8Array.of(1) },
      { first: 2, second: Uint8Array.of(2) }
    ])
    const read = decode(pairs, made, LIMIT)
    if (!read.ok) throw new Error(read.why)
    const [one, two] = read.value
    if (one === undefined || two === undefined) throw new Error('two pairs')
    expect(encode(pairs, [two, one])).toEqual(Uint8Array.from([0x82, ...made.subarray(5, 9), ...made.subarray(1, 5)]))
    expect(encode(pair, { ...one, first: 5 })).toEqual(Uint8Array.of(0x82, 5, 0x41, 1))
  })

  test('does not see what becomes of the input, and nobody sees its memory', () => {
    const made = encode(pair, { first: 7, second: Uint8Array.of(3) })
    const read = decode(pair, made, LIMIT)
    if (!read.ok) throw new Error(read.why)
    const before = made.slice()
    made.fill(0xff)
    const again = encode(pair, read.value)
    expect(again).toEqual(before)
    again.fill(0)
    expect(encode(pair, read.value)).toEqual(before)
  })

  test('counts its items when it is written again', () => {
    const thin = remembered(list(list(bool, 1), 65_000))
    const empty = decode(thin, encode(thin, new Array<boolean[]>(50_000).fill([])), 100_000)
    if (!empty.ok) throw new Error(empty.why)
    expect(encode(list(thin, 4), [empty.value])).toHaveLength(50_004)
    expect(() => encode(list(thin, 4), [empty.value, empty.value])).toThrow('more items')
  })
})
