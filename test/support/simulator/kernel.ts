// The heart of every simulation: a virtual clock, a queue of what happens next ordered by (time, sequence), and a hash
// over the trace, so that one seed always gives one run. Knows nothing of what is simulated.
import { hashHex, sha256 } from '#contracts/crypto/hash.ts'
import { asciiToBytes, concatBytes } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'

export interface Kernel {
  /** Virtual milliseconds since the start; whole numbers. */
  readonly nowMs: number
  /** Runs something at a time, after all that was scheduled for that time before. */
  at(timeMs: number, action: () => void): void
  after(delayMs: number, action: () => void): void
  /** Adds a line to the trace. */
  trace(line: string): void
  traceHash(): Hash
  /** Runs until a time, until nothing is left, or until `done` says so. */
  run(untilMs: number, done?: () => boolean): void
  /** Events run so far. */
  readonly events: number
}

interface Entry {
  readonly timeMs: number
  readonly sequence: number
  readonly action: () => void
}

export function createKernel(): Kernel {
  const heap: Entry[] = []
  let nowMs = 0
  let sequence = 0
  let events = 0
  let digest: Uint8Array = new Uint8Array(32)
  let lines: string[] = []
  const fold = (): void => {
    digest = sha256(concatBytes(digest, asciiToBytes(lines.join('\n'))))
    lines = []
  }
  const kernel: Kernel = {
    get nowMs() {
      return nowMs
    },
    get events() {
      return events
    },
    at: (timeMs, action) => {
      assert(Number.isSafeInteger(timeMs), 'virtual time is in whole milliseconds')
      sequence += 1
      push(heap, { timeMs: Math.max(nowMs, timeMs), sequence, action })
    },
    after: (delayMs, action) => kernel.at(nowMs + delayMs, action),
    trace: line => {
      lines.push(`${nowMs} ${line}`)
      if (lines.length >= 512) fold()
    },
    traceHash: () => {
      fold()
      return hashHex('simulation-trace', digest)
    },
    run: (untilMs, done = () => false) => {
      for (let next = heap[0]; next !== undefined && next.timeMs <= untilMs; next = heap[0]) {
        pop(heap)
        nowMs = next.timeMs
        events += 1
        next.action()
        if (done()) return
      }
      nowMs = Math.max(nowMs, untilMs)
    }
  }
  return kernel
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.sequence < b.sequence)
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length
  heap.push(entry)
  while (place > 0) {
    const parent = (place - 1) >> 1
    const above = heap[parent]
    if (above === undefined || !isBefore(entry, above)) break
    heap[place] = above
    place = parent
  }
  heap[place] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let place = 0
  while (true) {
    let child = 2 * place + 1
    let below = heap[child]
    const right = heap[child + 1]
    if (below !== undefined && right !== undefined && isBefore(right, below)) {
      child += 1
      below = right
    }
    if (below === undefined || !isBefore(below, last)) break
    heap[place] = below
    place = child
  }
  heap[place] = last
}
