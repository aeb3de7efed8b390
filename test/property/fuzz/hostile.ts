// Bytes nobody should send: random ones, broken copies of valid encodings, and canonical CBOR of the wrong
// shape, which is what gets past the first look. Seeded, so that a failure repeats.
import { decode as cborDecode, encode as cborEncode } from 'cborg'
import type { CborItem } from '#contracts/codec/codec.ts'
import { concatBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Random } from '#test/support/random.ts'

/** One hostile input made from valid ones; now and then a valid one as it is. */
export function hostileBytes(random: Random, samples: readonly Uint8Array[]): Uint8Array {
  const sample = random.pick(samples)
  switch (random.below(16)) {
    case 0:
      return random.bytes(random.below(random.chance(20) ? 600 : 40))
    case 1:
      return flipped(random, sample)
    case 2:
      return sample.slice(0, random.below(sample.length + 1))
    case 3:
      return spliced(random, sample, random.pick(samples))
    case 4:
      return relengthened(random, sample)
    case 5:
      return edited(random, sample)
    case 6:
      return random.chance(50) ? sample : concatBytes(sample, random.bytes(random.between(1, 4)))
    case 7:
      return canonical(randomItem(random, 3))
    default:
      return reshaped(random, sample, random.pick(samples))
  }
}

function flipped(random: Random, sample: Uint8Array): Uint8Array {
  const out = new Uint8Array(sample)
  for (let flips = random.between(1, 3); flips > 0 && out.length > 0; flips--) {
    const at = random.below(out.length)
    out[at] = (out[at] ?? 0) ^ (1 << random.below(8))
  }
  return out
}

function spliced(random: Random, first: Uint8Array, second: Uint8Array): Uint8Array {
  return concatBytes(first.slice(0, random.below(first.length + 1)), second.slice(random.below(second.length + 1)))
}

/** Bytes put in, taken out, repeated. */
function edited(random: Random, sample: Uint8Array): Uint8Array {
  const at = random.below(sample.length + 1)
  const width = random.between(1, 8)
  const kept = sample.slice(at)
  switch (random.below(3)) {
    case 0:
      return concatBytes(sample.slice(0, at), random.bytes(width), kept)
    case 1:
      return concatBytes(sample.slice(0, at), kept.slice(width))
    default:
      return concatBytes(sample.slice(0, at), kept.slice(0, width), kept)
  }
}

/** One length field says something else: a little more or less, or up to 2^64 - 1. */
function relengthened(random: Random, sample: Uint8Array): Uint8Array {
  const heads = lengthHeads(sample)
  if (heads.length === 0) return flipped(random, sample)
  const { at, bytes, major, length } = random.pick(heads)
  const near = Math.max(0, length + random.between(-2, 2))
  const stated = random.pick([
    BigInt(near),
    BigInt(length * 2),
    0xffffn,
    0xffff_ffffn,
    (1n << 53n) - 1n,
    (1n << 64n) - 1n
  ])
  return concatBytes(sample.slice(0, at), headOf(random, major, stated), sample.slice(at + bytes))
}

interface LengthHead {
  readonly at: number
  readonly bytes: number
  readonly major: number
  readonly length: number
}

/** The heads of byte strings, texts and arrays of canonical CBOR. */
function lengthHeads(sample: Uint8Array): readonly LengthHead[] {
  const heads: LengthHead[] = []
  for (let at = 0; at < sample.length; ) {
    const head = present(sample[at], 'a head')
    const info = head & 0x1f
    const width = info < 24 ? 0 : 1 << (info - 24)
    let length = info < 24 ? info : 0
    for (let i = 1; i <= width; i++) length = length * 256 + (sample[at + i] ?? 0)
    const major = head >> 5
    if (major >= 2 && major <= 4) heads.push({ at, bytes: 1 + width, major, length })
    at += 1 + width + (major === 2 || major === 3 ? length : 0)
  }
  return heads
}

/** The shortest head, now and then a longer one than needed or an indefinite one. */
function headOf(random: Random, major: number, length: bigint): Uint8Array {
  if (random.chance(5)) return Uint8Array.of((major << 5) | 31)
  const least = length < 24n ? 0 : length < 0x100n ? 1 : length < 0x1_0000n ? 2 : length < 0x1_0000_0000n ? 4 : 8
  const width = random.chance(10) ? 8 : least
  if (width === 0) return Uint8Array.of((major << 5) | Number(length))
  const out = new Uint8Array(1 + width)
  out[0] = (major << 5) | (24 + Math.log2(width))
  for (let i = width, rest = length; i >= 1; i--, rest >>= 8n) out[i] = Number(rest & 0xffn)
  return out
}

