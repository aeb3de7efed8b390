// One value, one encoding, for every combinator and for hostile bytes [ENC-1].
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
import { scanCanonical } from '#contracts/codec/scan.ts'
import { ZERO_HASH } from '#contracts/primitives/ids.ts'

const LIMIT = 4096
const OPTIONS = { seed: 20260101, numRuns: 300 }

interface Tree {
  readonly label: string
  readonly children: readonly Tree[]
}
const tree: Codec<Tree> = lazy(() => record({ label: text(8), children: list(tree, 3) }))
const order = union({
  pay: [0, record({ to: hex32(), atoms: amount(), memo: nullable(bytes(40)) })],
  vote: [3, record({ slot: uint(), side: oneOf(['yes', 'no']), firm: bool })],
  batch: [300, record({ trees: list(tree, 4), notes: list(text(40), 4, 1) })]
})

const asciiText = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)), maxLength })
const id = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map(value => Buffer.from(value).toString('hex'))
  .filter(value => value !== ZERO_HASH)
const blob = (maxLength: number) => fc.uint8Array({ maxLength })
const atoms = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
const smallOrLarge = fc.oneof(
  fc.bigInt({ min: 0n, max: 70_000n }),
  fc.bigInt({ min: 2n ** 31n, max: 2n ** 33n }),
  atoms
)
const trees = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.record({
    label: asciiText(8),
    children: fc.oneof({ depthSize: 'small', maxDepth: 4 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 }))
  })
})).tree
const orders = fc.oneof(
  fc.record({ kind: fc.constant('pay' as const), to: id, atoms: smallOrLarge, memo: fc.option(blob(40)) }),
  fc.record({
    kind: fc.constant('vote' as const),
    slot: fc.oneof(fc.nat(), fc.maxSafeNat()),
    side: fc.constantFrom('yes' as const, 'no' as const),
    firm: fc.boolean()
  }),
  fc.record({
    kind: fc.constant('batch' as const),
    trees: fc.array(trees, { maxLength: 4 }),
    notes: fc.array(asciiText(40), { minLength: 1, maxLength: 4 })
  })
)

interface Subject {
  readonly name: string
  readonly codec: Codec<unknown>
  readonly values: fc.Arbitrary<unknown>
}

function subject<T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>): Subject {
  return { name, codec: codec as unknown as Codec<unknown>, values }
}

const SUBJECTS: readonly Subject[] = [
  subject('uint', uint(), fc.oneof(fc.nat(300), fc.nat(), fc.maxSafeNat())),
  subject('amount', amount(), smallOrLarge),
  subject('bool', bool, fc.boolean()),
  subject('bytes', bytes(300), blob(300)),
  subject('hex32', hex32(), id),
  subject('text', text(300), asciiText(300)),
  subject('oneOf', oneOf(['a', 'b', 'c']), fc.constantFrom('a' as const, 'b' as const, 'c' as const)),
  subject('list', list(uint(), 300), fc.array(fc.nat(), { maxLength: 300 })),
  subject('nullable', nullable(text(9)), fc.option(asciiText(9))),
  subject('record', record({ a: uint(), b: bool }), fc.record({ a: fc.nat(), b: fc.boolean() })),
  subject('lazy', tree, trees),
  subject('union', order, orders as fc.Arbitrary<never>)
]

/** Never throws; and what is accepted is exactly what encode writes. */
function checkHostile(codec: Codec<unknown>, input: Uint8Array): boolean {
  const verdict = decode(codec, input, LIMIT)
  if (verdict.ok) expect(encode(codec, verdict.value)).toEqual(input)
  return verdict.ok
}

describe.each(SUBJECTS)('$name [ENC-1]', ({ codec, values }) => {
  test('a value comes back from its bytes', () => {
    const property = fc.property(values, value => {
      const written = encode(codec, value)
      expect(scanCanonical(written)).toBeUndefined()
      expect(decode(codec, written, 1 << 20)).toEqual({ ok: true, value })
    })
    fc.assert(property, OPTIONS)
  })

  test('bytes with a byte changed, put in, cut out or added are refused or are another value', () => {
    const property = fc.property(values, fc.nat(), fc.nat(255), fc.nat(3), (value, where, byte, how) => {
      const written = Array.from(encode(codec, value))
      const at = where % written.length
      if (how === 0) written[at] = byte
      else if (how === 1) written.splice(at, 0, byte)
      else if (how === 2) written.splice(at, 1)
      else written.push(byte)
      checkHostile(codec, Uint8Array.from(written))
    })
    fc.assert(property, OPTIONS)
  })
})

describe('random bytes [ENC-1]', () => {
  test('3000 strings against every codec: no throw, and what is accepted is canonical', () => {
    // Heads are drawn often, so that the strings get past the first byte.
    const head = fc.constantFrom(0x80, 0x81, 0x82, 0x83, 0x40, 0x58, 0x61, 0x1b, 0x19, 0xf4, 0xf6, 0x00, 0x03)
    const input = fc.array(fc.oneof(head, fc.nat(255)), { maxLength: 24 }).map(value => Uint8Array.from(value))
    let accepted = 0
    const property = fc.property(input, value => {
      for (const { codec } of SUBJECTS) if (checkHostile(codec, value)) accepted++
    })
    fc.assert(property, { ...OPTIONS, numRuns: 3000 })
    expect(accepted).toBeGreaterThan(50)
  })
})
