// From words to keys [KEY-1]: BIP-39 phrase, SLIP-0010 for Ed25519,
// path m/44'/COIN'/account'/role'/index', all hardened.
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { generateMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { asciiToBytes, concatBytes, uintToBytes } from '#contracts/primitives/bytes.ts'
import { accept, assert, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { Secret } from '../runtime/secret.ts'

/** Roles in the order of their number; append-only [KEY-1]. */
export const ROLES = ['spend', 'node', 'network', 'rewards', 'vrf'] as const
export type Role = (typeof ROLES)[number]

/** COIN of the path. Not registered with SLIP-0044: a phrase is for this network alone. */
const COIN = 7_878
const PURPOSE = 44
const HARDENED = 0x8000_0000
const PHRASE_BITS = 256

/** 24 new words from the machine's randomness. */
export function createPhrase(): Secret<string> {
  return new Secret(generateMnemonic(wordlist, PHRASE_BITS))
}

/** The 64-byte seed of a phrase, or E_PHRASE if a word or the checksum is wrong. Spaces and case do not matter. */
export function seedOfPhrase(phrase: string, passphrase = ''): Verdict<Secret<Uint8Array>, 'E_PHRASE'> {
  const words = phrase.trim().toLowerCase().split(/\s+/).join(' ')
  if (!validateMnemonic(words, wordlist)) {
    return reject('E_PHRASE', 'a word of the phrase is wrong or missing: its checksum does not fit')
  }
  return accept(new Secret(mnemonicToSeedSync(words, passphrase)))
}

/** The 32-byte secret key of a role. Asserts on numbers of 2^31 or more. */
export function deriveSecret(seed: Secret<Uint8Array>, role: Role, index = 0, account = 0): Secret<Uint8Array> {
  return new Secret(derivePath(seed.reveal(), [PURPOSE, COIN, account, ROLES.indexOf(role), index]))
}

/** SLIP-0010 for Ed25519: every step is hardened. */
export function derivePath(seed: Uint8Array, path: readonly number[]): Uint8Array {
  let node = hmac(sha512, asciiToBytes('ed25519 seed'), seed)
  for (const step of path) {
    assert(Number.isSafeInteger(step) && step >= 0 && step < HARDENED, 'a step of a path is below 2^31')
    const data = concatBytes(Uint8Array.of(0), node.subarray(0, 32), uintToBytes(step + HARDENED, 4))
    node = hmac(sha512, node.subarray(32), data)
  }
  return node.slice(0, 32)
}
