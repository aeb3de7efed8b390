// What can be wrong with an action whatever the state: asked by mempools at the price of
// decoding, and by the state transition before anything else [LED-4]. What travels as bytes is
// defined on floors above and checked where it is decoded.
import type { PublicKey } from '../../primitives/ids.ts'
import { type Rejection, reject } from '../../primitives/verdict.ts'
import { changesFault } from '../parameter-changes.ts'
import type { Action } from './action.ts'

export type ActionFormCode =
  | 'E_PEER_KEY'
  | 'E_BOND_UNITS'
  | 'E_BOND_KEY'
  | 'E_BOND_TWICE'
  | 'E_CLAIM_KEY'
  | 'E_NAME_KEY'
  | 'E_NAME_TERM'
  | 'E_NAME_TRANSFER'
  | 'E_PARAMS_FIXED'
  | 'E_PARAMS_SAME'

/** `isUsable` says whether a key can own anything [SIG-3]. Undefined if nothing is wrong. */
export function actionFault(
  action: Action | null,
  isUsable: (key: PublicKey) => boolean
): Rejection<ActionFormCode> | undefined {
  switch (action?.kind) {
    case 'peer.register': {
      const { peer, vrfKey, rewards } = action
      return [peer, vrfKey, rewards].every(isUsable) ? undefined : reject('E_PEER_KEY', 'a key is not usable')
    }
    case 'bond.post':
      for (const { units, validator, owner, rewards } of action.bonds) {
        if (units === 0) return reject('E_BOND_UNITS', 'a bond has at least one unit')
        if (![validator, owner, rewards].every(isUsable)) return reject('E_BOND_KEY', 'a key is not usable')
      }
      return undefined
    case 'bond.leave':
    case 'bond.release':
      return new Set(action.bonds).size === action.bonds.length
        ? undefined
        : reject('E_BOND_TWICE', 'a bond is listed twice')
    case 'claim.commit':
      return isUsable(action.claimant) ? undefined : reject('E_CLAIM_KEY', 'nobody could be paid under this key')
    case 'name.claim':
      return nameKeysFault([action.owner, action.targets.key, action.targets.host], isUsable)
    case 'name.update':
      return nameKeysFault([action.targets.key, action.targets.host], isUsable)
    case 'name.transfer':
      return action.to === action.owner
        ? reject('E_NAME_TRANSFER', 'the name is its already')
        : nameKeysFault([action.to], isUsable)
    case 'name.renew':
      return action.terms === 0 ? reject('E_NAME_TERM', 'a name is renewed for one term at least') : undefined
    case 'params.propose':
      return changesFault(action.changes)
    default:
      return undefined
  }
}

/** Owners of names and what names point to: keys that could own something [SIG-3]. */
function nameKeysFault(
  keys: readonly (PublicKey | null)[],
  isUsable: (key: PublicKey) => boolean
): Rejection<'E_NAME_KEY'> | undefined {
  return keys.every(key => key === null || isUsable(key)) ? undefined : reject('E_NAME_KEY', 'a key is not usable')
}
