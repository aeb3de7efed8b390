// Many signatures at once give the verdict of ZIP-215 as well, one bad one among them is found, and nothing is verified
// twice [SIG-1].
import { describe, expect, it } from 'vitest'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VERIFY_LIMITS } from '#base-layer/runtime/limits.ts'
import { packBatch, verifyBatch } from '#base-layer/runtime/verify-batch.ts'
import { VerifiedCache } from '#base-layer/runtime/verified-cache.ts'
import { type SignedItem, VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { VerifyThreads } from '#base-layer/runtime/verify-threads.ts'

const { verified } = installNodeCrypto()
const secret = new Uint8Array(32).fill(9)
const key = derivePublicKey(secret)
const COUNT = VERIFY_LIMITS.batchItems + VERIFY_LIMITS.batchMin

function signed(from: number, count: number): SignedItem[] {
  return Array.from({ length: count }, (_, place) => {
    const message = Uint8Array.from({ length: (place % 5) * 40 }, () => from + (place % 251))
    return { key, message, signature: signMessage(secret, message) }
  })
}

// Key and R are the identity point, R in an encoding that is not canonical: ZIP-215 accepts, OpenSSL does not.
const unusual: SignedItem = {
  key: `01${'00'.repeat(31)}` as PublicKey,
  message: Uint8Array.of(1),
  signature: Uint8Array.from([0xee, ...new Array<number>(30).fill(0xff), 0x7f, ...new Array<number>(32).fill(0)])
}

function spoilt(item: SignedItem): SignedItem {
  return { ...item, signature: Uint8Array.from(item.signature, (byte, at) => (at === 40 ? byte ^ 1 : byte)) }
}

describe('SIG-1: many signatures at once', () => {
  it('are told apart one by one, in order, however long their messages are', async () => {
    const items = signed(0, 9).map((item, place) => (place % 3 === 1 ? spoilt(item) : item))
    const found = await verifyBatch(packBatch(items))
    expect([...found]).toEqual([1, 0, 1, 1, 0, 1, 1, 0, 1])
  })

  it('with a key that is no key say nothing, and the others are still told', async () => {
    const [good, other] = signed(1, 2) as [SignedItem, SignedItem]
    const found = await verifyBatch(packBatch([good, { ...other, key: 'ff'.repeat(32) as PublicKey }, unusual]))
    expect([...found]).toEqual([1, 0, 0])
  })

  it('come back from several threads in the order they were handed over', async () => {
    const items = signed(2, COUNT).map((item, place) => (place === 150 ? spoilt(item) : item))
    const found = await new VerifyThreads().verify(items)
    expect(found.flatMap((one, place) => (one ? [] : [place]))).toEqual([150])
    expect(found).toHaveLength(COUNT)
  })

  it('are all valid for the pool if they are, what only ZIP-215 accepts included, and are remembered', async () => {
    const pool = new VerifyPool(verified)
    const items = [...signed(3, COUNT), unusual]
    expect(await pool.verifyAll(items)).toBe(true)
    for (const { key: signer, message, signature } of items) {
      const name = VerifiedCache.nameOf(signer, message, signature)
      expect(name !== undefined && verified.has(name)).toBe(true)
    }
  })

  it('are refused by the pool for one changed message or signature, wherever it stands', async () => {
    for (const place of [0, 70, COUNT - 1]) {
      const pool = new VerifyPool(new VerifiedCache())
      const items = signed(4, COUNT)
      const item = items[place] as SignedItem
      expect(await pool.verifyAll(items.with(place, spoilt(item)))).toBe(false)
      expect(await pool.verifyAll(items.with(place, { ...item, message: Uint8Array.of(0, place) }))).toBe(false)
      expect(await pool.verifyAll(items.with(place, { ...item, signature: item.signature.subarray(1) }))).toBe(false)
    }
  })
})
