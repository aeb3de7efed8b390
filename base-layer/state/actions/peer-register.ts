// peer.register: a node becomes a peer by locking a bond [POS-1, POS-3]. It weighs from the first snapshot
// after it.
import type { PeerRegister } from '#contracts/ledger/actions/peer-register.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { balanceIdOf } from '../balance-ids.ts'
import { credit } from '../balances.ts'
import { isOwnerKey } from '../usable-keys.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyPeerRegister({ work, signers }: ActionContext, action: PeerRegister): Locked {
  const { peer, vrfKey, rewards, bondAtoms } = action
  if (!signers.has(peer)) return reject('E_PEER_AUTHORITY', 'a peer registers itself')
  if (work.get('peers', peer) !== undefined) return reject('E_PEER_KNOWN', 'the peer is registered')
  if (bondAtoms < work.parameters.peerBondAtoms) {
    return reject('E_PEER_BOND', `a peer's bond is at least ${work.parameters.peerBondAtoms} atoms`)
  }
  if (![peer, vrfKey, rewards].every(isOwnerKey)) return reject('E_PEER_KEY', 'a key is not usable')
  work.put('peers', peer, { vrfKey, rewards, bondAtoms, registeredAt: work.height, penalisedSlot: 0 })
  credit(work, balanceIdOf('peer', peer), bondAtoms, 'peer')
  return accept(bondAtoms)
}
