// The keys of one wallet: a single key, or as many as a phrase has given out [KEY-1]. Accounts ask it which outputs
// are the wallet's and for the secret that signs; secrets never leave it but to sign in this process [WAL-1].
import { randomBytes } from 'node:crypto'
import { aggregateKeys } from '#contracts/crypto/multisignature.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { createNonce, joinPartials, openSession, signPartial } from '#contracts/crypto/signing-session.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import type { Secret } from '../runtime/secret.ts'
import { deriveSecret } from './derivation.ts'

/** The keys of one wallet, in the order in which they are derived. */
export interface Keyring {
  /** Names the wallet and acts for it: the first key. */
  readonly key: PublicKey
  /** Every key that coin may have come to, the first one first. */
  readonly keys: readonly PublicKey[]
  secretOf(key: PublicKey): Secret<Uint8Array> | undefined
  /** A key that was never given out, for a new output; a wallet of a single key has but that one [WAL-1]. */
  nextKey(): PublicKey
}

/** A wallet of one key, which is also the one that change comes back to. */
export function createSingleKey(secret: Secret<Uint8Array>): Keyring {
  const key = derivePublicKey(secret.reveal())
  return { key, keys: [key], secretOf: asked => (asked === key ? secret : undefined), nextKey: () => key }
}

/**
 * A keyring that also signs with another key, whose coin is not the
 * wallet's: a node's, when its owner registers it.
 */
export function withSigningKey(keyring: Keyring, secret: Secret<Uint8Array>): Keyring {
  const added = derivePublicKey(secret.reveal())
  return {
    key: keyring.key,
    get keys() {
      return keyring.keys
    },
    secretOf: asked => (asked === added ? secret : keyring.secretOf(asked)),
    nextKey: () => keyring.nextKey()
  }
}

/**
 * Keys looked at beyond the newest that was given out or used: who
 * restores a wallet finds what came to them [KEY-1].
 */
export const GAP = 20

export interface DerivedKeysSettings {
  /** How many keys were given out. */
  readonly given: number
  /** Told before a new key is used, so that it is known after a crash. */
  readonly onGiven?: (given: number) => void
}

/** Keys m/44'/COIN'/0'/0'/index' of a seed: those given out and GAP more. */
export function createDerivedKeys(seed: Secret<Uint8Array>, settings: DerivedKeysSettings): Keyring {
  const secrets = new Map<PublicKey, Secret<Uint8Array>>()
  const keys: PublicKey[] = []
  let { given } = settings
  const fill = (): void => {
    while (keys.length < given + GAP) {
      const secret = deriveSecret(seed, 'spend', keys.length)
      const key = derivePublicKey(secret.reveal())
      secrets.set(key, secret)
      keys.push(key)
    }
  }
  fill()
  return {
    key: present(keys[0], 'GAP is above zero'),
    keys,
    secretOf: asked => secrets.get(asked),
    nextKey: () => {
      const key = present(keys[given], 'the gap is filled')
      settings.onGiven?.(given + 1)
      given += 1
      fill()
      return key
    }
  }
}

/**
 * One signature by all of `signers`, ascending, whose secrets this keyring holds. E_SIGNERS_ABSENT names those it
 * does not hold: they sign in a session of several wallets [SIG-3].
 */
export function signAsAll(
  keyring: Keyring,
  signers: readonly PublicKey[],
  message: Uint8Array
): Verdict<Uint8Array, 'E_SIGNERS_ABSENT' | 'E_SIGNERS' | 'E_NONCE' | 'E_PARTIAL'> {
  const absent = signers.filter(key => keyring.secretOf(key) === undefined)
  if (absent.length > 0 || signers.length === 0) {
    return { ok: false, code: 'E_SIGNERS_ABSENT', why: `this wallet cannot sign for ${absent.join(', ')}` }
  }
  const secrets = signers.map(key => present(keyring.secretOf(key), 'checked above').reveal())
  const [only] = secrets
  if (secrets.length === 1 && only !== undefined) return { ok: true, value: signMessage(only, message) }
  if (aggregateKeys(signers) === undefined) {
    return { ok: false, code: 'E_SIGNERS', why: `${signers.length} keys make no key together` }
  }
  const nonces = secrets.map(secretKey =>
    createNonce({ secretKey, keys: signers, message, randomness: randomBytes(32) })
  )
  const session = openSession(
    signers,
    nonces.map(nonce => nonce.publicNonce),
    message
  )
  if (!session.ok) return session
  const partials = nonces.map((nonce, n) => signPartial(session.value, present(secrets[n], 'a secret'), nonce))
  return joinPartials(session.value, partials)
}
