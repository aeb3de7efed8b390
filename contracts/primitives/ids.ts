// Names for the 32-byte things of the protocol. In memory an id or key is its lower-case hexadecimal text,
// so that ids compare with ===, serve as map keys and print; on the wire it is 32 bytes (codec `hex32`).
// Every specific id is also a Hash, so a function that takes any hash takes any id.

/** 32 bytes as 64 lower-case hexadecimal digits. The all-zero hash is never valid [HASH-1]. */
export type Hash = string & { readonly hash: true }
export type GenesisHash = Hash & { readonly of?: 'genesis' }
export type BlockId = Hash & { readonly of?: 'block' }
export type TransactionId = Hash & { readonly of?: 'transaction' }
export type OutputId = Hash & { readonly of?: 'output' }
export type AssetId = Hash & { readonly of?: 'asset' }
export type BondId = Hash & { readonly of?: 'bond' }
export type ClaimId = Hash & { readonly of?: 'claim' }
export type DagId = Hash & { readonly of?: 'dag' }
export type CheckpointId = Hash & { readonly of?: 'checkpoint' }
/** Ed25519 (or VRF) public key, 32 bytes as hexadecimal. */
export type PublicKey = string & { readonly publicKey: true }

/** Counts blocks above genesis. */
export type Height = number
/** Counts fixed slices of time since genesis [POS-2]. */
export type Slot = number
/** Counts blocks that ticked [FIN-8]. */
export type Tick = number
/** Counts rounds of a committee's DAG; round 0 is genesis [DAG-1]. */
export type Round = number
/** Index of a seat in its committee, 0-based. */
export type Seat = number
/** 1 share = 10^8 atoms; below 2^63 [ENC-2]. */
export type Atoms = bigint

const HEX_32 = /^[0-9a-f]{64}$/
export const ZERO_HASH = '0'.repeat(64) as Hash

/** True for 64 lower-case hexadecimal digits. */
export function isHex32(text: string): boolean {
  return HEX_32.test(text)
}
