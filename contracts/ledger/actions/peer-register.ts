// peer.register: a node becomes a peer by locking a bond [POS-1,
// POS-3]. Authority: the peer key, which owns the inputs.
import { amount, type Decoded, hex32, record } from '../../codec/codec.ts'
import type { PublicKey } from '../../primitives/ids.ts'

export const peerRegisterCodec = record({
  peer: hex32<PublicKey>(),
  vrfKey: hex32<PublicKey>(),
  rewards: hex32<PublicKey>(),
  bondAtoms: amount()
})
export type PeerRegister = Decoded<typeof peerRegisterCodec>
