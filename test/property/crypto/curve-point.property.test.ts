import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSurelyLargePoint } from '#contracts/crypto/curve-point.ts'
import { isUsableKey } from '#contracts/crypto/signature.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

const P = (1n << 255n) - 19n

/** The curve's own answer: a root is taken and the point multiplied. */
function isLargePoint(key: string): boolean {
  try {
    return !ed25519.Point.fromHex(key, false).isSmallOrder()
  } catch {
    return false
  }
}

function encodingOf(y: bigint, sign: 0n | 1n = 0n): string {
  const text = (y | (sign << 255n)).toString(16).padStart(64, '0')
  return (text.match(/../g) ?? []).reverse().join('')
}

describe('a key that is surely usable [SIG-3]', () => {
  test('is exactly one that the curve calls a point of large order', () => {
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex)
    fc.assert(
      fc.property(keys, key => {
        expect(isSurelyLargePoint(key)).toBe(isLargePoint(key))
      }),
      { numRuns: 2_000 }
    )
  })

  test('is told near both ends of the field and of each word, with either sign', () => {
    const edges = [0n, P, 1n << 255n, P / 2n, ...Array.from({ length: 10 }, (_, limb) => 1n << BigInt(26 * limb))]
    for (const edge of edges) {
      for (let step = -24n; step <= 24n; step++) {
        const y = BigInt.asUintN(255, edge + step)
        for (const sign of [0n, 1n] as const) {
          const key = encodingOf(y, sign)
          expect(isSurelyLargePoint(key), key).toBe(isLargePoint(key))
        }
      }
    }
  })

  test('is never of small order, nor an encoding of 2^255 - 19 or more', () => {
    for (const point of ED25519_TORSION_SUBGROUP) {
      const y = BigInt.asUintN(255, BigInt(`0x${(point.match(/../g) ?? []).reverse().join('')}`))
      for (const key of [point, encodingOf(y), encodingOf(y, 1n)]) {
        expect(isSurelyLargePoint(key)).toBe(false)
        expect(isUsableKey(key as PublicKey)).toBe(false)
      }
    }
    for (let y = P; y < 1n << 255n; y++) expect(isSurelyLargePoint(encodingOf(y))).toBe(false)
  })

  test('is every key made from a secret, so that nobody who owns one waits for the slow curve', () => {
    for (let seed = 0; seed < 200; seed++) {
      const key = bytesToHex(ed25519.getPublicKey(new Uint8Array(32).fill(seed)))
      expect(isSurelyLargePoint(key)).toBe(true)
    }
  })
})
