// The disk of a simulated peer: what is written, and what a guard file that is missing, older than the chain's file knows,
// moved or long unused costs at the next start, by the rules of base-layer/store/vote-guard.ts [FIN-7].
import type { FinalityAnchor, GuardMarks, Intention } from '#base-layer/consensus/events.ts'
import { lossAt, silenceFrom } from '#base-layer/store/guard-identity.ts'
import { STORE_LIMITS } from '#base-layer/store/limits.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import { type Certificate, voteMarkOf } from '#contracts/statements/vote.ts'

export const NO_MARKS: GuardMarks = { vote: null, acknowledgedSlot: -1, proposedSlot: -1, maySignFromMs: 0, loss: null }

/** The guard file is the newest row of its kind, the file of the chain the others; both are written to one log. */
export type BaseRow =
  | { readonly kind: 'guard'; readonly marks: GuardMarks; readonly writes: number; readonly place: number }
  | { readonly kind: 'block'; readonly block: Block; readonly id: BlockId }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | {
      readonly kind: 'final'
      readonly ids: readonly BlockId[]
      readonly anchor: FinalityAnchor
      /** Writes of the guard file that the chain's file has seen. */
      readonly writes: number
    }

export interface OpenedGuard {
  readonly marks: GuardMarks
  readonly writes: number
  readonly isLost: boolean
}

/** What the guard says at a start: `place` is where the disk has it now. */
export function openGuard(rows: readonly BaseRow[], place: number, p: Parameters, nowMs: number): OpenedGuard {
  const found = rows.findLast(row => row.kind === 'guard')
  const stamp = rows.reduce((most, row) => (row.kind === 'final' ? Math.max(most, row.writes) : most), 0)
  const marks = found?.marks ?? NO_MARKS
  const writes = found?.writes ?? 0
  if (found === undefined || writes < stamp)
    return { marks: { ...marks, ...lossAt(p, nowMs) }, writes: Math.max(writes, stamp), isLost: true }
  const epoch = Math.floor(Math.max(0, nowMs) / p.finalityEpochMs)
  const isOld = marks.vote !== null && marks.vote.targetEpoch + STORE_LIMITS.lossEpochs < epoch
  const quietMs = found.place !== place || isOld ? silenceFrom(p, nowMs) : 0
  return { marks: { ...marks, maySignFromMs: Math.max(marks.maySignFromMs, quietMs) }, writes, isLost: false }
}

export function markWith(marks: GuardMarks, intention: Intention): GuardMarks {
  switch (intention.kind) {
    case 'acknowledge':
      return { ...marks, acknowledgedSlot: intention.acknowledgement.slot }
    case 'propose':
      return { ...marks, proposedSlot: intention.block.header.slot }
    case 'vote':
      return { ...marks, vote: voteMarkOf(intention.vote) }
  }
}
