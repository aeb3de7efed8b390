// peer.retire: a peer leaves the table from the next snapshot on, and its bond comes back once nothing it signed
// with weight can be evidence any more [FIN-4]. Authority: its rewards key, which the bond is paid to; so a stolen
// node key cannot unseat a peer, and a lost one does not lock the bond.
import { type Decoded, hex32, record } from '../../codec/codec.ts'
import type { PublicKey } from '../../primitives/ids.ts'

export const peerRetireCodec = record({ peer: hex32<PublicKey>() })
export type PeerRetire = Decoded<typeof peerRetireCodec>
