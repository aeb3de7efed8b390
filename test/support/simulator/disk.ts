// A disk in memory: an append-only log whose newest part is lost, wholly or in part, in a crash, unless it was synced.
import type { Random } from '#test/support/random.ts'
import type { FaultCounts } from './faults.ts'
import type { Kernel } from './kernel.ts'

export interface MemoryDisk<Row> {
  append(row: Row): void
  /** Everything appended so far is durable when `done` runs. It never runs if the node crashes before. */
  sync(done: () => void): void
  /** Loses what is not synced, except a part from its beginning that happened to be written. */
  crash(): void
  wipe(): void
  rows(): readonly Row[]
  /** What a crash cannot take. */
  durable(): readonly Row[]
  /** Somebody puts these in the place of all there was, durably. */
  replace(rows: readonly Row[]): void
}

export function createMemoryDisk<Row>(
  kernel: Kernel,
  random: Random,
  maxSyncMs: number,
  fired: FaultCounts
): MemoryDisk<Row> {
  let rows: Row[] = []
  let durable = 0
  let life = 0
  return {
    append: row => {
      rows.push(row)
    },
    sync: done => {
      const [upTo, started] = [rows.length, life]
      kernel.after(random.between(0, maxSyncMs), () => {
        if (life !== started) return
        durable = Math.max(durable, upTo)
        done()
      })
    },
    crash: () => {
      life += 1
      const kept = random.between(durable, rows.length)
      if (kept < rows.length) fired.count('unsynced-lost')
      rows = rows.slice(0, kept)
      durable = kept
    },
    wipe: () => {
      life += 1
      rows = []
      durable = 0
    },
    rows: () => rows,
    durable: () => rows.slice(0, durable),
    replace: next => {
      life += 1
      rows = [...next]
      durable = rows.length
    }
  }
}
