// RFC 8949 appendix A and F: what of CBOR is in our subset round trips, everything else is refused [ENC-1].
import { describe, expect, test } from 'vitest'
import {
  amount,
  bool,
  bytes,
  type Codec,
  decode,
  encode,
  list,
  nullable,
  record,
  text,
  uint
} from '#contracts/codec/codec.ts'
import { scanCanonical } from '#contracts/codec/scan.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'

const big = amount(1n << 64n)
const nothing = nullable(bool)
const mixed = record({ first: uint(), second: list(uint(), 9), third: list(uint(), 9) })

/** A vector with the codec that reads it; the value is read and written through that codec. */
function accepted<T>(hex: string, codec: Codec<T>, value: T) {
  return {
    hex,
    check: () => {
      expect(decode(codec, hexToBytes(hex), 100)).toEqual({ ok: true, value })
      expect(encode(codec, value)).toEqual(hexToBytes(hex))
    }
  }
}

const ACCEPTED = [
  ...(
    [
      ['00', 0],
      ['01', 1],
      ['0a', 10],
      ['17', 23],
      ['1818', 24],
      ['1819', 25],
      ['1864', 100],
      ['1903e8', 1000],
      ['1a000f4240', 1_000_000],
      ['1b000000e8d4a51000', 1_000_000_000_000]
    ] as const
  ).flatMap(([hex, value]) => [accepted(hex, uint(), value), accepted(hex, amount(), BigInt(value))]),
  accepted('1bffffffffffffffff', big, 18446744073709551615n),
  accepted('f4', bool, false),
  accepted('f5', bool, true),
  accepted('f6', nothing, null),
  accepted('40', bytes(9), new Uint8Array(0)),
  accepted('4401020304', bytes(9), Uint8Array.of(1, 2, 3, 4)),
  accepted('60', text(9), ''),
  accepted('6161', text(9), 'a'),
  accepted('6449455446', text(9), 'IETF'),
  accepted('62225c', text(9), '"\\'),
  accepted('80', list(uint(), 9), []),
  accepted('83010203', list(uint(), 9), [1, 2, 3]),
  accepted('8301820203820405', mixed, { first: 1, second: [2, 3], third: [4, 5] }),
  accepted(
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    list(uint(), 25),
    Array.from({ length: 25 }, (_, i) => i + 1)
  )
]

const words = (...lines: readonly string[]): readonly string[] => lines.flatMap(line => line.split(' '))

// Appendix A, outside the subset.
const REFUSED = {
  'big numbers and negative integers': words(
    'c249010000000000000000 3bffffffffffffffff c349010000000000000000 20 29 3863 3903e7'
  ),
  floats: words(
    'f90000 f98000 f93c00 fb3ff199999999999a f93e00 f97bff fa47c35000 fa7f7fffff fb7e37e43c8800759c',
    'f90001 f90400 f9c400 fbc010666666666666 f97c00 f97e00 f9fc00 fa7f800000 fa7fc00000 faff800000',
    'fb7ff0000000000000 fb7ff8000000000000 fbfff0000000000000'
  ),
  'undefined and other simple values': words('f7 f0 f818 f8ff e0 f3 f800 f814 f81f'),
  tags: words(
    'c074323031332d30332d32315432303a30343a30305a c11a514b67b0 c1fb41d452d9ec200000 d74401020304',
    'd818456449455446 d82076687474703a2f2f7777772e6578616d706c652e636f6d'
  ),
  'text beyond ASCII': words('62c3bc 63e6b0b4 64f0908591'),
  maps: words('a0 a201020304 a26161016162820203 826161a161626163 a56161614161626142616361436164614461656145'),
  'indefinite lengths': words(
    '5f42010243030405ff 7f657374726561646d696e67ff 9fff 9f018202039f0405ffff 9f01820203820405ff',
    '83018202039f0405ff 83019f0203ff820405 9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff',
    'bf61610161629f0203ffff 826161bf61626163ff bf6346756ef563416d7421ff'
  ),
  // Appendix F.1: not well formed.
  'ends early': [
    '',
    ...words(
      '18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000 fb000000 41 61',
      '5affffffff00 5bffffffffffffffff010203 7affffffff00 7b7fffffffffffffff010203 81 818181818181818181',
      '8200 a1 a20102 a100 a2000000'
    )
  ],
  'reserved additional information': words(
    '1c 1d 1e 3c 3d 3e 5c 5d 5e 7c 7d 7e 9c 9d 9e bc bd be dc dd de fc fd fe 1f 3f df ff 81ff 8200ff',
    '5f00ff 7f6100'
  ),
  // RFC 8949 4.2.1: the preferred, shortest head.
  'longer heads than needed': words(
    '1800 1817 190000 1900ff 1a00000000 1a0000ffff 1b0000000000000000 1b00000000ffffffff 5800 581700',
    '590001aa 5a00000001aa 5b0000000000000001aa 7800 780161 79000161 7a0000000161 7b000000000000000161',
    '9800 980100 99000100 9a0000000100 9b000000000000000100'
  ),
  'trailing bytes': words('0000 f6f6 4000 8000 810000 83010203ff'),
  'lengths no memory could hold': words(
    '9bffffffffffffffff 9b0000000100000000 9a7fffffff 5b7fffffffffffffff 7b0020000000000000 9affffffff00'
  )
}

describe('RFC 8949 within the subset round trips [ENC-1]', () => {
  test.each(ACCEPTED)('$hex', ({ hex, check }) => {
    expect(scanCanonical(hexToBytes(hex))).toBeUndefined()
    check()
  })
})

describe.each(Object.entries(REFUSED))('RFC 8949: %s are refused [ENC-1]', (_, vectors) => {
  test.each([...vectors])('%s', hex => {
    const input = hexToBytes(hex)
    expect(scanCanonical(input)).toBeTypeOf('string')
    const refusal = expect.objectContaining({ ok: false, code: 'E_NOT_CANONICAL' })
    for (const codec of [uint(), big, bool, bytes(99), text(99), nothing, list(uint(), 99), mixed]) {
      expect(decode<unknown>(codec as unknown as Codec<unknown>, input, 100)).toEqual(refusal)
    }
  })
})
