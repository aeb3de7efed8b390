// Each combinator: what it takes, and each way to be wrong [ENC-1, ENC-2, HASH-1].
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
import { DEPTH_LIMIT, scanCanonical } from '#contracts/codec/scan.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'

const LIMIT = 10_000

function read<T>(codec: Codec<T>, hex: string) {
  return decode(codec, hexToBytes(hex), LIMIT)
}

function write<T>(codec: Codec<T>, value: T): string {
  return bytesToHex(encode(codec, value))
}

const refused = (code: string) => expect.objectContaining({ ok: false, code })

describe('decode [ENC-1]', () => {
  test('looks at nothing beyond its limit', () => {
    expect(decode(bytes(99), hexToBytes('43010203'), 4)).toMatchObject({ ok: true })
    expect(decode(bytes(99), hexToBytes('43010203'), 3)).toEqual(refused('E_TOO_LARGE'))
    expect(decode(bytes(99), new Uint8Array(LIMIT + 1).fill(0xff), LIMIT)).toEqual(refused('E_TOO_LARGE'))
  })

  test('takes nesting up to the limit and no deeper', () => {
    interface Nest {
      readonly inner: Nest | null
    }
    const nest: Codec<Nest> = lazy(() => record({ inner: nullable(nest) }))
    const deep = (levels: number) => `${'81'.repeat(levels)}f6`
    expect(read(nest, deep(DEPTH_LIMIT))).toMatchObject({ ok: true })
    expect(read(nest, deep(DEPTH_LIMIT + 1))).toEqual(refused('E_NOT_CANONICAL'))
    expect(scanCanonical(new Uint8Array(1_000_000).fill(0x81))).toBe('nested too deeply')
  })

  test('refuses many tiny items before making any of them, and no honest number of them', () => {
    const listOf = (count: number, item: number) => {
      const array = new Uint8Array(5 + count).fill(item)
      array.set([0x9a, (count >> 24) & 255, (count >> 16) & 255, (count >> 8) & 255, count & 255])
      return array
    }
    for (const item of [0x80, 0xf6, 0x00, 0x40, 0x60]) {
      expect(scanCanonical(listOf(4_000_000, item))).toBe('more items than so many bytes may hold')
    }
    expect(scanCanonical(listOf(65_536, 0xf6))).toBeUndefined()
    const id = 'ab'.repeat(32) as Hash
    const outputs = list(record({ atoms: amount(), to: list(list(nullable(hex32()), 3), 2) }), 50_000)
    const many = new Array(50_000).fill({ atoms: 1n, to: [[null], [id, null, null]] })
    expect(decode(outputs, encode(outputs, many), 4_000_000)).toMatchObject({ ok: true })
  })

  test('gives values that do not share memory with the input', () => {
    const input = hexToBytes('43010203')
    const verdict = decode(bytes(9), input, LIMIT)
    input.fill(0xff)
    expect(verdict).toEqual({ ok: true, value: Uint8Array.of(1, 2, 3) })
    expect(decode(bytes(9), Buffer.from('43010203', 'hex'), LIMIT)).toEqual({ ok: true, value: Uint8Array.of(1, 2, 3) })
  })

  test('answers with a refusal when a codec throws something else', () => {
    const broken: Codec<number> = { pack: value => value, unpack: () => JSON.parse('{') as number }
    expect(read(broken, '00')).toEqual(refused('E_SCHEMA'))
  })
})

describe('encode [ENC-1]', () => {
  test('asserts when decode would refuse what it wrote', () => {
    interface Nest {
      readonly inner: Nest | null
    }
    const nest: Codec<Nest> = lazy(() => record({ inner: nullable(nest) }))
    let value: Nest = { inner: null }
    for (let i = 1; i < DEPTH_LIMIT; i++) value = { inner: value }
    expect(write(nest, value)).toBe(`${'81'.repeat(DEPTH_LIMIT)}f6`)
    expect(() => encode(nest, { inner: value })).toThrow('nested too deeply')
    expect(() => encode(bool, undefined as unknown as boolean)).toThrow('not allowed')
  })

  test('bytes are in memory of their own, whatever their size', () => {
    for (const size of [0, 40, 300, 2_000, 5_000, 20_000, 100_000]) {
      const made = encode(
        list(bytes(size), 3),
        [1, 2, 3].map(() => new Uint8Array(size))
      )
      expect(made.constructor).toBe(Uint8Array)
      expect(made.buffer.byteLength, String(size)).toBe(made.length)
    }
  })

  test('gives bytes of its own', () => {
    const first = encode(bytes(500), new Uint8Array(400).fill(1))
    const copy = first.slice()
    encode(bytes(500), new Uint8Array(400).fill(2))
    expect(first).toEqual(copy)
  })
})

