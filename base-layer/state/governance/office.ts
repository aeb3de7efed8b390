// What base state holds of the corporate form [GOV-2, GOV-3]: nominations with the chief they make, and the one
// proposal that is open; and what a block does for them at its end.
import { changeParameters } from '#contracts/ledger/parameter-changes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { periodOf } from '#contracts/statements/period-table.ts'
import type { ValueOf } from '../trees/sections.ts'
import type { Work } from '../work.ts'
import { type Board, boardAt, chiefOf, hasMajority, type Nomination, standingNominations } from './board.ts'

type Leaf = ValueOf<'governance'>
export type Proposal = Extract<Leaf, { readonly kind: 'proposal' }>

export function boardIn(work: Work, height = work.height): Board {
  return boardAt((section, key) => work.get(section, key), height, work.parameters)
}

export function nominationsIn(work: Work): readonly Nomination[] {
  const found = work.get('governance', { kind: 'chief' })
  return found?.kind === 'chief' ? found.nominations : []
}

export function chiefIn(work: Work): PublicKey | null {
  const found = work.get('governance', { kind: 'chief' })
  return found?.kind === 'chief' ? found.chief : null
}

export function proposalIn(work: Work): Proposal | undefined {
  const found = work.get('governance', { kind: 'proposal' })
  return found?.kind === 'proposal' ? found : undefined
}

export function writeNominations(work: Work, board: Board, nominations: readonly Nomination[]): void {
  const chief = chiefOf(board, nominations)
  work.put('governance', { kind: 'chief' }, { kind: 'chief', chief, nominations })
}

/** Approved since the height at which a majority began to stand; from the beginning if it was lost in between. */
export function writeProposal(work: Work, board: Board, proposal: Proposal): void {
  const adoptedAt = hasMajority(board, proposal.approvals) ? (proposal.adoptedAt ?? work.height) : null
  work.put('governance', { kind: 'proposal' }, { ...proposal, adoptedAt })
}

/**
 * At the last height of a period the next board takes over: nominations and approvals of those who are not on it
 * end, so shareholders who move their shares in time undo what the former board approved. Then what is due takes
 * effect: the blocks after this one are judged under the changed parameters.
 */
export function driveGovernance(work: Work): void {
  const { height, parameters } = work
  if (periodOf(height + 1, parameters) !== periodOf(height, parameters)) handOver(work)
  const proposal = proposalIn(work)
  if (proposal === undefined) return
  const { adoptedAt, proposedAt, changes } = proposal
  const isDue = adoptedAt !== null && work.hasPassed(adoptedAt, parameters.noticeTicks)
  if (isDue) {
    const changed = changeParameters(parameters, changes)
    // Only one proposal is ever open, so what was checked when it was made still holds.
    if (changed.ok) work.put('parameters', 'current', changed.value)
  }
  const hasLapsed = adoptedAt === null && work.hasPassed(proposedAt, parameters.proposalTicks)
  if (isDue || hasLapsed) work.remove('governance', { kind: 'proposal' })
}

function handOver(work: Work): void {
  const board = boardIn(work, work.height + 1)
  const nominations = nominationsIn(work)
  if (nominations.length > 0) writeNominations(work, board, standingNominations(board, nominations))
  const proposal = proposalIn(work)
  if (proposal === undefined) return
  const approvals = proposal.approvals.filter(member => board.weights.has(member))
  writeProposal(work, board, { ...proposal, approvals })
}
