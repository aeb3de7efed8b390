// Names in state [NAM-2, PRF-4]: reading one as it stands in this block, and writing one with its history.
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import { appendEntry } from '#contracts/merkle/history.ts'
import type { Name } from '#contracts/names/name.ts'
import { type NameRecord, type NameStanding, settleTransfer, standingOf } from '#contracts/names/name-record.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, present, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { Work } from '../work.ts'

export function nameIn(work: Work, name: Name): NameRecord | undefined {
  const found = work.get('names', { kind: 'name', name })
  return found?.kind === 'name' ? found : undefined
}

export function standingIn(work: Work, name: Name): NameStanding {
  return standingOf(nameIn(work, name) ?? null, work.now.ticks, work.parameters.nameGraceTicks)
}

/** The name of `owner`, transfers that are due carried out; `orExpired`: in its grace as well. */
export function nameHeldBy(work: Work, name: Name, owner: PublicKey, orExpired = false): Verdict<NameRecord> {
  const standing = standingIn(work, name)
  if (standing.kind === 'free') return reject('E_NAME_FREE', `nobody holds the name ${name}`)
  if (standing.owner !== owner) return reject('E_NAME_AUTHORITY', `the name ${name} is another's`)
  if (standing.kind === 'grace' && !orExpired) return reject('E_NAME_EXPIRED', `the name ${name} has expired`)
  return accept(settleTransfer(present(nameIn(work, name), 'a name that somebody owns'), work.now.ticks))
}

/** What changes of a name; its history grows by the transaction that does it. */
export type NameChange = Omit<NameRecord, 'history'>

export function writeName(work: Work, name: Name, change: NameChange, transaction: TransactionId): void {
  const { owner, targets, claimedAt, expiresAt, transfer } = change
  const before = nameIn(work, name)?.history ?? EMPTY_LOG
  const entry = { height: work.height, id: transaction }
  const history = appendEntry(before, entry)
  work.put('names', { kind: 'name', name }, { kind: 'name', owner, targets, claimedAt, expiresAt, transfer, history })
  work.nameEntries.push({ name, index: before.size, entry })
}

/** A transaction that touched the name and changed nothing of it [NAM-4]. */
export function touchName(work: Work, name: Name, transaction: TransactionId): void {
  writeName(work, name, present(nameIn(work, name), 'a name that was claimed'), transaction)
}