describe('uint', () => {
  test('takes 0 to its maximum', () => {
    expect(read(uint(100), '1864')).toEqual({ ok: true, value: 100 })
    expect(read(uint(), '1b001fffffffffffff')).toEqual({ ok: true, value: Number.MAX_SAFE_INTEGER })
  })

  test('refuses more, and what is no number', () => {
    expect(read(uint(99), '1864')).toEqual(refused('E_SCHEMA'))
    for (const hex of ['1b0020000000000000', '1bffffffffffffffff', 'f4', 'f6', '40', '60', '80']) {
      expect(read(uint(), hex), hex).toEqual(refused('E_SCHEMA'))
    }
  })

  test('writes nothing out of range', () => {
    for (const value of [-1, 101, 1.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => encode(uint(100), value)).toThrow('out of range')
    }
  })
})

describe('amount [ENC-2]', () => {
  test('is a bigint whatever its size, below 2^63', () => {
    for (const value of [
      0n,
      23n,
      24n,
      255n,
      256n,
      65535n,
      65536n,
      2n ** 32n - 1n,
      2n ** 32n,
      2n ** 53n - 1n,
      2n ** 53n
    ]) {
      expect(decode(amount(), encode(amount(), value), LIMIT)).toEqual({ ok: true, value })
    }
    expect(write(amount(), 2n ** 63n - 1n)).toBe('1b7fffffffffffffff')
  })

  test('refuses 2^63 and above, and what is no integer', () => {
    for (const hex of ['1b8000000000000000', '1bffffffffffffffff', 'f5', 'f6', '4101', '6131', '80']) {
      expect(read(amount(), hex), hex).toEqual(refused('E_SCHEMA'))
    }
    expect(() => encode(amount(), 2n ** 63n)).toThrow('out of range')
    expect(() => encode(amount(), -1n)).toThrow('out of range')
    expect(() => amount(2n ** 64n + 1n)).toThrow('2^64')
  })
})

describe('bool, bytes and text', () => {
  test('refuse each other and null', () => {
    for (const hex of ['00', 'f6', '40', '60', '80']) expect(read(bool, hex), hex).toEqual(refused('E_SCHEMA'))
    for (const hex of ['00', 'f6', 'f4', '60', '80']) expect(read(bytes(9), hex), hex).toEqual(refused('E_SCHEMA'))
    for (const hex of ['00', 'f6', 'f4', '40', '80']) expect(read(text(9), hex), hex).toEqual(refused('E_SCHEMA'))
  })

  test('have bounds', () => {
    expect(read(bytes(2, 1), '40')).toEqual(refused('E_SCHEMA'))
    expect(read(bytes(2, 1), '43010203')).toEqual(refused('E_SCHEMA'))
    expect(() => encode(bytes(2, 1), new Uint8Array(3))).toThrow('out of range')
    expect(() => encode(bytes(2, 1), new Uint8Array(0))).toThrow('out of range')
    expect(read(text(2), '63616263')).toEqual(refused('E_SCHEMA'))
    expect(() => encode(text(2), 'abc')).toThrow('ASCII')
  })

  test('text is printable ASCII and nothing a decoder might mend', () => {
    expect(read(text(9), '6320217e')).toEqual({ ok: true, value: ' !~' })
    const wrong = {
      'byte order mark': '65efbbbf4142',
      control: '6100',
      newline: '610a',
      delete: '617f',
      'two bytes': '62c3bc',
      'lone continuation': '6180',
      overlong: '62c0af',
      surrogate: '63eda080',
      'mark, long': `7823efbbbf${'41'.repeat(32)}`
    }
    for (const [what, hex] of Object.entries(wrong))
      expect(read(text(99), hex), what).toEqual(refused('E_NOT_CANONICAL'))
    for (const value of ['\n', 'ü', '\u{1f600}', '\ufeffa']) expect(() => encode(text(9), value)).toThrow('ASCII')
  })
})

describe('hex32 [HASH-1]', () => {
  const id = 'ab'.repeat(32) as Hash

  test('is 32 bytes on the wire', () => {
    expect(write(hex32<Hash>(), id)).toBe(`5820${id}`)
    expect(read(hex32<Hash>(), `5820${id}`)).toEqual({ ok: true, value: id })
  })

  test('refuses zero, other lengths, other types and other spellings', () => {
    for (const hex of [
      `5820${'00'.repeat(32)}`,
      `581f${'ab'.repeat(31)}`,
      `5821${'ab'.repeat(33)}`,
      '40',
      'f6',
      '00'
    ]) {
      expect(read(hex32(), hex), hex).toEqual(refused('E_SCHEMA'))
    }
    for (const value of ['00'.repeat(32), id.toUpperCase(), id.slice(2), 'zz'.repeat(32), `${id}\n`]) {
      expect(() => encode(hex32(), value)).toThrow('32-byte id')
    }
  })
})

