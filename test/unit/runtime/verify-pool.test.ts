// The pool and the native fast path give the verdict of ZIP-215 and do no work twice [SIG-1].
import { beforeAll, describe, expect, it } from 'vitest'
import { derivePublicKey, signMessage, verifySignature } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { type InstalledCrypto, installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifiedCache } from '#base-layer/runtime/verified-cache.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'

const secret = new Uint8Array(32).fill(7)
const message = new TextEncoder().encode('alice pays bob')
let installed: InstalledCrypto
let pool: VerifyPool
let key: PublicKey
let signature: Uint8Array

// The key is the identity point; R is the identity too, written as y = p + 1, which is not canonical; s = 0.
// ZIP-215 accepts it for every message, OpenSSL compares the bytes of R and refuses.
const identityKey = `01${'00'.repeat(31)}` as PublicKey
const unusualSignature = Uint8Array.from([
  0xee,
  ...new Array<number>(30).fill(0xff),
  0x7f,
  ...new Array<number>(32).fill(0)
])

beforeAll(() => {
  installed = installNodeCrypto()
  pool = new VerifyPool(installed.verified)
  key = derivePublicKey(secret)
  signature = signMessage(secret, message)
})

describe('SIG-1: the verify pool', () => {
  it('accepts a valid signature', async () => {
    expect(await pool.verify(key, message, signature)).toBe(true)
  })

  it('refuses a changed message, signature or key', async () => {
    const flipped = Uint8Array.from(signature, (byte, i) => (i === 3 ? byte ^ 1 : byte))
    expect(await pool.verify(key, message.subarray(1), signature)).toBe(false)
    expect(await pool.verify(key, message, flipped)).toBe(false)
    expect(await pool.verify(derivePublicKey(new Uint8Array(32).fill(8)), message, signature)).toBe(false)
  })

  it('refuses a signature of the wrong length and a key that is no key', async () => {
    expect(await pool.verify(key, message, signature.subarray(1))).toBe(false)
    expect(await pool.verify('zz'.repeat(32) as PublicKey, message, signature)).toBe(false)
    expect(await pool.verify('ff'.repeat(32) as PublicKey, message, signature)).toBe(false)
  })

  it('accepts what only ZIP-215 accepts, which the native verifier refuses', async () => {
    expect(installed.native.verifyFast(identityKey, message, unusualSignature)).toBe(false)
    expect(verifySignature(identityKey, message, unusualSignature)).toBe(true)
    expect(await pool.verify(identityKey, message, unusualSignature)).toBe(true)
  })

  it('remembers valid signatures for the synchronous verifier and never invalid ones', async () => {
    const other = signMessage(secret, Uint8Array.of(1))
    const before = installed.verified.size
    expect(await pool.verify(key, Uint8Array.of(2), other)).toBe(false)
    expect(installed.verified.size).toBe(before)
    expect(await pool.verify(key, Uint8Array.of(1), other)).toBe(true)
    expect(installed.verified.size).toBe(before + 1)
    expect(await pool.verify(identityKey, message, unusualSignature)).toBe(true)
    expect(installed.native.verifyFast(identityKey, message, unusualSignature)).toBe(true)
  })

  it('shares one run between equal calls and says E_BUSY above its limit', async () => {
    const small = new VerifyPool(new VerifiedCache(), 1)
    const first = small.verify(key, message, signature)
    expect(small.verify(key, message, signature)).toBe(first)
    await expect(small.verify(key, Uint8Array.of(9), signature)).rejects.toMatchObject({ code: 'E_BUSY' })
    expect(await first).toBe(true)
    expect(small.pending).toBe(0)
  })

  it('verifies many in order', async () => {
    const items = Array.from({ length: 9 }, (_, i) => ({
      key,
      message: Uint8Array.of(i),
      signature: signMessage(secret, Uint8Array.of(i === 4 ? 99 : i))
    }))
    const small = new VerifyPool(new VerifiedCache(), 8)
    expect(await small.verifyMany(items)).toEqual(items.map((_, i) => i !== 4))
  })
})

describe('the cache of verified signatures', () => {
  it('forgets the oldest when full', () => {
    const cache = new VerifiedCache(2)
    for (const name of ['a', 'b', 'c']) cache.add(name)
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([false, true, true])
  })
})

describe('native signing', () => {
  it('follows RFC 8032 and notices a secret that was written over in place', () => {
    const buffer = new Uint8Array(32).fill(1)
    const first = installed.native.sign(buffer, message)
    expect(verifySignature(derivePublicKey(buffer), message, first)).toBe(true)
    buffer.fill(2)
    expect(verifySignature(derivePublicKey(buffer), message, installed.native.sign(buffer, message))).toBe(true)
  })
})
