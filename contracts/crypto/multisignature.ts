// One key for several: the MuSig2 aggregate over Ed25519 [SIG-3]. Whoever checks a transaction with several signers
// derives the key that its one signature answers to; `signing-session.ts` makes that signature. Every coefficient
// hashes the whole list, so nobody can choose a key that cancels another's.
import { interleavedMSMUnsafe } from '@noble/curves/abstract/curve.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import { isHex32, type PublicKey } from '../primitives/ids.ts'
import { hashBytes } from './hash.ts'

/** Most keys that one signature stands for. */
export const SIGNERS_MAX = 64
/** Aggregates kept, so that owners who sign together often cost their sum once a while, not once a transaction. */
const KEPT_MAX = 1_024
const WINDOW_BITS = 4

export type CurvePoint = InstanceType<typeof ed25519.Point>

const { Point } = ed25519
const kept = new Map<string, PublicKey | undefined>()

/**
 * A = sum of H(tag, list, X_i) * X_i as a key for `verifySignature`; a single key is returned as it is.
 * Undefined if the list is empty, longer than 64, not in ascending order, repeats a key, holds an unusable one,
 * or sums to a point of small order. Never throws [SIG-3].
 */
export function aggregateKeys(keys: readonly PublicKey[]): PublicKey | undefined {
  if (!isSignerList(keys)) return undefined
  const list = keys.join('')
  if (kept.has(list)) return kept.get(list)
  const aggregate = deriveAggregate(keys)
  if (kept.size >= KEPT_MAX) kept.clear()
  kept.set(list, aggregate)
  return aggregate
}

function deriveAggregate(keys: readonly PublicKey[]): PublicKey | undefined {
  const points: CurvePoint[] = []
  for (const key of keys) {
    const point = decodeKey(key)
    if (point === undefined) return undefined
    points.push(point)
  }
  if (points.length === 1) return keys[0]
  // One chain of doublings for all: a quarter of the time of 64 separate products.
  const sum = interleavedMSMUnsafe(Point, points, WINDOW_BITS)([...keyCoefficients(keys)])
  return sum.isSmallOrder() ? undefined : (bytesToHex(sum.toBytes()) as PublicKey)
}

/** Ascending and distinct, 1 to 64 keys of 32 bytes. Whether they are points is not looked at. */
export function isSignerList(keys: readonly PublicKey[]): boolean {
  if (keys.length === 0 || keys.length > SIGNERS_MAX) return false
  return keys.every((key, index) => isHex32(key) && (index === 0 || (keys[index - 1] ?? '') < key))
}

/** What each key is multiplied by in the sum, in the order of the list; 1 for a single key, which signs plainly. */
export function keyCoefficients(keys: readonly PublicKey[]): readonly bigint[] {
  if (keys.length === 1) return [1n]
  const list = hashBytes('musig-list', ...keys.map(key => hexToBytes(key)))
  return keys.map(key => littleEndian(hashBytes('musig-coefficient', list, hexToBytes(key))) % Point.Fn.ORDER)
}

/** The point of a canonical encoding that is not of small order, else undefined. Never throws. */
export function decodeKey(key: PublicKey): CurvePoint | undefined {
  try {
    const point = Point.fromHex(key, false)
    return point.isSmallOrder() ? undefined : point
  } catch {
    return undefined
  }
}

/** The unsigned little-endian integer in a byte string, as RFC 8032 reads hashes. */
export function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(concatBytes(bytes).reverse())}`)
}
