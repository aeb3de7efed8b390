// The verifiable random function of the seed: ECVRF-EDWARDS25519-SHA512-TAI, RFC 9381 section 5 with suite
// 0x03 [POS-3]. Peers prove once per period; whoever checks a block verifies the proofs it reveals. One
// output per key and input exists, whatever the prover does, which a signature would not give.
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import { isHex32, type PublicKey } from '../primitives/ids.ts'
import { assert } from '../primitives/verdict.ts'

/** Gamma (32), challenge (16), response (32). */
export const VRF_PROOF_BYTES = 80
export const VRF_OUTPUT_BYTES = 64

const SUITE = 0x03
const POINT_BYTES = 32
const CHALLENGE_BYTES = 16

type Point = InstanceType<typeof ed25519.Point>

const { Point } = ed25519
const ORDER = Point.Fn.ORDER

/** The public key of a 32-byte secret key; the same derivation as for signatures (RFC 8032 5.1.5). */
export function vrfPublicKey(secretKey: Uint8Array): PublicKey {
  return bytesToHex(ed25519.getPublicKey(secretKey)) as PublicKey
}

/**
 * Proof of 80 bytes over `alpha` (any length). Deterministic. Asserts if the secret key is not 32 bytes. RFC
 * 9381 5.1.
 */
export function vrfProve(secretKey: Uint8Array, alpha: Uint8Array): Uint8Array {
  assert(secretKey.length === 32, 'secret key has 32 bytes')
  const { scalar, prefix, point, pointBytes } = ed25519.utils.getExtendedPublicKey(secretKey)
  const h = encodeToCurve(pointBytes, alpha)
  const gamma = h.multiply(scalar)
  // RFC 9381 5.4.2.2: the nonce depends on the key and on H only, so the same input never meets two nonces.
  const nonce = littleEndian(sha512(concatBytes(prefix, h.toBytes()))) % ORDER
  const challenge = deriveChallenge(point, h, gamma, Point.BASE.multiply(nonce), h.multiply(nonce))
  const response = (nonce + littleEndian(challenge) * scalar) % ORDER
  return concatBytes(gamma.toBytes(), challenge, Point.Fn.toBytes(response))
}

/**
 * The 64-byte output that `proof` proves for `publicKey` and `alpha`, or undefined if it proves nothing.
 * Never throws, whatever the bytes. Refuses keys that are not canonical or of small order (RFC 9381 5.4.5), a
 * Gamma that is not canonical, and s >= q. RFC 9381 5.3.
 */
export function vrfVerify(publicKey: PublicKey, alpha: Uint8Array, proof: Uint8Array): Uint8Array | undefined {
  if (proof.length !== VRF_PROOF_BYTES || !isHex32(publicKey)) return undefined
  const keyBytes = hexToBytes(publicKey)
  const key = decodePoint(keyBytes)
  const gamma = decodePoint(proof.subarray(0, POINT_BYTES))
  if (key === undefined || gamma === undefined || key.isSmallOrder()) return undefined
  const challenge = proof.subarray(POINT_BYTES, POINT_BYTES + CHALLENGE_BYTES)
  const c = littleEndian(challenge)
  const s = littleEndian(proof.subarray(POINT_BYTES + CHALLENGE_BYTES))
  if (s >= ORDER) return undefined
  const h = encodeToCurve(keyBytes, alpha)
  const u = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(c))
  const v = h.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(c))
  const expected = littleEndian(deriveChallenge(key, h, gamma, u, v))
  return expected === c ? outputOf(gamma) : undefined
}

/**
 * proof_to_hash, RFC 9381 5.2. The cofactor is cleared, so adding a small-order point to Gamma changes
 * nothing.
 */
function outputOf(gamma: Point): Uint8Array {
  return sha512(concatBytes(Uint8Array.of(SUITE, 0x03), gamma.clearCofactor().toBytes(), Uint8Array.of(0x00)))
}

/**
 * Try-and-increment, RFC 9381 5.4.1.1, salted with the public key. Half of the tries succeed; alpha and key
 * are public.
 */
function encodeToCurve(keyBytes: Uint8Array, alpha: Uint8Array): Point {
  for (let counter = 0; counter < 256; counter++) {
    const suffix = Uint8Array.of(counter, 0x00)
    const hash = sha512(concatBytes(Uint8Array.of(SUITE, 0x01), keyBytes, alpha, suffix))
    const point = decodePoint(hash.subarray(0, POINT_BYTES))?.clearCofactor()
    if (point !== undefined && !point.is0()) return point
  }
  assert(false, 'no point in 256 tries: SHA-512 is broken')
}

/** RFC 9381 5.4.3. */
function deriveChallenge(...points: readonly Point[]): Uint8Array {
  const encoded = points.map(point => point.toBytes())
  const hash = sha512(concatBytes(Uint8Array.of(SUITE, 0x02), ...encoded, Uint8Array.of(0x00)))
  return hash.subarray(0, CHALLENGE_BYTES)
}

/** string_to_point as RFC 8032 5.1.3 has it: canonical encodings only. */
function decodePoint(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, false)
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  // Not slice(): of a Node Buffer that is a view, and reversing it would write into the caller's proof.
  return BigInt(`0x${bytesToHex(Uint8Array.from(bytes).reverse())}`)
}
