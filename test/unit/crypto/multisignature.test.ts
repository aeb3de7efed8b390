// The key that several owners sign under [SIG-3].
import { describe, expect, it } from 'vitest'
import { aggregateKeys, SIGNERS_MAX } from '#contracts/crypto/multisignature.ts'
import { derivePublicKey, isUsableKey } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

function keysOf(count: number): readonly PublicKey[] {
  return Array.from({ length: count }, (_, n) => derivePublicKey(new Uint8Array(32).fill(n + 1))).sort()
}

/** Canonical encoding of a point of order 2. */
const SMALL_ORDER = `ec${'ff'.repeat(30)}7f` as PublicKey
/** y = p + 1: an encoding of the neutral point that is not canonical. */
const NOT_CANONICAL = `ee${'ff'.repeat(30)}7f` as PublicKey
const NO_POINT = `02${'00'.repeat(31)}` as PublicKey

describe('the aggregate of keys [SIG-3]', () => {
  it('of a single key is that key', () => {
    const [key] = keysOf(1)
    expect(key !== undefined && aggregateKeys([key])).toBe(key)
  })

  it('is a usable key that depends on every key of the list', () => {
    const keys = keysOf(4)
    const whole = aggregateKeys(keys)
    expect(whole !== undefined && isUsableKey(whole)).toBe(true)
    for (const left of keys) expect(aggregateKeys(keys.filter(key => key !== left))).not.toBe(whole)
    expect(aggregateKeys(keys)).toBe(whole)
  })

  it('exists for 64 keys and for no more', () => {
    expect(aggregateKeys(keysOf(SIGNERS_MAX))).toBeDefined()
    expect(aggregateKeys(keysOf(SIGNERS_MAX + 1))).toBeUndefined()
    expect(aggregateKeys([])).toBeUndefined()
  })

  it('is refused for lists out of order or with a key twice', () => {
    const keys = keysOf(3)
    expect(aggregateKeys([...keys].reverse())).toBeUndefined()
    expect(aggregateKeys(keys.flatMap(key => [key, key]))).toBeUndefined()
  })

  it.each([
    ['of small order', SMALL_ORDER],
    ['that are not canonical', NOT_CANONICAL],
    ['that are no points', NO_POINT],
    ['that are not 32 bytes', 'ab' as PublicKey]
  ])('is refused with keys %s, alone or among others', (_, bad) => {
    expect(aggregateKeys([bad])).toBeUndefined()
    expect(aggregateKeys([...keysOf(2), bad].sort())).toBeUndefined()
  })
})
