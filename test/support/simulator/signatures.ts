// Signatures that are keyed hashes: as fast as hashing, and nobody in the simulation knows another's key. For
// simulations only; they prove nothing to anyone else.
import { hashBytes } from '#contracts/crypto/hash.ts'
import { asciiToBytes, concatBytes, equalBytes, uintToBytes } from '#contracts/primitives/bytes.ts'

export interface FakeSigner {
  sign(node: number, message: Uint8Array): Uint8Array
  verify(node: number, message: Uint8Array, signature: Uint8Array): boolean
}

export function createFakeSigner(seed: string): FakeSigner {
  const sign = (node: number, message: Uint8Array): Uint8Array => {
    const half = hashBytes('fake-signature', asciiToBytes(seed), uintToBytes(node, 4), message)
    return concatBytes(half, half)
  }
  return { sign, verify: (node, message, signature) => equalBytes(sign(node, message), signature) }
}
