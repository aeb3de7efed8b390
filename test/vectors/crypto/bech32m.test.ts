// BIP-350: which strings are bech32m, for the library that encodes addresses and for the address reader
// [KEY-2].
import { bech32m } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { decodeAddress } from '#contracts/crypto/address.ts'

const VALID = [
  'A1LQFN3A',
  'a1lqfn3a',
  'an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6',
  'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
  '11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8',
  'split1checkupstagehandshakeupstreamerranterredcaperredlc445v',
  '?1v759aa'
]

const INVALID = [
  [' 1xj0phk', 'prefix character out of range'],
  ['\x7f1g6xzxy', 'prefix character out of range'],
  ['\x801vctc34', 'prefix character out of range'],
  ['an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4', 'too long'],
  ['qyrz8wqd2c9m', 'no separator'],
  ['1qyrz8wqd2c9m', 'empty prefix'],
  ['y1b0jsk6g', 'invalid data character'],
  ['lt1igcx5c0', 'invalid data character'],
  ['in1muywd', 'checksum too short'],
  ['mm1crxm3i', 'invalid character in checksum'],
  ['au1s5cgom', 'invalid character in checksum'],
  ['M1VUXWEZ', 'checksum of the prefix in upper case'],
  ['16plkw9', 'empty prefix'],
  ['1p2gdwpf', 'empty prefix']
] as const

describe('BIP-350 [KEY-2]', () => {
  test.each(VALID)('%s is bech32m, and no address', text => {
    expect(bech32m.decodeUnsafe(text)).toBeDefined()
    expect(decodeAddress(text)).toMatchObject({ ok: false })
  })

  test.each(INVALID)('%s is not bech32m: %s', text => {
    expect(bech32m.decodeUnsafe(text)).toBeUndefined()
    expect(decodeAddress(text)).toMatchObject({ ok: false })
  })
})
