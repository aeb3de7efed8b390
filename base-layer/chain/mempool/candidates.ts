// In which order what waits is offered to a block [LED-5]. Asked by the mempool, which owns the entries.
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { LAST_LANE } from '../../state/transactions/block-limits.ts'
import { CHAIN_LIMITS } from '../limits.ts'
import { type Entry, packageRateOf } from './pool-entries.ts'

/**
 * Candidates by lane, within a lane by what a block gains for each byte of a transaction and all it needs; what is
 * needed comes before it. A flood in one lane hides none of another [LED-5].
 */
export function chooseCandidates(entries: Iterable<Entry>): readonly Transaction[] {
  const lanes = Array.from({ length: LAST_LANE + 1 }, (): { entry: Entry; rate: number }[] => [])
  for (const entry of entries) lanes[entry.lane]?.push({ entry, rate: packageRateOf(entry) })
  const taken = new Set<Entry>()
  for (const [lane, waiting] of lanes.entries()) {
    const room = lane === LAST_LANE ? CHAIN_LIMITS.candidates : taken.size + CHAIN_LIMITS.candidatesPerLane
    waiting.sort((a, b) => (a.rate === b.rate ? a.entry.order - b.entry.order : b.rate > a.rate ? 1 : -1))
    for (const { entry } of waiting) {
      if (taken.size >= room) break
      takeWithNeeds(entry, taken)
    }
  }
  return [...taken].map(({ prepared }) => prepared.transaction)
}

/** What an entry needs, then the entry, each once. */
export function takeWithNeeds(entry: Entry, taken: Set<Entry>): void {
  if (taken.has(entry)) return
  for (const parent of entry.parents) takeWithNeeds(parent, taken)
  taken.add(entry)
}
