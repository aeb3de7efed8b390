// seed.reveal: a peer's VRF proof over (genesis, period), carried in the first REVEALS heights of a period [POS-3].
// No inputs and no fee; authority: the peer key.
import { bytes, type Decoded, encode, hex32, record, uint } from '../../codec/codec.ts'
import { hashHex } from '../../crypto/hash.ts'
import type { GenesisHash, Hash, PublicKey } from '../../primitives/ids.ts'

export const VRF_PROOF_BYTES = 80

export const seedRevealCodec = record({
  peer: hex32<PublicKey>(),
  period: uint(),
  proof: bytes(VRF_PROOF_BYTES, VRF_PROOF_BYTES)
})
export type SeedReveal = Decoded<typeof seedRevealCodec>

const alphaCodec = record({ genesis: hex32<GenesisHash>(), period: uint() })

/** What the proof is over [POS-3]. */
export function seedAlpha(genesis: GenesisHash, period: number): Uint8Array {
  return encode(alphaCodec, { genesis, period })
}

/** The 64 bytes a proof yields, as the 32 that state keeps and the seed is made from. */
export function seedOutputOf(beta: Uint8Array): Hash {
  return hashHex('seed-output', beta)
}
