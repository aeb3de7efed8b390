// A command in this process: what it prints and its exit code.
import { vi } from 'vitest'
import { createProgram } from '#cli/program.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `whileRunning` is called over and over until the command ends, with what it has said so far. */
export async function runCommand(
  args: readonly string[],
  whileRunning: (stderr: string) => Promise<void> = async () => undefined
): Promise<Ran> {
  let [stdout, stderr] = ['', '']
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      stdout += String(text)
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      stderr += String(text)
      return true
    })
  ]
  let ended = false
  const running = createProgram()
    .run(args)
    .finally(() => {
      ended = true
    })
  try {
    while (!ended) {
      await Promise.race([running, new Promise(resolve => setTimeout(resolve, TURN_MS))])
      if (!ended) await whileRunning(stderr)
    }
    return { code: await running, stdout, stderr }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** A command that waits for the chain asks some times a second. */
const TURN_MS = 20
