// The rules of the list of broken rules are found out within a few seeds, the rare ones aside: each in a process of its
// own, since the change is made while the source is loaded. A run ends with the first seed that fails.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BASE_MUTANTS } from './base-mutants.ts'

function runBroken(rule: string, seed: number): Promise<{ readonly code: number | null; readonly text: string }> {
  const main = fileURLToPath(new URL('./sim-main.ts', import.meta.url))
  const options = ['--engine', 'base', '--from', String(seed), '--seeds', '10', '--break', rule]
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
    }
    child.on('error', reject)
    child.on('close', code => resolve({ code, text }))
  })
}

describe.concurrent('a broken rule of fork choice, finality or signing', () => {
  it.each(BASE_MUTANTS.filter(one => one.isRare !== true))('$rule is found out', async ({ rule, seed }) => {
    const { code, text } = await runBroken(rule, seed)
    expect(code, text).toBe(1)
    expect(text).toMatch(/seed \d+: /)
    expect(text).not.toContain('exactly once')
  })
})
