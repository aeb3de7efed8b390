// SHA-256 with a domain per use [HASH-1]. A domain is an ASCII name of 2 to 64 characters, put before the
// data with its length, so no domain is a prefix of another and none collides with the 0x00 / 0x01 tags of
// Merkle leaves and nodes.
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import { asciiToBytes, bytesToHex, concatBytes } from '../primitives/bytes.ts'
import type { Hash } from '../primitives/ids.ts'
import { assert } from '../primitives/verdict.ts'
import { nativeCrypto } from './native.ts'

/** Plain SHA-256 of 32 bytes out. Use `hashBytes` or `hashHex` unless a standard says otherwise. */
export function sha256(data: Uint8Array): Uint8Array {
  const native = nativeCrypto()
  return native === undefined ? portableSha256(data) : native.sha256(data)
}

const prefixes = new Map<string, Uint8Array>()

function prefixOf(domain: string): Uint8Array {
  let prefix = prefixes.get(domain)
  if (prefix === undefined) {
    assert(domain.length >= 2 && domain.length <= 64, 'a domain has 2 to 64 characters')
    prefix = concatBytes(Uint8Array.of(domain.length), asciiToBytes(domain))
    prefixes.set(domain, prefix)
  }
  return prefix
}

/** SHA-256 over the domain and the parts joined. Parts must be of fixed size or canonical encodings. */
export function hashBytes(domain: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(prefixOf(domain), ...parts))
}

/** The same as lower-case hexadecimal. */
export function hashHex<Id extends Hash = Hash>(domain: string, ...parts: readonly Uint8Array[]): Id {
  return bytesToHex(hashBytes(domain, ...parts)) as Id
}
