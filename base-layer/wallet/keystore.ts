// Secrets at rest: one file, encrypted under a password with scrypt and XChaCha20-Poly1305, mode 0600, written whole or
// not at all. A wrong password is told from a damaged file.
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Secret } from '../runtime/secret.ts'

export type KeystoreCode = 'E_PASSWORD' | 'E_KEYSTORE_DAMAGED' | 'E_KEYSTORE_MISSING' | 'E_KEYSTORE_EXISTS'

/** Writes `secret` (at most 4 kB) to a new file; E_KEYSTORE_EXISTS rather than writing over one. */
export declare function writeKeystore(
  path: string, secret: Secret<Uint8Array>, password: Secret<string>
): Promise<Verdict<undefined, KeystoreCode>>

export declare function readKeystore(
  path: string, password: Secret<string>
): Promise<Verdict<Secret<Uint8Array>, KeystoreCode>>
