// How far a node is from the head of the chain, in one line: slots behind, blocks a second, time left. Slots are counted by
// the clock, so the end is known without asking anybody.
import type { BaseNodeStatus } from '#base-layer/index.ts'

export interface Look {
  readonly atMs: number
  readonly status: Pick<BaseNodeStatus, 'height' | 'slot' | 'slotNow' | 'syncing' | 'peers'>
}

/** Rates are of this long: shorter jumps, longer lags. */
const WINDOW_MS = 10_000

export class SyncProgress {
  #looks: readonly Look[] = []

  /** The line for a look; `last`: nothing more is to be said, the node has caught up. */
  add(look: Look): { readonly text: string; readonly last: boolean } {
    this.#looks = [...this.#looks.filter(one => look.atMs - one.atMs <= WINDOW_MS), look]
    const { height, slot, slotNow, syncing, peers } = look.status
    const behind = Math.max(0, slotNow - slot)
    if (!syncing) return { text: `synchronised at height ${height}, ${peers} peers`, last: true }
    if (peers === 0) return { text: `height ${height}, ${behind} slots behind, looking for peers`, last: false }
    const { blocks, seconds } = this.#rates(look)
    const left = seconds === undefined ? '' : `, about ${inWords(seconds)} left`
    return { text: `synchronising: height ${height}, ${behind} slots behind, ${blocks} blocks/s${left}`, last: false }
  }

  #rates(look: Look): { readonly blocks: number; readonly seconds: number | undefined } {
    const [first = look] = this.#looks
    const elapsed = (look.atMs - first.atMs) / 1_000
    if (elapsed <= 0) return { blocks: 0, seconds: undefined }
    const blocks = Math.round((look.status.height - first.status.height) / elapsed)
    const behindNow = look.status.slotNow - look.status.slot
    // Slots pass meanwhile, so what counts is how fast the distance shrinks.
    const closing = (first.status.slotNow - first.status.slot - behindNow) / elapsed
    return { blocks, seconds: closing <= 0 ? undefined : Math.ceil(behindNow / closing) }
  }
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}
