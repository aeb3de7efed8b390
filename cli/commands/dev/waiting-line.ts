// The one moving line of surety demo: how long it has run, how many steps were seen, what is waited for. Only for people at
// a terminal; a pipe, --json and --quiet get nothing of it.
import { STEPS } from '../../demo/scenario.ts'
import type { Stage } from '../../demo/stage.ts'
import type { Output } from '../../output.ts'

export interface WaitingLine {
  start(stage: Stage): void
  /** Takes the line away, so that another can be printed in its place. */
  clear(): void
  stop(): void
}

const EVERY_MS = 1_000
/** Returns to the first column and empties the line. */
const ERASE = '\r\u001b[K'

export function createWaitingLine({ settings, paint }: Output): WaitingLine {
  const shown = process.stdout.isTTY === true && !settings.json && !settings.quiet
  let timer: NodeJS.Timeout | undefined
  const clear = (): void => {
    if (shown) process.stdout.write(ERASE)
  }
  return {
    start: stage => {
      if (!shown) return
      timer = setInterval(() => {
        const text = waitingText(stage).slice(0, Math.max(20, (process.stdout.columns || 80) - 1))
        process.stdout.write(`${ERASE}${paint.dim(text)}`)
      }, EVERY_MS)
    },
    clear,
    stop: () => {
      clearInterval(timer)
      clear()
    }
  }
}

/** What is waited for: the first step of the story that was not seen yet, or the end of the processes. */
export function waitingText({ elapsedMs, results }: Pick<Stage, 'elapsedMs' | 'results'>): string {
  const seconds = `${Math.floor(elapsedMs / 1000)} s`.padStart(7)
  const seen = results.filter(step => step.ok).length
  const [name, what] = STEPS[results.findIndex(step => !step.ok)] ?? []
  const next = name === undefined ? 'stopping the processes' : `waiting for ${name}: ${what}`
  return `${seconds}  ${seen} of ${results.length} seen; ${next}`
}