describe('oneOf', () => {
  const color = oneOf(['red', 'green'])

  test('is its place in the list', () => {
    expect(write(color, 'green')).toBe('01')
    expect(read(color, '00')).toEqual({ ok: true, value: 'red' })
  })

  test('refuses other places and other types', () => {
    for (const hex of ['02', '1bffffffffffffffff', '63726564', 'f4', 'f6', '80', '8100']) {
      expect(read(color, hex), hex).toEqual(refused('E_SCHEMA'))
    }
    expect(() => encode(color, 'length' as 'red')).toThrow('not one of')
  })
})

describe('list and nullable', () => {
  const numbers = list(uint(9), 3, 1)

  test('have bounds and typed items', () => {
    expect(read(numbers, '83010203')).toEqual({ ok: true, value: [1, 2, 3] })
    for (const hex of ['80', '8401020304', '810a', '81f6', '8180', '00', 'f6', '43010203']) {
      expect(read(numbers, hex), hex).toEqual(refused('E_SCHEMA'))
    }
    expect(() => encode(numbers, [])).toThrow('out of range')
    expect(() => encode(numbers, [1, 2, 3, 4])).toThrow('out of range')
  })

  test('null stands for absence only where it is allowed', () => {
    expect(read(nullable(uint()), 'f6')).toEqual({ ok: true, value: null })
    expect(read(nullable(uint()), '05')).toEqual({ ok: true, value: 5 })
    expect(read(nullable(uint()), 'f4')).toEqual(refused('E_SCHEMA'))
  })
})

describe('record', () => {
  const pair = record({ second: uint(), first: bool })

  test('is an array in the order of its fields', () => {
    expect(write(pair, { first: true, second: 7 })).toBe('8207f5')
    expect(read(pair, '8207f5')).toEqual({ ok: true, value: { second: 7, first: true } })
  })

  test('refuses fields that are missing, too many, swapped or of another type', () => {
    for (const hex of ['8107', '8307f500', '82f507', '80', 'f6', '07', '420000']) {
      expect(read(pair, hex), hex).toEqual(refused('E_SCHEMA'))
    }
  })

  test('may not have names that an engine reorders or that are no fields', () => {
    for (const name of ['0', '12', '__proto__', '', 'Upper', 'with space']) {
      expect(() => record(Object.fromEntries([[name, uint()]])), name).toThrow('field name')
    }
  })

  test('gives objects whose prototype the bytes cannot touch', () => {
    const odd = record({ constructor: uint(), toString: text(9) })
    const verdict = read(odd as Codec<object>, '82056161')
    expect(verdict.ok && Object.getPrototypeOf(verdict.value)).toBe(Object.prototype)
    expect(verdict.ok && Object.entries(verdict.value)).toEqual([
      ['constructor', 5],
      ['toString', 'a']
    ])
  })
})

describe('union', () => {
  const shape = union({ circle: [1, record({ radius: uint() })], point: [7, record({})] })

  test('is its tag and its record', () => {
    expect(write(shape, { kind: 'circle', radius: 3 })).toBe('82018103')
    expect(read(shape, '82018103')).toEqual({ ok: true, value: { kind: 'circle', radius: 3 } })
    expect(read(shape, '820780')).toEqual({ ok: true, value: { kind: 'point' } })
  })

  test('refuses unknown tags, tags of another type, and records of another variant', () => {
    for (const hex of [
      '82008103',
      '82028103',
      '82f48103',
      '82f68103',
      '8241018103',
      '820180',
      '82078103',
      '8301810300',
      '8101',
      '01'
    ]) {
      expect(read(shape, hex), hex).toEqual(refused('E_SCHEMA'))
    }
    expect(read(shape, '821b00000001000000018103')).toEqual(refused('E_SCHEMA'))
  })

  test('knows no variant by an inherited name', () => {
    for (const kind of ['toString', 'constructor', '__proto__', 'square']) {
      expect(() => encode(shape, { kind } as unknown as { kind: 'point' })).toThrow('no variant')
    }
  })

  test('may not use a tag twice, or a tag that is no unsigned integer', () => {
    expect(() => union({ a: [1, record({})], b: [1, record({})] })).toThrow('used twice')
    expect(() => union({ a: [-1, record({})] })).toThrow('unsigned')
    expect(() => union({ a: [0.5, record({})] })).toThrow('unsigned')
  })
})
