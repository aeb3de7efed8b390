// Where Ed25519 verifiers disagree, and what ZIP-215 says [SIG-1]. Sources: the twelve cases of "Taming the
// many EdDSAs" (Chalkias, Garillot, Nikolaenko; ePrint 2020/1244; the ed25519-speccheck repository), and
// every pair of the fourteen encodings of points of small order (ZIP-215 test vectors; C2SP CCTV list of
// encodings).
import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { installNativeCrypto } from '#contracts/crypto/native.ts'
import { isUsableKey, verifySignature } from '#contracts/crypto/signature.ts'
import { asciiToBytes, bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

const SMALL = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'
const MIXED = 'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43'
const MIXED_2 = 'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d'
const ORDINARY = '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623'
const MINUS_ZERO = 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'

const SPECCHECK = [
  {
    what: '0: S = 0, small A, small R',
    message: '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
    key: SMALL,
    r: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    s: '0000000000000000000000000000000000000000000000000000000000000000',
    valid: true
  },
  {
    what: '1: small A, mixed R',
    message: '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    key: SMALL,
    r: 'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    s: 'a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    valid: true
  },
  {
    what: '2: mixed A, small R',
    message: 'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
    key: MIXED,
    r: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    s: '8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
    valid: true
  },
  {
    what: '3: mixed A and R, valid with and without cofactor',
    message: '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    key: MIXED_2,
    r: '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f',
    s: '87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
    valid: true
  },
  {
    what: '4: mixed A and R, valid with cofactor only',
    message: 'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    key: MIXED_2,
    r: '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512',
    s: '5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
    valid: true
  },
  {
    what: '5: as 4, fails if 8k is reduced before it multiplies A',
    message: 'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    key: MIXED_2,
    r: '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7',
    s: 'e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
    valid: true
  },
  {
    what: '6: S above L',
    message: '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    key: ORDINARY,
    r: 'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e',
    s: '547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
    valid: false
  },
  {
    what: '7: S far above L',
    message: '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    key: ORDINARY,
    r: '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942',
    s: '7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
    valid: false
  },
  {
    what: '8: non-canonical R, hashed as if it were canonical',
    message: '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
    key: MIXED,
    r: MINUS_ZERO,
    s: '03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f',
    valid: false
  },
  {
    what: '9: non-canonical R, hashed as it is',
    message: '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
    key: MIXED,
    r: MINUS_ZERO,
    s: 'ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908',
    valid: true
  },
  {
    what: '10: non-canonical small A, hashed as if it were canonical',
    message: 'e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b',
    key: MINUS_ZERO,
    r: 'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc',
    s: 'a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    valid: true
  },
  {
    what: '11: non-canonical small A, hashed as it is',
    message: '39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f',
    key: MINUS_ZERO,
    r: 'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc',
    s: 'a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    valid: true
  }
] as const

const ff = (bytes: number): string => 'ff'.repeat(bytes)
const zero = (bytes: number): string => '00'.repeat(bytes)
const CANONICAL = [
  zero(32),
  `${zero(31)}80`,
  `01${zero(31)}`,
  `ec${ff(30)}7f`,
  SMALL,
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'
]
const NON_CANONICAL = [`01${zero(30)}80`, MINUS_ZERO, `ed${ff(30)}7f`, `ed${ff(31)}`, `ee${ff(30)}7f`, `ee${ff(31)}`]
const SMALL_ORDER = [...CANONICAL, ...NON_CANONICAL]

interface Case {
  readonly key: string
  readonly message: string
  readonly signature: string
}

const ALL: readonly Case[] = [
  ...SPECCHECK.map(({ key, message, r, s }) => ({ key, message, signature: r + s })),
  ...SMALL_ORDER.flatMap(key =>
    SMALL_ORDER.map(r => ({ key, message: bytesToHex(asciiToBytes('Zcash')), signature: r + zero(32) }))
  )
]

function isValid({ key, message, signature }: Case): boolean {
  return verifySignature(key as PublicKey, hexToBytes(message), hexToBytes(signature))
}

/** What OpenSSL says through Node: no cofactor, canonical R only. */
function opensslSays(key: string, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(key, 'hex').toString('base64url')
    return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature)
  } catch {
    return false
  }
}

// The first tests run on the portable verifier; the last install a native one for the rest of this file.
describe('ZIP-215 decides [SIG-1]', () => {
  test.each(SPECCHECK)('speccheck $what', ({ key, message, r, s, valid }) => {
    expect(isValid({ key, message, signature: r + s })).toBe(valid)
  })

  test('with S = 0 every pair of encodings of small order is valid, canonical or not', () => {
    expect(ALL.slice(SPECCHECK.length)).toHaveLength(196)
    for (const item of ALL.slice(SPECCHECK.length)) expect(isValid(item), JSON.stringify(item)).toBe(true)
  })

  test('and yet none of those keys, nor a key that is no point, may own anything [SIG-3]', () => {
    for (const key of SMALL_ORDER) expect(isUsableKey(key as PublicKey), key).toBe(false)
    for (const key of [`02${zero(31)}`, ff(32), 'zz', '', ORDINARY.toUpperCase()]) {
      expect(isUsableKey(key as PublicKey), key).toBe(false)
    }
    expect(isUsableKey(ORDINARY as PublicKey)).toBe(true)
  })
})

describe('a native verifier [SIG-1]', () => {
  test('that says "not sure" or throws changes no verdict', () => {
    const verdicts = ALL.map(isValid)
    const native = { sha256: unused, sign: unused }
    installNativeCrypto({ ...native, verifyFast: () => false })
    expect(ALL.map(isValid)).toEqual(verdicts)
    const throwing = () => {
      throw new Error('unsupported key')
    }
    installNativeCrypto({ ...native, verifyFast: throwing })
    expect(ALL.map(isValid)).toEqual(verdicts)
  })

  test('as strict as OpenSSL differs from ZIP-215 here, never says "valid" wrongly, and changes no verdict', () => {
    const native = { sha256: unused, sign: unused, verifyFast: () => false }
    installNativeCrypto(native)
    const verdicts = ALL.map(isValid)
    const openssl = ALL.map(({ key, message, signature }) =>
      opensslSays(key, hexToBytes(message), hexToBytes(signature))
    )
    expect(openssl).not.toEqual(verdicts)
    for (let i = 0; i < ALL.length; i++) if (openssl[i] === true) expect(verdicts[i]).toBe(true)
    installNativeCrypto({ ...native, verifyFast: opensslSays })
    expect(ALL.map(isValid)).toEqual(verdicts)
  })
})

function unused(): never {
  throw new Error('not used here')
}
