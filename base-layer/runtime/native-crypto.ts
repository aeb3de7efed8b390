// Bodies of the protocol's hash and signature functions on node:crypto, installed once at process start. verifyFast
// says "surely valid" or "ask the portable verifier"; OpenSSL accepts a subset of what ZIP-215 accepts [SIG-1].
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { installNativeCrypto, type NativeCrypto } from '#contracts/crypto/native.ts'
import { VERIFY_LIMITS } from './limits.ts'
import { VerifiedCache } from './verified-cache.ts'

// RFC 8410: the fixed DER heads of an Ed25519 SubjectPublicKeyInfo and of a PKCS#8 key that holds a 32-byte seed.
const PUBLIC_KEY_HEAD = Buffer.from('302a300506032b6570032100', 'hex')
const PRIVATE_KEY_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export interface InstalledCrypto {
  readonly native: NativeCrypto
  /** Shared with the verify pool: what is in here verifyFast accepts without work. */
  readonly verified: VerifiedCache
}

/** Builds the bodies and installs them in contracts. Call once, before anything is verified or signed. */
export function installNodeCrypto(): InstalledCrypto {
  const verified = new VerifiedCache()
  const native: NativeCrypto = {
    sha256,
    // One character for each byte is what node calls binary.
    sha256Text: (data, form) => hash('sha256', data, form === 'hex' ? 'hex' : 'binary'),
    verifyFast: (publicKeyHex, message, signature) => {
      const name = VerifiedCache.nameOf(publicKeyHex, message, signature)
      if (name === undefined) return false
      if (verified.has(name)) return true
      const key = publicKeyObject(publicKeyHex)
      if (key === undefined || !verify(null, message, key, signature)) return false
      verified.add(name)
      return true
    },
    sign: (secretKey, message) => sign(null, message, privateKeyObject(secretKey))
  }
  installNativeCrypto(native)
  return { native, verified }
}

/**
 * The digest is fetched as one character per byte and copied: for inputs as short as ids and tree nodes, which are
 * most, that takes less than half the time of asking for a Buffer (0.35 against 0.75 µs).
 */
function sha256(data: Uint8Array): Uint8Array {
  const text = hash('sha256', data, 'binary')
  const digest = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) digest[i] = text.charCodeAt(i)
  return digest
}

const publicKeys = new Map<string, KeyObject>()

/** The key as OpenSSL holds it, remembered; undefined if OpenSSL refuses the bytes. */
export function publicKeyObject(publicKeyHex: string): KeyObject | undefined {
  const known = publicKeys.get(publicKeyHex)
  if (known !== undefined) {
    // Re-inserting keeps the keys in use at the young end of the map.
    publicKeys.delete(publicKeyHex)
    publicKeys.set(publicKeyHex, known)
    return known
  }
  try {
    const der = Buffer.concat([PUBLIC_KEY_HEAD, Buffer.from(publicKeyHex, 'hex')])
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (publicKeys.size >= VERIFY_LIMITS.publicKeysMax) {
      const oldest = publicKeys.keys().next().value
      if (oldest !== undefined) publicKeys.delete(oldest)
    }
    publicKeys.set(publicKeyHex, key)
    return key
  } catch {
    return undefined
  }
}

/** By the array's identity, never by its content as text; the digest notices an array that was written over. */
const privateKeys = new WeakMap<Uint8Array, { readonly digest: string; readonly key: KeyObject }>()

function privateKeyObject(secretKey: Uint8Array): KeyObject {
  const digest = hash('sha256', secretKey, 'base64')
  const known = privateKeys.get(secretKey)
  if (known?.digest === digest) return known.key
  const der = Buffer.concat([PRIVATE_KEY_HEAD, secretKey])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  privateKeys.set(secretKey, { digest, key })
  return key
}
