// What only one of several transactions can do, although they spend nothing in common: a second claim
// of a name, a second report of an offence. The mempool keeps one of each topic [LED-5], since the
// others would pay for nothing and crowd out what pays.
import { claimTargetOf } from '#contracts/claims/claim.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { deriveOffence } from '#contracts/statements/evidence.ts'
import { claimOf, evidenceOf, statementOf } from '../../state/actions/carried.ts'
import { targetHashOf } from '../../state/claims/targets.ts'

/**
 * Of two actions that share a topic no chain holds both, or not before other blocks. What any number can do in one
 * block has none: payments, updates, bonds, posts to logs.
 */
export function topicsOf(action: Action | null): readonly string[] {
  switch (action?.kind) {
    case undefined:
    case 'name.update':
    case 'name.pay':
    case 'asset.register':
    case 'bond.post':
    case 'log.post':
    case 'claim.commit':
      return []
    case 'peer.register':
    case 'peer.retire':
      return [`${action.kind} ${action.peer}`]
    case 'seed.reveal':
      return [`${action.kind} ${action.peer} ${action.period}`]
    case 'name.commit':
      return [`${action.kind} ${action.commitment}`]
    case 'name.claim':
    case 'name.transfer':
    case 'name.renew':
      return [`${action.kind} ${action.name}`]
    case 'name.review':
      return [`${action.kind} ${action.payment}`]
    case 'bond.leave':
    case 'bond.release':
      return action.bonds.map(bond => `${action.kind} ${bond}`)
    case 'checkpoint.post': {
      const statement = statementOf(action)
      return statement.ok ? [`${action.kind} ${statement.value.asset} ${statement.value.sequence}`] : []
    }
    case 'claim.reveal': {
      if (action.commit !== null) return [`${action.kind} ${action.commit}`]
      const claim = claimOf(action)
      return claim.ok ? [`${action.kind} ${targetHashOf(claimTargetOf(claim.value))}`] : []
    }
    case 'evidence.post': {
      const evidence = evidenceOf(action)
      const offence = evidence.ok ? deriveOffence(evidence.value) : evidence
      if (!offence.ok) return []
      const { kind, peer, when } = offence.value
      // Two votes cost all of the bond, whatever the period; two of one slot cost the same whichever they are.
      return [`${action.kind} ${peer} ${kind === 'votes' ? kind : when}`]
    }
    case 'chief.nominate':
    case 'params.approve':
      return [`${action.kind} ${action.member}`]
    case 'params.propose':
    case 'finality.recover':
      return [action.kind]
  }
}
