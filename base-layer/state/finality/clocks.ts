// The clocks of heights [FIN-8]: the tick count of the first block whose recorded final height
// is at least a given one. A leaf holds a span of them; spans that are older than any rule
// waits are forgotten, and what was so long ago has passed.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Height } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { CLOCKS_FORGOTTEN, CLOCKS_PER_LEAF } from '../limits.ts'
import type { Put, Reader } from './period-tables.ts'
import type { KeyOf } from '../trees/sections.ts'

type Remove = (key: KeyOf<'finality'>) => void

function spanOf(height: Height): number {
  return Math.floor(height / CLOCKS_PER_LEAF)
}

/**
 * Ticks since the clock of a height started, in a block that has counted `ticks`: undefined while the height is not
 * recorded final, more than any rule waits where the clock is forgotten.
 */
export function ticksSince(read: Reader, height: Height, ticks: number, clocksFrom: Height): number | undefined {
  if (height < clocksFrom) return Number.MAX_SAFE_INTEGER
  const leaf = read('finality', { kind: 'clocks', span: spanOf(height) })
  const start = leaf?.kind === 'clocks' ? leaf.ticks[height % CLOCKS_PER_LEAF] : undefined
  return start === undefined ? undefined : ticks - start
}

/** Starts the clocks of the heights [from, to], all at once; `from` follows the newest that runs. */
export function startClocks(read: Reader, put: Put, from: Height, to: Height, ticks: number): void {
  for (let first = from; first <= to; ) {
    const span = spanOf(first)
    const end = Math.min(to + 1, (span + 1) * CLOCKS_PER_LEAF)
    const leaf = read('finality', { kind: 'clocks', span })
    const before = leaf?.kind === 'clocks' ? leaf.ticks : []
    assert(before.length === first % CLOCKS_PER_LEAF, 'clocks start in the order of their heights')
    const started = Array.from({ length: end - first }, () => ticks)
    put('finality', { kind: 'clocks', span }, { kind: 'clocks', ticks: [...before, ...started] })
    first = end
  }
}

/** Forgets the oldest spans that nothing can ask for any more; the lowest height whose clock is still kept. */
export function forgetClocks(
  read: Reader,
  remove: Remove,
  parameters: Parameters,
  ticks: number,
  clocksFrom: Height
): Height {
  let from = clocksFrom
  for (let count = 0; count < CLOCKS_FORGOTTEN; count++) {
    const span = spanOf(from)
    const leaf = read('finality', { kind: 'clocks', span })
    if (leaf?.kind !== 'clocks' || leaf.ticks.length < CLOCKS_PER_LEAF) break
    if (ticks - present(leaf.ticks.at(-1), 'a full leaf') <= longestWait(parameters)) break
    remove({ kind: 'clocks', span })
    from += CLOCKS_PER_LEAF
  }
  return from
}

/**
 * The most ticks that any rule waits: the longest of the parameters that count ticks. What
 * an asset sets itself is bounded by them when it is registered. A name's term ends at a
 * tick count of its own [NAM-2] and asks for no clock.
 */
function longestWait(parameters: Parameters): number {
  const { nameTermTicks: _, ...waiting } = parameters
  const waits = Object.entries(waiting).map(([name, value]) => (name.endsWith('Ticks') ? Number(value) : 0))
  return Math.max(...waits)
}
