// Processor time of other processes: says what an instruction costs even where the machine is shared with other work.
import { readFileSync } from 'node:fs'

/** Milliseconds of one tick of /proc: 100 ticks a second on every Linux that Node runs on. */
const TICK_MS = 10

/** User and system time of all of them together, in milliseconds; 0 where the system does not tell. */
export function processorMs(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    try {
      // The name in parentheses may hold anything; fields are counted after it. The 14th and 15th of all are the times.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
    } catch {
      return 0
    }
  }
  return ticks * TICK_MS
}
