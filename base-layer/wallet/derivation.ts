// From words to keys [KEY-1]: BIP-39 phrase, SLIP-0010 for Ed25519, path m/44'/COIN'/account'/role'/index', all hardened.
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Secret } from '../runtime/secret.ts'

/** Roles in the order of their number; append-only [KEY-1]. */
export const ROLES = ['spend', 'node', 'network', 'rewards', 'vrf'] as const
export type Role = (typeof ROLES)[number]

/** 24 new words from the machine's randomness. */
export declare function createPhrase(): Secret<string>

/** The 64-byte seed of a phrase, or E_PHRASE if a word or the checksum is wrong. */
export declare function seedOfPhrase(phrase: string, passphrase?: string): Verdict<Secret<Uint8Array>, 'E_PHRASE'>

/** The 32-byte secret key of a role. Numbers below 2^31. */
export declare function deriveSecret(seed: Secret<Uint8Array>, role: Role, index?: number, account?: number): Secret<Uint8Array>
