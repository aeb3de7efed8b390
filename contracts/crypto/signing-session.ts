// How several owners make the one signature of `multisignature.ts`: MuSig2 with two nonces each [SIG-3]. A
// wallet creates its nonce, hears the others', opens the session, signs its part and joins all parts; each
// part is checkable alone, so who sent a wrong one is named. The challenge is that of RFC 8032, so the result
// is an ordinary signature under the aggregate [SIG-1].
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { asciiToBytes, bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import type { PublicKey } from '../primitives/ids.ts'
import { accept, assert, reject, type Verdict } from '../primitives/verdict.ts'
import { hashBytes } from './hash.ts'
import { aggregateKeys, type CurvePoint, decodeKey, keyCoefficients, littleEndian } from './multisignature.ts'

/** Two points. */
export const PUBLIC_NONCE_BYTES = 64
export const PARTIAL_BYTES = 32
const POINT_BYTES = 32

const { Point } = ed25519
const ORDER = Point.Fn.ORDER

/** The secret half of a nonce. It lives in memory alone and signs once; it has no encoding. */
export class SecretNonce {
  /** What it was made for; it signs nothing else. */
  readonly purpose: string
  readonly publicNonce: Uint8Array
  #scalars: readonly [bigint, bigint] | undefined

  constructor(purpose: string, scalars: readonly [bigint, bigint]) {
    this.purpose = purpose
    this.#scalars = scalars
    this.publicNonce = concatBytes(...scalars.map(scalar => Point.BASE.multiply(scalar).toBytes()))
  }

  /** The scalars, once: a nonce that signs twice gives the key away, so the second call asserts. */
  take(): readonly [bigint, bigint] {
    const scalars = this.#scalars
    assert(scalars !== undefined, 'a nonce signs once')
    this.#scalars = undefined
    return scalars
  }

  get used(): boolean {
    return this.#scalars === undefined
  }
}

export interface NonceWishes {
  readonly secretKey: Uint8Array
  readonly keys: readonly PublicKey[]
  readonly message: Uint8Array
  /** 32 fresh bytes from the machine's randomness, never used before or again. */
  readonly randomness: Uint8Array
}

/** A nonce of the holder of `secretKey` for one message of one list of keys. Asserts on wrong lengths. */
export function createNonce({ secretKey, keys, message, randomness }: NonceWishes): SecretNonce {
  assert(secretKey.length === 32 && randomness.length === 32, 'secret key and randomness have 32 bytes')
  const { prefix, pointBytes } = ed25519.utils.getExtendedPublicKey(secretKey)
  const bound = hashBytes('musig-nonce-for', hexToBytes(keys.join('')), sha512(message))
  const scalar = (index: number): bigint => {
    const seed = concatBytes(asciiToBytes('musig-nonce'), Uint8Array.of(index), randomness, prefix, pointBytes, bound)
    // 512 bits over a 252-bit order leave no bias; zero would take 2^252 tries.
    return (littleEndian(sha512(seed)) % (ORDER - 1n)) + 1n
  }
  return new SecretNonce(purposeOf(keys, message), [scalar(1), scalar(2)])
}

function purposeOf(keys: readonly PublicKey[], message: Uint8Array): string {
  return `${keys.join('')}:${bytesToHex(sha512(message))}`
}

/** Everything that all signers of one message agree on. Holds nothing secret. */
export interface SigningSession {
  /** The key the signature answers to. */
  readonly aggregate: PublicKey
  readonly keys: readonly PublicKey[]
  readonly publicNonces: readonly Uint8Array[]
  readonly purpose: string
  /** R of the signature. */
  readonly point: Uint8Array
  readonly nonceCoefficient: bigint
  readonly challenge: bigint
  readonly coefficients: readonly bigint[]
}

export type SessionCode = 'E_SIGNERS' | 'E_NONCE'

/**
 * The session of a message: keys ascending, `publicNonces` in their order, 64 bytes each. E_SIGNERS if the keys have no
 * aggregate, E_NONCE (naming the key) if a nonce is not two canonical points of large order.
 */
export function openSession(
  keys: readonly PublicKey[],
  publicNonces: readonly Uint8Array[],
  message: Uint8Array
): Verdict<SigningSession, SessionCode> {
  const aggregate = aggregateKeys(keys)
  if (aggregate === undefined || publicNonces.length !== keys.length) {
    return reject('E_SIGNERS', 'the keys have no aggregate, or not every key has a nonce')
  }
  let [first, second] = [Point.ZERO, Point.ZERO]
  for (const [index, nonce] of publicNonces.entries()) {
    const points = decodeNonce(nonce)
    if (points === undefined) return reject('E_NONCE', `the nonce of ${keys[index]} is not a pair of usable points`)
    first = first.add(points[0])
    second = second.add(points[1])
  }
  const [key, joined] = [hexToBytes(aggregate), concatBytes(first.toBytes(), second.toBytes())]
  const nonceCoefficient = littleEndian(hashBytes('musig-nonce-coefficient', key, joined, message)) % ORDER
  const point = first.add(second.multiplyUnsafe(nonceCoefficient))
  if (point.isSmallOrder()) return reject('E_NONCE', 'the nonces cancel each other')
  const bytes = point.toBytes()
  return accept({
    aggregate,
    keys,
    publicNonces,
    purpose: purposeOf(keys, message),
    point: bytes,
    nonceCoefficient,
    challenge: littleEndian(sha512(concatBytes(bytes, key, message))) % ORDER,
    coefficients: keyCoefficients(keys)
  })
}

/**
 * This signer's part, 32 bytes; uses the nonce up. Asserts if the key or the nonce is
 * not of this session, or the nonce has signed before.
 */
export function signPartial(session: SigningSession, secretKey: Uint8Array, nonce: SecretNonce): Uint8Array {
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(secretKey)
  const index = session.keys.indexOf(bytesToHex(pointBytes) as PublicKey)
  const coefficient = session.coefficients[index]
  const listed = session.publicNonces[index]
  assert(coefficient !== undefined && listed !== undefined, 'the key signs in this session')
  assert(nonce.purpose === session.purpose, 'the nonce was made for these keys and this message')
  assert(bytesToHex(listed) === bytesToHex(nonce.publicNonce), 'the session lists the nonce')
  const [first, second] = nonce.take()
  const { Fn } = Point
  const keyed = Fn.mul(Fn.mul(session.challenge, coefficient), Fn.create(scalar))
  return Fn.toBytes(Fn.add(Fn.add(first, Fn.mul(session.nonceCoefficient, second)), keyed))
}

/** True if `partial` is the part of the key at `index`: 8 s B = 8 (R1 + b R2 + k a X). Never throws. */
export function isPartial(session: SigningSession, index: number, partial: Uint8Array): boolean {
  const [key, coefficient, nonce] = [session.keys[index], session.coefficients[index], session.publicNonces[index]]
  if (key === undefined || coefficient === undefined || nonce === undefined) return false
  const scalar = decodeScalar(partial)
  const point = decodeKey(key)
  const nonces = decodeNonce(nonce)
  if (scalar === undefined || point === undefined || nonces === undefined) return false
  const weighed = point.multiplyUnsafe((session.challenge * coefficient) % ORDER)
  const expected = nonces[0].add(nonces[1].multiplyUnsafe(session.nonceCoefficient)).add(weighed)
  return Point.BASE.multiplyUnsafe(scalar).subtract(expected).isSmallOrder()
}

/**
 * All parts, in the order of the keys, as one signature of 64 bytes;
 * E_PARTIAL names the first key whose part is wrong.
 */
export function joinPartials(
  session: SigningSession,
  partials: readonly Uint8Array[]
): Verdict<Uint8Array, 'E_PARTIAL'> {
  let sum = 0n
  for (const [index, key] of session.keys.entries()) {
    const partial = partials[index]
    const scalar = partial === undefined ? undefined : decodeScalar(partial)
    if (partial === undefined || scalar === undefined || !isPartial(session, index, partial)) {
      return reject('E_PARTIAL', `the part of ${key} is wrong`)
    }
    sum += scalar
  }
  return accept(concatBytes(session.point, Point.Fn.toBytes(sum % ORDER)))
}

function decodeNonce(nonce: Uint8Array): readonly [CurvePoint, CurvePoint] | undefined {
  if (nonce.length !== PUBLIC_NONCE_BYTES) return undefined
  const first = decodeKey(bytesToHex(nonce.subarray(0, POINT_BYTES)) as PublicKey)
  const second = decodeKey(bytesToHex(nonce.subarray(POINT_BYTES)) as PublicKey)
  return first === undefined || second === undefined ? undefined : [first, second]
}

/** Below the order, else undefined. */
function decodeScalar(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== PARTIAL_BYTES) return undefined
  const scalar = littleEndian(bytes)
  return scalar < ORDER ? scalar : undefined
}
