// Keys of the development network: derived from their names, so that every run has the same accounts and examples can be
// typed as printed. They are public knowledge and worth nothing anywhere else.
import { hashBytes } from '#contracts/crypto/hash.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

/** People of the development network. */
export const ACCOUNT_NAMES = ['issuer', 'alice', 'bob'] as const
export type AccountName = (typeof ACCOUNT_NAMES)[number]

/** Who holds the coin behind a node's bonds, apart from the node: its key never lies on the node. */
export function ownerNameOf(node: string): string {
  return `${node}-owner`
}

export interface DevKey {
  readonly name: string
  readonly secret: Uint8Array
  readonly publicKey: PublicKey
}

/** The signing key of a person or node of the development network. */
export function deriveDevKey(name: string): DevKey {
  const secret = hashBytes('dev-key', asciiToBytes(name))
  return { name, secret, publicKey: derivePublicKey(secret) }
}

export interface DevNodeKeys extends DevKey {
  readonly vrfSecret: Uint8Array
  readonly vrfKey: PublicKey
  /** Seed of the libp2p identity. */
  readonly identitySecret: Uint8Array
}

/** The keys of a node: signing, VRF and network identity [KEY-1 roles 1, 4 and 2]. */
export function deriveDevNodeKeys(name: string): DevNodeKeys {
  const vrfSecret = hashBytes('dev-vrf', asciiToBytes(name))
  return {
    ...deriveDevKey(name),
    vrfSecret,
    vrfKey: vrfPublicKey(vrfSecret),
    identitySecret: hashBytes('dev-identity', asciiToBytes(name))
  }
}
