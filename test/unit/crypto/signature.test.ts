// The one signature rule: what is signed names its kind and chain [SIG-2], and hostile bytes are refused
// quietly [SIG-1].
import { describe, expect, test } from 'vitest'
import { derivePublicKey, signingBytes, signMessage, verifySignature } from '#contracts/crypto/signature.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'

const secretKey = new Uint8Array(32).fill(1)
const alice = derivePublicKey(secretKey)
const mainnet = 'aa'.repeat(32) as GenesisHash
const sidechain = 'bb'.repeat(32) as GenesisHash
const object = asciiToBytes('pay bob')

describe('what is signed [SIG-2]', () => {
  test('is the length of the tag, the tag, the genesis hash, then the object', () => {
    expect(bytesToHex(signingBytes('vote', mainnet, Uint8Array.of(9)))).toBe(`04766f7465${'aa'.repeat(32)}09`)
  })

  test('verifies for its kind and its chain alone', () => {
    const signature = signMessage(secretKey, signingBytes('vote', mainnet, object))
    expect(verifySignature(alice, signingBytes('vote', mainnet, object), signature)).toBe(true)
    expect(verifySignature(alice, signingBytes('header', mainnet, object), signature)).toBe(false)
    expect(verifySignature(alice, signingBytes('vote', sidechain, object), signature)).toBe(false)
  })
})

describe('a signature [SIG-1]', () => {
  const signature = signMessage(secretKey, object)

  test('of another length is refused', () => {
    for (const length of [0, 63, 65, 128]) expect(verifySignature(alice, object, new Uint8Array(length))).toBe(false)
    expect(verifySignature(alice, object, signature.slice(0, 63))).toBe(false)
  })

  test('under a key that is not one is refused without a throw', () => {
    for (const key of ['', 'zz'.repeat(32), 'ab', `02${'00'.repeat(31)}`, alice.toUpperCase()]) {
      expect(verifySignature(key as PublicKey, object, signature)).toBe(false)
    }
  })

  test('with any bit of its first and last bytes changed is refused', () => {
    for (const at of [0, 31, 32, 63]) {
      for (let bit = 0; bit < 8; bit++) {
        const forged = signature.slice()
        forged[at] = (forged[at] ?? 0) ^ (1 << bit)
        expect(verifySignature(alice, object, forged)).toBe(false)
      }
    }
  })

  test('is not made with a secret key of another length', () => {
    expect(() => signMessage(new Uint8Array(31), object)).toThrow('32 bytes')
  })
})
