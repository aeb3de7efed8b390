// From a node's Ed25519 public key to the peer id its Host has, so that a committee member found in the chain's state
// can be recognised and reached.
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

/** The peer id of the host whose identitySecret belongs to this key. */
export function derivePeerId(key: PublicKey): string {
  return peerIdFromPublicKey(publicKeyFromRaw(hexToBytes(key))).toString()
}
