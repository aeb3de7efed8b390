// The keys an action names as authority, which sign beside the owners of the inputs [LED-4, SIG-3]. Those of one action
// are named here and nowhere else; its handler asks whether they signed.
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { Reader } from '../finality/period-tables.ts'

/** What the state does not know names nobody: the handler refuses it. */
export function authoritiesOf(read: Reader, action: Action | null): readonly PublicKey[] {
  switch (action?.kind) {
    case undefined:
    // Whoever pays may do these.
    case 'bond.post':
    case 'log.post':
    case 'checkpoint.post':
    case 'claim.commit':
    case 'claim.reveal':
    case 'evidence.post':
    case 'finality.recover':
    case 'name.commit':
    case 'name.pay':
      return []
    case 'peer.register':
    case 'seed.reveal':
      return [action.peer]
    case 'peer.retire':
      return [read('peers', action.peer)?.rewards ?? []].flat()
    case 'asset.register':
      return [action.issuer]
    case 'name.claim':
    case 'name.update':
    case 'name.transfer':
    case 'name.renew':
      return [action.owner]
    case 'name.review':
      return [action.author]
    case 'chief.nominate':
    case 'params.approve':
      return [action.member]
    case 'params.propose':
      return [action.chief]
    case 'bond.leave':
    case 'bond.release':
      return action.bonds.flatMap(id => read('bonds', id)?.owner ?? [])
  }
}
