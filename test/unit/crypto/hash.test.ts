// SHA-256 with a domain per use, portable or native alike [HASH-1].
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hashBytes, hashHex, sha256 } from '#contracts/crypto/hash.ts'
import { installNativeCrypto } from '#contracts/crypto/native.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'

describe('hashing [HASH-1]', () => {
  test('is SHA-256 (FIPS 180-4 example)', () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(bytesToHex(sha256(asciiToBytes('abc')))).toBe(expected)
  })

  test('covers the length of the domain, the domain, then the parts joined', () => {
    const expected = createHash('sha256')
      .update('\x05block')
      .update(Uint8Array.of(1, 2, 3))
      .digest('hex')
    expect(hashHex('block', Uint8Array.of(1), Uint8Array.of(2, 3))).toBe(expected)
    expect(bytesToHex(hashBytes('block', Uint8Array.of(1, 2, 3)))).toBe(expected)
  })

  test('keeps domains apart even when one begins like another', () => {
    expect(hashHex('vote', asciiToBytes('s'))).not.toBe(hashHex('votes'))
  })

  test('takes no domain that could pass for the tag of a leaf or a node', () => {
    expect(() => hashBytes('')).toThrow('2 to 64')
    expect(() => hashBytes('a')).toThrow('2 to 64')
    expect(() => hashBytes('a'.repeat(65))).toThrow('2 to 64')
    expect(() => hashBytes('bl\u00f6ck')).toThrow('ASCII')
  })

  test('is the same under a native body', () => {
    const portable = hashHex('block', new Uint8Array(1000))
    const unused = () => {
      throw new Error('not used here')
    }
    const nativeSha256 = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest())
    installNativeCrypto({ sha256: nativeSha256, verifyFast: unused, sign: unused })
    expect(hashHex('block', new Uint8Array(1000))).toBe(portable)
  })
})
