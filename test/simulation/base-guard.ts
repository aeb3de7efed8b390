// The disk of a simulated peer: what is written, and what a guard file that is missing, older than the chain's file knows,
// moved or long unused costs at the next start, by the rules of base-layer/store/guard-loss.ts [FIN-7].
import type { FinalityAnchor, GuardMarks, Intention } from '#base-layer/consensus/events.ts'
import { isGuardLost, lossAt, quietUntilMs } from '#base-layer/store/guard-loss.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import { type Certificate, voteMarkOf } from '#contracts/statements/vote.ts'

export const NO_MARKS: GuardMarks = { vote: null, acknowledgedSlot: -1, proposedSlot: -1, maySignFromMs: 0, loss: null }

/** One for all: a new guard takes over the count of writes instead. */
const GUARD_ID = hashHex<Hash>('simulated-guard')

/** The guard file is the newest row of its kind, the file of the chain the others; both are written to one log. */
export type BaseRow =
  | { readonly kind: 'guard'; readonly marks: GuardMarks; readonly writes: number; readonly place: string }
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
export function openGuard(rows: readonly BaseRow[], place: string, p: Parameters, nowMs: number): OpenedGuard {
  const found = rows.findLast(row => row.kind === 'guard')
  const stamp = rows.reduce((most, row) => (row.kind === 'final' ? Math.max(most, row.writes) : most), 0)
  const marks = found?.marks ?? NO_MARKS
  const writes = Math.max(found?.writes ?? 0, stamp)
  const known = found === undefined ? undefined : { ...found, id: GUARD_ID }
  const isLost = isGuardLost(known, { id: GUARD_ID, writes: stamp }, place)
  const { maySignFromMs, loss } = isLost ? lossAt(p, nowMs) : marks
  const quietMs = quietUntilMs(p, marks.vote, nowMs)
  return { marks: { ...marks, loss, maySignFromMs: Math.max(maySignFromMs, quietMs) }, writes, isLost }
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