/** Canonical, with one to three parts of the value replaced: the schema must refuse it, nothing before does. */
function reshaped(random: Random, sample: Uint8Array, donor: Uint8Array): Uint8Array {
  let item = itemOf(sample)
  const other = itemOf(donor)
  for (let times = random.pick([1, 1, 1, 2, 3]); times > 0; times--) item = changed(random, item, other)
  return canonical(item)
}

function changed(random: Random, item: CborItem, donor: CborItem): CborItem {
  if (Array.isArray(item) && item.length > 0 && random.chance(85)) {
    const place = random.below(item.length)
    return (item as readonly CborItem[]).map((one, i) => (i === place ? changed(random, one, donor) : one))
  }
  switch (random.below(8)) {
    case 0:
      return randomItem(random, 2)
    case 1:
      return partOf(random, donor)
    default:
      return nudged(random, item)
  }
}

const NUMBERS: readonly (number | bigint)[] = [
  0,
  1,
  2,
  3,
  4,
  7,
  23,
  24,
  63,
  64,
  99,
  100,
  255,
  256,
  65_535,
  65_536,
  0xffff_ffff,
  0x1_0000_0000,
  Number.MAX_SAFE_INTEGER,
  1n << 53n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n
]

/** The same kind of item with another value. */
function nudged(random: Random, item: CborItem): CborItem {
  if (typeof item === 'number')
    return random.chance(50) ? random.pick(NUMBERS) : Math.max(0, item + random.between(-1, 1))
  if (typeof item === 'bigint') return random.pick(NUMBERS)
  if (typeof item === 'boolean') return !item
  if (typeof item === 'string')
    return random.pick([`${item}x`, item.slice(1), 'x'.repeat(300), `${item}\u00e9`, `${item}\n`])
  if (item === null) return randomItem(random, 1)
  if (item instanceof Uint8Array) {
    const length = random.pick([item.length, item.length, item.length + 1, Math.max(0, item.length - 1), 0, 32, 64])
    return random.chance(25) ? new Uint8Array(length) : random.bytes(length)
  }
  return relisted(random, item)
}

function relisted(random: Random, items: readonly CborItem[]): CborItem {
  if (items.length === 0) return [randomItem(random, 1)]
  const place = random.below(items.length)
  const one = items[place] ?? null
  switch (random.below(5)) {
    case 0:
      return items.filter((_, i) => i !== place)
    case 1:
      return [...items.slice(0, place), one, ...items.slice(place)]
    case 2:
      return [...items.slice(place), ...items.slice(0, place)].reverse()
    case 3:
      return Array.from({ length: random.pick([0, 2, 65, 257, 1025]) }, () => one)
    default:
      return [...items, randomItem(random, 1)]
  }
}

function randomItem(random: Random, depth: number): CborItem {
  const kind = random.below(depth === 0 ? 6 : 8)
  switch (kind) {
    case 0:
      return random.pick(NUMBERS)
    case 1:
      return random.bytes(random.pick([0, 1, 31, 32, 33, 64, 65, 300]))
    case 2:
      return random.chance(50)
    case 3:
      return null
    case 4:
      return random.pick(['', 'x', '__proto__', 'toString', ' '.repeat(40)])
    case 5:
      return random.below(30)
    default:
      return Array.from({ length: random.below(6) }, () => randomItem(random, depth - 1))
  }
}

function partOf(random: Random, item: CborItem): CborItem {
  if (!Array.isArray(item) || item.length === 0 || random.chance(25)) return item
  const items: readonly CborItem[] = item
  return partOf(random, items[random.below(items.length)] ?? null)
}

function itemOf(sample: Uint8Array): CborItem {
  return cborDecode(sample, { allowBigInt: true }) as CborItem
}

function canonical(item: CborItem): Uint8Array {
  return cborEncode(item)
}

/** The inputs that cost most to look at, `size` bytes each: as many items as fit, deep nesting, lengths that lie. */
export function heavyBytes(size: number): readonly (readonly [what: string, bytes: Uint8Array])[] {
  const filled = (head: readonly number[], fill: number): Uint8Array => {
    const out = new Uint8Array(size).fill(fill)
    out.set(head)
    return out
  }
  const count = [24, 16, 8, 0].map(shift => ((size - 5) >> shift) & 0xff)
  return [
    ['an array of zeros', filled([0x9a, ...count], 0x00)],
    ['an array of empty arrays', filled([0x9a, ...count], 0x80)],
    ['an array of empty byte strings', filled([0x9a, ...count], 0x40)],
    ['arrays in arrays', filled([], 0x81)],
    ['one byte string', filled([0x5a, ...count], 0xff)],
    ['a list of 2^64 - 1', filled([0x9b, 255, 255, 255, 255, 255, 255, 255, 255], 0x00)]
  ]
}
