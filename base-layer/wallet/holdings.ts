// What of a wallet's coin is locked, and for what: hash locks, bonds, peer bonds, deposits, registration locks and fee
// shares that are not mature. Read from the sections that hold them [LED-1, LED-2].
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import type { BaseChain } from '../base-chain.ts'
import { balanceIdOf } from '../state/transactions/balance-ids.ts'
import type { Account } from './account.ts'

export interface Locked {
  readonly purpose: 'hashlock' | 'immature' | 'bond' | 'peer' | 'deposit' | 'registration'
  readonly atoms: bigint
  /** What holds it: an output, bond, peer, claim or asset. */
  readonly of: string
  /** What frees it, in words. */
  readonly until: string
}

/** Everything of these keys that is theirs and cannot be spent now; a lock with another key counts for who pays it. */
export async function lockedOf(chain: BaseChain, account: Pick<Account, 'coins'>, keys: ReadonlySet<PublicKey>) {
  const [{ all }, head, ...lists] = await Promise.all([
    account.coins(),
    chain.tip('head'),
    chain.list('bonds', 'head'),
    chain.list('peers', 'head'),
    chain.list('claims', 'head'),
    chain.list('assets', 'head')
  ])
  const [bonds, peers, claims, assets] = lists
  const locked: Locked[] = []
  for (const { id, record } of all) {
    const { output, maturesAt } = record
    if (output.kind === 'hashlock') {
      const until = `tick ${output.timeout}, now ${head.ticks}`
      locked.push({ purpose: 'hashlock', atoms: output.atoms, of: id, until })
    } else if (maturesAt !== null && maturesAt > head.recordedFinal) {
      locked.push({ purpose: 'immature', atoms: output.atoms, of: id, until: `height ${maturesAt} is recorded final` })
    }
  }
  const held = async (id: Hash): Promise<bigint> => (await chain.read('balances', id, 'head'))?.atoms ?? 0n
  for (const { key, value } of bonds) {
    if (!keys.has(value.owner) || value.status === 'released') continue
    locked.push({
      purpose: 'bond',
      atoms: await held(key),
      of: key,
      until: `it leaves and is released: ${value.status}`
    })
  }
  for (const { key, value } of peers) {
    if (keys.has(key)) locked.push({ purpose: 'peer', atoms: value.bondAtoms, of: key, until: 'the peer retires' })
  }
  for (const { key, value } of claims) {
    if (key.kind !== 'commit' || value.kind !== 'commit' || !keys.has(value.refund)) continue
    const atoms = await held(balanceIdOf('deposit', key.id))
    if (atoms > 0n) locked.push({ purpose: 'deposit', atoms, of: key.id, until: 'the claim is judged' })
  }
  for (const { key, value } of assets) {
    if (!keys.has(value.registration.issuer)) continue
    const atoms = await held(balanceIdOf('lock', key))
    if (atoms > 0n) locked.push({ purpose: 'registration', atoms, of: key, until: 'the asset ends' })
  }
  return locked
}
