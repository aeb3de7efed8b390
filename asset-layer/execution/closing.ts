// When a sequence closes, and which base height a commit runs at: pure functions of the commits, the same at
// every member [CKP-1, DAG-5].
import type { Height } from '#contracts/primitives/ids.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Statement } from '#contracts/statements/statement.ts'
import type { OpenSequence } from './asset-state.ts'

export type ClosingTerms = Pick<Parameters, 'stepCap' | 'commitSteps' | 'idleTicks'> & {
  /** The registration's. */
  readonly interval: number
  /** Height at which this epoch begins. */
  readonly begins: Height
  /** Height at which the next one would begin. */
  readonly boundary: Height
}

/** How a commit at base height `base` leaves the sequence [CKP-1]. */
export function deriveCloses(terms: ClosingTerms, open: OpenSequence, base: Height): Statement['closes'] {
  if (base >= terms.boundary) return 'epoch'
  if (open.trace.size + terms.commitSteps > terms.stepCap) return 'cap'
  const from = Math.max(open.previousBaseHeight, terms.begins)
  if (base >= from + terms.interval && open.substantial) return 'interval'
  return base >= from + Math.floor(terms.idleTicks / 2) ? 'interval' : 'open'
}

/**
 * Base height of a commit [DAG-5]: `median` of the leader's parents, not below `last`, then lowered, not below
 * `last`, to the highest at which at most `commitSteps` log items wait. `waiting` are heights of the items not
 * consumed yet, in order, all of them up to the median or more than `commitSteps`.
 */
export function deriveCommitHeight(
  median: Height,
  last: Height,
  waiting: readonly Height[],
  commitSteps: number
): Height {
  const wanted = Math.max(median, last)
  const tooMany = waiting[commitSteps]
  return tooMany === undefined || tooMany > wanted ? wanted : Math.max(tooMany - 1, last)
}
