// What of names lapses by ticks: commitments nobody claimed with, and rights to review nobody used. Both stand in
// lines in the order they came, so that a block looks at the ends of two lines and never at all that waits.
import type { Hash } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import { NAMES_PRUNED } from '../limits.ts'
import type { Work } from '../work.ts'

export type Line = 'commits' | 'payments'

/** Puts something that begins to wait in this block at the end of its line. */
export function queue(work: Work, line: Line, id: Hash): void {
  const { first, next } = endsOf(work, line)
  work.put('names', { kind: 'waiting', line, index: next }, { kind: 'waiting', id, since: work.height })
  work.put('names', { kind: 'line', line }, { kind: 'line', first, next: next + 1 })
}

/** Removes what has waited too long. Of what began anew since, the older place in the line means nothing. */
export function driveNames(work: Work): void {
  const { nameCommitMaxTicks, nameReviewTicks } = work.parameters
  prune(work, 'commits', nameCommitMaxTicks, (id, since) => {
    const found = work.get('names', { kind: 'commit', commitment: id })
    if (found?.kind === 'commit' && found.committedAt === since)
      work.remove('names', { kind: 'commit', commitment: id })
  })
  prune(work, 'payments', nameReviewTicks, (id, since) => {
    const found = work.get('names', { kind: 'payment', payment: id })
    if (found?.kind === 'payment' && found.since === since) work.remove('names', { kind: 'payment', payment: id })
  })
}

function prune(work: Work, line: Line, ticks: number, remove: (id: Hash, since: number) => void): void {
  const { first, next } = endsOf(work, line)
  let index = first
  for (; index < next && index - first < NAMES_PRUNED; index++) {
    const key = { kind: 'waiting', line, index } as const
    const found = work.get('names', key)
    assert(found?.kind === 'waiting', 'a line has no gaps')
    if (!work.hasPassed(found.since, ticks)) break
    remove(found.id, found.since)
    work.remove('names', key)
  }
  if (index === first) return
  if (index === next) work.remove('names', { kind: 'line', line })
  else work.put('names', { kind: 'line', line }, { kind: 'line', first: index, next })
}

function endsOf(work: Work, line: Line): { readonly first: number; readonly next: number } {
  const found = work.get('names', { kind: 'line', line })
  return found?.kind === 'line' ? found : { first: 0, next: 0 }
}
