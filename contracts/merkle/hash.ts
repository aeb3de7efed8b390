// The two tagged hashes of every Merkle structure here [HASH-1]: 0x00 before a leaf, 0x01 before a node, as in
// RFC 9162 2.1.1. The log and the sparse tree build on these, so the tags exist once.
import { bytes, type Codec, hex32, oneOf } from '../codec/codec.ts'
import { sha256, sha256Octets } from '../crypto/hash.ts'
import type { Octets } from '../primitives/octets.ts'

export const HASH_BYTES = 32
const LEAF_TAG = 0x00
const NODE_TAG = 0x01

// Filled and hashed before anything else can run, so one of each serves all calls.
const scratch = new Uint8Array(1 + 2 * HASH_BYTES)
const roomy = new Uint8Array(1_024)

/** SHA-256(0x01 || left || right); both have 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  scratch[0] = NODE_TAG
  scratch.set(left, 1)
  scratch.set(right, 1 + HASH_BYTES)
  return sha256(scratch)
}

/** The same of octets. */
export function nodeOctets(left: Octets, right: Octets): Octets {
  for (let i = 0; i < HASH_BYTES; i++) {
    scratch[1 + i] = left.charCodeAt(i)
    scratch[1 + HASH_BYTES + i] = right.charCodeAt(i)
  }
  scratch[0] = NODE_TAG
  return sha256Octets(scratch)
}

/** SHA-256(0x00 || pair) of a leaf that is two hashes of 32 bytes, one after the other. */
export function leafPairOctets(pair: Octets): Octets {
  for (let i = 0; i < 2 * HASH_BYTES; i++) scratch[1 + i] = pair.charCodeAt(i)
  scratch[0] = LEAF_TAG
  return sha256Octets(scratch)
}

/** SHA-256(0x00 || data) of data of any length. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(taggedLeaf(data))
}

/** The same as octets. */
export function leafOctets(data: Uint8Array): Octets {
  return sha256Octets(taggedLeaf(data))
}

function taggedLeaf(data: Uint8Array): Uint8Array {
  const tagged = data.length < roomy.length ? roomy.subarray(0, 1 + data.length) : new Uint8Array(1 + data.length)
  tagged[0] = LEAF_TAG
  tagged.set(data, 1)
  return tagged
}

/** True for 32 bytes that are not all zero [HASH-1]; false for anything else, whatever it is. */
export function isHashBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === HASH_BYTES && value.some(byte => byte !== 0)
}

const thirtyTwo = bytes(HASH_BYTES, HASH_BYTES)

/** A hash kept as bytes, 32 of them and not all zero [HASH-1]. */
export const hashBytesCodec: Codec<Uint8Array> = {
  pack: thirtyTwo.pack,
  unpack: item => {
    hex32().unpack(item)
    return thirtyTwo.unpack(item)
  }
}

/** Refuses the item being unpacked, the way the codec's own schemas do. */
export function expected(what: string): never {
  oneOf([what]).unpack(undefined)
  throw new Error(what)
}
