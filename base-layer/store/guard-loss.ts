// When a guard file counts as lost and what that costs, in plain values: the vote guard asks at every start, and so does
// the simulated disk [FIN-7].
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { periodOf } from '#contracts/statements/period-table.ts'
import type { GuardMarks } from '../consensus/events.ts'
import { STORE_LIMITS } from './limits.ts'

/** What the chain's file remembers of the guard. */
export interface GuardStamp {
  readonly id: Hash
  readonly writes: number
}

/** A guard file as a start finds it; `place` is the one it was written at. */
export interface FoundGuard extends GuardStamp {
  readonly place: string
}

/**
 * True unless the file found is the one that this place wrote last: none, older than the chain's file knows, another one,
 * or one that was copied, moved or restored, of which nobody can say what the key has signed since.
 */
export function isGuardLost(found: FoundGuard | undefined, stamp: GuardStamp | null, place: string): boolean {
  if (found === undefined || !isSamePlace(found.place, place)) return true
  return stamp !== null && (found.id !== stamp.id || found.writes < stamp.writes)
}

/** `inode.birth`, or the inode alone where the disk did not tell the birth: then that decides. */
function isSamePlace(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)
}

/** What keeps a key from signing, or some of what it would sign. */
export type Fault = Pick<GuardMarks, 'maySignFromMs' | 'loss'>
export const NO_FAULT: Fault = { maySignFromMs: 0, loss: null }

/** From a loss on: silence for two epochs, then no old sources in any period this key may have voted in [FIN-7]. */
export function lossAt(p: Parameters, nowMs: number): Fault {
  const now = Math.max(0, nowMs)
  return {
    maySignFromMs: silenceFrom(p, now),
    // A height is never above its slot, so this key has voted in no later period.
    loss: { period: periodOf(Math.floor(now / p.slotMs), p), epoch: Math.floor(now / p.finalityEpochMs) }
  }
}

/**
 * Silence for two epochs, in milliseconds after genesis, if the last vote is more than two epochs old, 0 otherwise: where
 * the disk tells nothing of a copy, its age does.
 */
export function quietUntilMs(p: Parameters, vote: GuardMarks['vote'], nowMs: number): number {
  const epoch = Math.floor(Math.max(0, nowMs) / p.finalityEpochMs)
  return vote === null || vote.targetEpoch + STORE_LIMITS.lossEpochs >= epoch ? 0 : silenceFrom(p, nowMs)
}

/** The end of a silence that begins now: time to meet the peers, and with them what was forgotten. */
function silenceFrom({ finalityEpochMs }: Parameters, nowMs: number): number {
  return Math.max(0, nowMs) + STORE_LIMITS.lossEpochs * finalityEpochMs
}
