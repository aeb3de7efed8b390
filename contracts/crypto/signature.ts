// Ed25519 under the ZIP-215 rule: the one verify function of the protocol [SIG-1, SIG-2].
import { ed25519 } from '@noble/curves/ed25519.js'
import { asciiToBytes, bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import { type GenesisHash, isHex32, type PublicKey } from '../primitives/ids.ts'
import { assert } from '../primitives/verdict.ts'
import { isSurelyLargePoint } from './curve-point.ts'
import { nativeCrypto } from './native.ts'

export const SIGNATURE_BYTES = 64

/** What a signature of this kind covers: tag, genesis hash, object [SIG-2]. Kinds are append-only. */
export type SignedKind =
  | 'transaction'
  | 'header'
  | 'acknowledgement'
  | 'vote'
  | 'dag-header'
  | 'statement'
  | 'address'
  | 'instruction'
  | 'envelope'
  | 'login'
  | 'preference'
  | 'recovery'

export function signingBytes(kind: SignedKind, genesis: GenesisHash, object: Uint8Array): Uint8Array {
  return concatBytes(prefixOf(kind, genesis), object)
}

/** A process has to do with one network: its prefixes are made once. */
let prefixes: { readonly genesis: GenesisHash; readonly byKind: Map<SignedKind, Uint8Array> } | undefined

function prefixOf(kind: SignedKind, genesis: GenesisHash): Uint8Array {
  if (prefixes?.genesis !== genesis) prefixes = { genesis, byKind: new Map() }
  let prefix = prefixes.byKind.get(kind)
  if (prefix === undefined) {
    prefix = concatBytes(Uint8Array.of(kind.length), asciiToBytes(kind), hexToBytes(genesis))
    prefixes.byKind.set(kind, prefix)
  }
  return prefix
}

/**
 * True if and only if ZIP-215 accepts. Never throws, whatever the bytes. A failing signature costs the slow
 * path.
 */
export function verifySignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || !isHex32(key)) return false
  if (isSurelyValid(key, message, signature)) return true
  try {
    return ed25519.verify(signature, message, hexToBytes(key), { zip215: true })
  } catch {
    return false
  }
}

/**
 * What the fast verifier says, if there is one. One that throws has not said "valid", so the portable one
 * decides.
 */
function isSurelyValid(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return nativeCrypto()?.verifyFast(key, message, signature) === true
  } catch {
    return false
  }
}

/** Signs with a 32-byte RFC 8032 secret key. Write what is signed before you call this [FIN-7]. */
export function signMessage(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  assert(secretKey.length === 32, 'secret key has 32 bytes')
  return nativeCrypto()?.sign(secretKey, message) ?? ed25519.sign(message, secretKey)
}

export function derivePublicKey(secretKey: Uint8Array): PublicKey {
  return bytesToHex(ed25519.getPublicKey(secretKey)) as PublicKey
}

/**
 * False for encodings that are not canonical and for points of small order: keys of owners, bonds and names
 * [SIG-3].
 */
export function isUsableKey(key: PublicKey): boolean {
  if (!isHex32(key)) return false
  if (isSurelyLargePoint(key)) return true
  try {
    const point = ed25519.Point.fromHex(key, false)
    return !point.isSmallOrder()
  } catch {
    return false
  }
}
