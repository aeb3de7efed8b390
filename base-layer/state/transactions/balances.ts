// Moving coin into and out of balances [LED-1]. A balance that reaches nothing is gone, so state holds no empty
// ones.
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { type BalancePurpose, balanceIdOf } from './balance-ids.ts'
import type { Work } from '../work.ts'

export function balanceOf(work: Work, id: Hash): bigint {
  return work.get('balances', id)?.atoms ?? 0n
}

/** Adds atoms that left an output or another balance. */
export function credit(work: Work, id: Hash, atoms: bigint, purpose: BalancePurpose | 'bond'): void {
  const held = balanceOf(work, id) + atoms
  if (held > 0n) work.put('balances', id, { atoms: held, purpose })
}

/** Takes atoms that the caller puts elsewhere in the same block. Asserts if there are fewer. */
export function debit(work: Work, id: Hash, atoms: bigint): void {
  if (atoms === 0n) return
  const balance = present(work.get('balances', id), 'a balance that is drawn on')
  assert(balance.atoms >= atoms, 'a balance is never overdrawn')
  if (balance.atoms === atoms) work.remove('balances', id)
  else work.put('balances', id, { ...balance, atoms: balance.atoms - atoms })
}

/** Takes the whole balance and says how much it was. */
export function drain(work: Work, id: Hash): bigint {
  const atoms = balanceOf(work, id)
  debit(work, id, atoms)
  return atoms
}

/**
 * Burns part of a peer's bond; the peer's record follows its balance [POS-5, FIN-4]. Returns what was taken.
 */
export function takePeerBond(work: Work, peer: PublicKey, atoms: bigint): void {
  const record = present(work.get('peers', peer), 'a registered peer')
  debit(work, balanceIdOf('peer', peer), atoms)
  work.put('peers', peer, { ...record, bondAtoms: record.bondAtoms - atoms })
}
