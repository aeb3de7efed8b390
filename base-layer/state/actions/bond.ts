// bond.post, bond.leave, bond.release: opting into assets with collateral, and leaving again [BND-1, BND-2]. A
// bond's life: active -> leaving -> released. All take lists, and apply whole or not at all.
import type { BondRecord } from '#contracts/bonds/bond-record.ts'
import { termsHashOf } from '#contracts/bonds/terms.ts'
import {
  type BondLeave,
  type BondPost,
  type BondRelease,
  type BondTerms,
  bondIdOf
} from '#contracts/ledger/actions/bond.ts'
import type { BondId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { credit, drain } from '../transactions/balances.ts'
import { isReleaseDue } from '../assets/epochs.ts'
import { isEnded } from '../assets/life.ts'
import type { Work } from '../work.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyBondPost({ work, transaction }: ActionContext, { bonds }: BondPost): Locked {
  let locked = 0n
  for (const [index, terms] of bonds.entries()) {
    const posted = postBond(work, bondIdOf(transaction, index), terms)
    if (!posted.ok) return posted
    locked += posted.value
  }
  return accept(locked)
}

function postBond(work: Work, id: BondId, { units, ...terms }: BondTerms): Locked {
  const asset = work.get('assets', terms.asset)
  if (asset === undefined) return reject('E_ASSET_UNKNOWN', 'no such asset')
  if (isEnded(asset.status)) return reject('E_ASSET_ENDED', `the asset is ${asset.status}`)
  if (terms.terms !== termsHashOf(asset.registration)) return reject('E_BOND_TERMS', 'the bond accepts other terms')
  const atomsPerUnit = asset.registration.collateralPerSeat
  const atoms = atomsPerUnit * BigInt(units)
  work.put('bonds', id, {
    ...terms,
    atomsPerUnit,
    units: Array.from({ length: units }, () => ({ epoch: null, slashed: false })),
    status: 'active',
    postedAt: work.height,
    lastEpoch: 0,
    leftAt: null
  })
  credit(work, id, atoms, 'bond')
  return accept(atoms)
}

/** Notice: the units stay in their seats to the next boundary, and are not drawn again [COM-2]. */
export function applyBondLeave({ work }: ActionContext, { bonds }: BondLeave): Locked {
  for (const id of bonds) {
    const bond = findBond(work, id)
    if (!bond.ok) return bond
    if (bond.value.status !== 'active') return reject('E_BOND_STATUS', `the bond is ${bond.value.status}`)
    work.put('bonds', id, { ...bond.value, status: 'leaving', leftAt: work.height })
  }
  return accept(0n)
}

/**
 * Pays what is left of the collateral back to its owner, once nothing can be claimed against it any more
 * [BND-2].
 */
export function applyBondRelease({ work }: ActionContext, { bonds }: BondRelease): Locked {
  for (const id of bonds) {
    const bond = findBond(work, id)
    if (!bond.ok) return bond
    if (bond.value.status !== 'leaving') return reject('E_BOND_STATUS', `the bond is ${bond.value.status}, not leaving`)
    if (!isReleaseDue(work, bond.value))
      return reject('E_BOND_NOT_DUE', 'what the bond stood behind can still be challenged')
    // Of a bond that never had a seat nothing is left to tell.
    if (bond.value.lastEpoch === 0) work.remove('bonds', id)
    else work.put('bonds', id, { ...bond.value, status: 'released' })
    work.pay(bond.value.owner, drain(work, id))
  }
  return accept(0n)
}

function findBond(work: Work, id: BondId): Verdict<BondRecord> {
  const bond = work.get('bonds', id)
  return bond === undefined ? reject('E_BOND_UNKNOWN', 'no such bond') : accept(bond)
}
