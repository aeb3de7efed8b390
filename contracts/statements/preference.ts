// The chief's word on which of two conflicting unconfirmed transactions it would rather see in
// a block [GOV-3]. A mempool may listen to it. No rule of validity, fork choice or finality
// reads it, and it says nothing about what is in a block.
import { bytes, type Decoded, encode, hex32, record, uint } from '../codec/codec.ts'
import { SIGNATURE_BYTES, signingBytes, signMessage } from '../crypto/signature.ts'
import type { GenesisHash, TransactionId } from '../primitives/ids.ts'

export const PREFERENCE_BYTES = 192
/** Heights ahead of the head at which a preference may end: a wish for the next blocks, not a standing order. */
export const PREFERENCE_HEIGHTS = 32

export const preferenceCodec = record({
  preferred: hex32<TransactionId>(),
  over: hex32<TransactionId>(),
  /** The last height of a head at which it counts. */
  expiry: uint()
})
export type Preference = Decoded<typeof preferenceCodec>

export const signedPreferenceCodec = record({
  preference: preferenceCodec,
  signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
})
export type SignedPreference = Decoded<typeof signedPreferenceCodec>

export function preferenceSigningBytes(genesis: GenesisHash, preference: Preference): Uint8Array {
  return signingBytes('preference', genesis, encode(preferenceCodec, preference))
}

export function signPreference(secretKey: Uint8Array, genesis: GenesisHash, preference: Preference): SignedPreference {
  return { preference, signature: signMessage(secretKey, preferenceSigningBytes(genesis, preference)) }
}
