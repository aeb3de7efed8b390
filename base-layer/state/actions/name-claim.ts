// name.commit and name.claim [NAM-2]: a name goes to whoever committed to it before anybody could know which it is. A
// claim follows its commitment when that is recorded final and NAME_COMMIT_MIN heights old, so that who learns the name
// from the claim would have to keep it out of that many blocks, or rewrite final ones.
import type { NameClaim, NameCommit } from '#contracts/ledger/actions/name-claim.ts'
import { nameCommitmentOf, namePriceOf } from '#contracts/names/name-record.ts'
import { accept, type Rejection, reject } from '#contracts/primitives/verdict.ts'
import { queue } from '../names/expiry.ts'
import { standingIn, writeName } from '../names/registry.ts'
import type { Work } from '../work.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyNameCommit({ work }: ActionContext, { commitment }: NameCommit): Locked {
  const key = { kind: 'commit', commitment } as const
  const waiting = work.get('names', key)
  if (waiting?.kind === 'commit' && !work.hasPassed(waiting.committedAt, work.parameters.nameCommitMaxTicks)) {
    return reject('E_NAME_COMMITTED', 'the same commitment waits for its claim')
  }
  work.put('names', key, { kind: 'commit', committedAt: work.height })
  queue(work, 'commits', commitment)
  return accept(0n)
}

export function applyNameClaim({ work, transaction }: ActionContext, action: NameClaim): Locked {
  const { name, owner, salt, targets } = action
  const commitment = nameCommitmentOf(name, owner, salt)
  const fault = commitFault(work, commitment)
  if (fault !== undefined) return fault
  if (standingIn(work, name).kind !== 'free') return reject('E_NAME_TAKEN', `somebody holds the name ${name}`)
  work.remove('names', { kind: 'commit', commitment })
  const expiresAt = work.now.ticks + work.parameters.nameTermTicks
  writeName(work, name, { owner, targets, claimedAt: work.height, expiresAt, transfer: null }, transaction)
  return burnPrice(work, namePriceOf(name, 1, work.parameters.namePriceAtoms))
}

/** The price burns: paid as a fee it would come back to those who propose, and names would cost them less. */
export function burnPrice(work: Work, atoms: bigint): Locked {
  work.burn(atoms)
  return accept(atoms)
}

function commitFault(work: Work, commitment: ReturnType<typeof nameCommitmentOf>): Rejection | undefined {
  const found = work.get('names', { kind: 'commit', commitment })
  if (found?.kind !== 'commit') return reject('E_NAME_COMMIT', 'no commitment to this name, owner and salt waits')
  const { committedAt } = found
  const { nameCommitMin, nameCommitMaxTicks } = work.parameters
  if (work.height < committedAt + nameCommitMin || committedAt > work.now.recordedFinal.height) {
    return reject('E_NAME_EARLY', `the commitment is not recorded final and ${nameCommitMin} heights old`)
  }
  return work.hasPassed(committedAt, nameCommitMaxTicks)
    ? reject('E_NAME_LATE', 'the commitment has waited too long')
    : undefined
}
