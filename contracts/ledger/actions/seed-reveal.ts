// seed.reveal: a peer's VRF proof over (genesis, period), carried in the first REVEALS heights of a period [POS-3].
// No inputs and no fee; authority: the peer key.
import { bytes, type Decoded, hex32, record, uint } from '../../codec/codec.ts'
import type { PublicKey } from '../../primitives/ids.ts'

export const VRF_PROOF_BYTES = 80

export const seedRevealCodec = record({
  peer: hex32<PublicKey>(),
  period: uint(),
  proof: bytes(VRF_PROOF_BYTES, VRF_PROOF_BYTES)
})
export type SeedReveal = Decoded<typeof seedRevealCodec>
