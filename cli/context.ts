// What every command gets: where to print, its settings, how to ask, and when to give up.
import type { Settings } from './config.ts'
import { misuse } from './exit-codes.ts'
import type { Output } from './output.ts'

export interface Context {
  readonly output: Output
  readonly settings: Settings
  readonly dryRun: boolean
  /** False with --no-input or without a terminal: questions fail instead of waiting. */
  readonly mayAsk: boolean
  /** --yes: every question is answered yes. */
  readonly yes: boolean
  readonly passwordFile: string | undefined
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
}

/** Asks before something that cannot be undone. Throws E_INPUT_NEEDED if nobody can answer, E_DECLINED on a no. */
export async function confirm(context: Context, question: string): Promise<void> {
  if (context.yes) return
  if (!context.mayAsk) throw misuse('E_INPUT_NEEDED', `${question} Nobody can answer here: say --yes`)
  const { createInterface } = await import('node:readline/promises')
  const asker = createInterface({ input: process.stdin, output: process.stderr })
  // At a terminal Ctrl-C is a key: it is made the signal that it means. Ctrl-D leaves a question without an answer.
  asker.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const left = new Promise<never>((_resolve, reject) => {
    asker.once('close', () => reject(misuse('E_DECLINED', 'nothing was done')))
  })
  left.catch(() => undefined)
  try {
    const answer = await Promise.race([asker.question(`${question} [y/N] `, { signal: context.signal }), left])
    if (!/^y(es)?$/i.test(answer.trim())) throw misuse('E_DECLINED', 'nothing was done')
  } finally {
    asker.close()
  }
}
