// Time as drivers see it. Rules get time as data; only drivers hold a Clock, so that a simulation can put a virtual
// one in its place.

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number
  /** Runs `task` once after `delayMs`. The result cancels it; cancelling twice or too late does nothing. */
  setTimer(delayMs: number, task: () => void): () => void
}

/** The clock of the machine. A pending timer alone does not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  }
}
