// What a VRF verifier must refuse: everything but the one proof of a usable key over this input [POS-3].
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 as sha } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { VRF_OUTPUT_BYTES, VRF_PROOF_BYTES, vrfProve, vrfPublicKey, vrfVerify } from '#contracts/crypto/vrf.ts'
import { asciiToBytes, bytesToHex, concatBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

const secretKey = new Uint8Array(32).fill(7)
const publicKey = vrfPublicKey(secretKey)
const alpha = asciiToBytes('period 3')
const proof = vrfProve(secretKey, alpha)
const ORDER = ed25519.Point.Fn.ORDER
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe('a VRF proof [POS-3]', () => {
  test('has 80 bytes, verifies, and is the same each time it is made', () => {
    expect(proof).toHaveLength(VRF_PROOF_BYTES)
    expect(vrfProve(secretKey, alpha)).toEqual(proof)
    expect(vrfVerify(publicKey, alpha, proof)).toHaveLength(VRF_OUTPUT_BYTES)
  })

  test('is left as it is by who verifies it, whatever kind of byte array it comes in', () => {
    // A slice of this kind is a view of the same memory, as that of a Node Buffer is.
    class View extends Uint8Array<ArrayBuffer> {
      override slice(from?: number, to?: number): Uint8Array<ArrayBuffer> {
        return this.subarray(from, to)
      }
    }
    const given = View.from(proof) as Uint8Array
    expect(vrfVerify(publicKey, alpha, given)).toBeDefined()
    expect(Uint8Array.from(given)).toEqual(proof)
    expect(vrfVerify(publicKey, alpha, given)).toBeDefined()
  })

  test('proves nothing about another input or for another key', () => {
    expect(vrfVerify(publicKey, asciiToBytes('period 4'), proof)).toBeUndefined()
    expect(vrfVerify(vrfPublicKey(new Uint8Array(32).fill(8)), alpha, proof)).toBeUndefined()
  })

  test('proves nothing once any of its bytes is changed', () => {
    for (let at = 0; at < VRF_PROOF_BYTES; at++) expect(vrfVerify(publicKey, alpha, changed(proof, at))).toBeUndefined()
  })

  test('proves nothing with s + q in place of s', () => {
    const s = BigInt(`0x${bytesToHex(proof.slice(48).reverse())}`)
    const raised = concatBytes(proof.slice(0, 48), littleEndian(s + ORDER))
    expect(vrfVerify(publicKey, alpha, raised)).toBeUndefined()
  })

  test('proves nothing if it is shorter or longer', () => {
    expect(vrfVerify(publicKey, alpha, proof.slice(0, 79))).toBeUndefined()
    expect(vrfVerify(publicKey, alpha, concatBytes(proof, Uint8Array.of(0)))).toBeUndefined()
    expect(vrfVerify(publicKey, alpha, new Uint8Array(0))).toBeUndefined()
  })

  test('proves nothing under a key of small order, even when its equations hold', () => {
    // With the identity as key and Gamma, U = sB and V = sH whatever c is, so anyone could make the proof.
    for (const key of SMALL_ORDER) {
      for (const gamma of SMALL_ORDER) {
        const forged = concatBytes(hexToBytes(gamma), new Uint8Array(48))
        expect(vrfVerify(key as PublicKey, alpha, forged)).toBeUndefined()
      }
    }
    expect(vrfVerify(SMALL_ORDER[1] as PublicKey, alpha, forgeForIdentity())).toBeUndefined()
  })

  test('proves nothing under a key that is not a point, not canonical or not hexadecimal', () => {
    for (const key of [
      `02${'00'.repeat(31)}`,
      `ee${'ff'.repeat(30)}7f`,
      'zz'.repeat(32),
      '',
      publicKey.toUpperCase()
    ]) {
      expect(vrfVerify(key as PublicKey, alpha, proof)).toBeUndefined()
    }
  })

  test('of random bytes proves nothing and throws nothing', () => {
    let state = 1
    const next = () => {
      state = (state * 48271) % 0x7fffffff
      return state & 0xff
    }
    for (let i = 0; i < 200; i++) {
      expect(vrfVerify(publicKey, alpha, Uint8Array.from({ length: 80 }, next))).toBeUndefined()
    }
  })
})

/**
 * A proof under the identity key that a verifier without key validation accepts: c = H(.., sB, sH), Gamma =
 * identity.
 */
function forgeForIdentity(): Uint8Array {
  const { Point } = ed25519
  const identity = Point.ZERO.toBytes()
  const sha512 = (...parts: Uint8Array[]) => sha(concatBytes(...parts))
  let h = Point.ZERO
  for (let counter = 0; h.is0(); counter++) {
    const hash = sha512(Uint8Array.of(3, 1), identity, alpha, Uint8Array.of(counter, 0)).slice(0, 32)
    try {
      h = Point.fromBytes(hash).clearCofactor()
    } catch {
      // Not a point: the next counter.
    }
  }
  const s = 5n
  const points = [Point.ZERO, h, Point.ZERO, Point.BASE.multiply(s), h.multiply(s)].map(point => point.toBytes())
  const challenge = sha512(Uint8Array.of(3, 2), ...points, Uint8Array.of(0)).slice(0, 16)
  return concatBytes(identity, challenge, littleEndian(s))
}
