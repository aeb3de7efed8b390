// SHA-256 with a domain per use [HASH-1]. A domain is an ASCII name of 2 to 64 characters, put before the
// data with its length, so no domain is a prefix of another and none collides with the 0x00 / 0x01 tags of
// Merkle leaves and nodes.
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import { asciiToBytes, bytesToHex, concatBytes } from '../primitives/bytes.ts'
import type { Hash } from '../primitives/ids.ts'
import { type Octets, octetsOf } from '../primitives/octets.ts'
import { assert } from '../primitives/verdict.ts'
import { nativeCrypto } from './native.ts'

/** Plain SHA-256 of 32 bytes out. Use `hashBytes` or `hashHex` unless a standard says otherwise. */
export function sha256(data: Uint8Array): Uint8Array {
  const native = nativeCrypto()
  return native === undefined ? portableSha256(data) : native.sha256(data)
}

/** The same as octets. */
export function sha256Octets(data: Uint8Array): Octets {
  const octets = nativeCrypto()?.sha256Text?.(data, 'octets')
  return octets === undefined ? octetsOf(sha256(data)) : (octets as Octets)
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

// Filled and hashed before anything else can run, so one buffer serves all that fits.
const scratch = new Uint8Array(1_024)

function joined(domain: string, parts: readonly Uint8Array[]): Uint8Array {
  const prefix = prefixOf(domain)
  let length = prefix.length
  for (const part of parts) length += part.length
  if (length > scratch.length) return concatBytes(prefix, ...parts)
  scratch.set(prefix)
  let at = prefix.length
  for (const part of parts) {
    scratch.set(part, at)
    at += part.length
  }
  return scratch.subarray(0, length)
}

/** SHA-256 over the domain and the parts joined. Parts must be of fixed size or canonical encodings. */
export function hashBytes(domain: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(joined(domain, parts))
}

/** The same as lower-case hexadecimal. */
export function hashHex<Id extends Hash = Hash>(domain: string, ...parts: readonly Uint8Array[]): Id {
  const data = joined(domain, parts)
  const hex = nativeCrypto()?.sha256Text?.(data, 'hex') ?? bytesToHex(sha256(data))
  return hex as Id
}

/** The same as octets. */
export function hashOctets(domain: string, ...parts: readonly Uint8Array[]): Octets {
  return sha256Octets(joined(domain, parts))
}
