// peer.register: a node becomes a peer by locking a bond [POS-1, POS-3]. It weighs from the first snapshot
// after it.
import type { PeerRegister } from '#contracts/ledger/actions/peer-register.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { credit } from '../transactions/balances.ts'
import { NEW_PEER } from '../trees/sections.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyPeerRegister({ work }: ActionContext, action: PeerRegister): Locked {
  const { peer, vrfKey, rewards, bondAtoms } = action
  // A key that retired stays on record: what it signed in its first life must not cost a new bond.
  if (work.get('peers', peer) !== undefined) return reject('E_PEER_KNOWN', 'the key is, or was, a registered peer')
  if (bondAtoms < work.parameters.peerBondAtoms) {
    return reject('E_PEER_BOND', `a peer's bond is at least ${work.parameters.peerBondAtoms} atoms`)
  }
  work.put('peers', peer, { ...NEW_PEER, vrfKey, rewards, bondAtoms, registeredAt: work.height })
  credit(work, balanceIdOf('peer', peer), bondAtoms, 'peer')
  return accept(bondAtoms)
}
