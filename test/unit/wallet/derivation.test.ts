import { describe, expect, test } from 'vitest'
import { createPhrase, deriveSecret, ROLES, seedOfPhrase } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { derivePath } from '#base-layer/wallet/derivation.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'

describe('SLIP-0010 test vector 1 for ed25519 [KEY-1]', () => {
  const seed = hexToBytes('000102030405060708090a0b0c0d0e0f')
  const rows: readonly (readonly [path: readonly number[], secret: string, key: string])[] = [
    [
      [],
      '2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7',
      'a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed'
    ],
    [
      [0],
      '68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3',
      '8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c'
    ],
    [
      [0, 1, 2, 2, 1_000_000_000],
      '8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793',
      '3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a'
    ]
  ]
  test.each(rows)('path %j', (path, secret, key) => {
    expect(bytesToHex(derivePath(seed, path))).toBe(secret)
    expect(derivePublicKey(derivePath(seed, path))).toBe(key)
  })

  test('a step of 2^31 asserts', () => {
    expect(() => derivePath(seed, [2 ** 31])).toThrow()
  })
})

describe('phrases [KEY-1]', () => {
  // BIP-39's own vector: entropy of zeros, passphrase TREZOR.
  const phrase = `${'abandon '.repeat(11)}about`
  const expected =
    'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04'

  test('give the seed of BIP-39, whatever the spaces and case', () => {
    const seed = seedOfPhrase(`  ${phrase.toUpperCase()}\n`, 'TREZOR')
    expect(seed.ok && bytesToHex(seed.value.reveal())).toBe(expected)
  })

  test.each([
    ['a wrong word', phrase.replace('about', 'abouts')],
    ['a wrong checksum', phrase.replace('about', 'abandon')],
    ['a word too few', phrase.slice(8)],
    ['nothing', '']
  ])('%s is E_PHRASE', (_what, bad) => {
    expect(seedOfPhrase(bad)).toMatchObject({ ok: false, code: 'E_PHRASE' })
  })

  test('a new one has 24 words, is valid, and is not the last one', () => {
    const [one, two] = [createPhrase().reveal(), createPhrase().reveal()]
    expect(one.split(' ')).toHaveLength(24)
    expect(seedOfPhrase(one).ok).toBe(true)
    expect(one).not.toBe(two)
  })

  test('every role, index and account has a key of its own', () => {
    const seed = new Secret(hexToBytes(expected))
    const keys = ROLES.flatMap(role =>
      [
        [0, 0],
        [1, 0],
        [0, 1]
      ].map(([index, account]) => bytesToHex(deriveSecret(seed, role, index, account).reveal()))
    )
    expect(new Set(keys).size).toBe(keys.length)
    expect(deriveSecret(seed, 'spend').reveal()).toEqual(derivePath(seed.reveal(), [44, 7878, 0, 0, 0]))
  })
})
