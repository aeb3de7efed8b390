// peer.retire: the next snapshot leaves the peer out, and its bond waits until what it signed with weight is too
// old to be evidence [FIN-4]. Until the bond is paid back, evidence burns it as before.
import type { PeerRetire } from '#contracts/ledger/actions/peer-retire.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { lastHeightCounting } from '../finality/peers.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyPeerRetire({ work }: ActionContext, { peer }: PeerRetire): Locked {
  const record = work.get('peers', peer)
  if (record === undefined) return reject('E_PEER_UNKNOWN', 'no such peer')
  if (record.countedTo !== null) return reject('E_PEER_RETIRED', 'the peer has retired')
  const last = lastHeightCounting(work, peer) ?? work.height
  work.put('peers', peer, { ...record, countedTo: Math.max(last, work.height) })
  return accept(0n)
}
