// The main job seen from outside: `npm run demo -- --json` as a newcomer types it, judged by its document, its exit code
// and what it leaves running.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '..', '..')
const ELAPSED_MS_MAX = 120_000
const STEPS = [
  'network-started',
  'paid',
  'asset-registered',
  'committee-live',
  'instructions-accepted',
  'receipt-verified',
  'checkpoint-settled',
  'false-checkpoint-posted',
  'claim-judged',
  'collateral-taken',
  'asset-restaffed'
]

const DOCUMENT = z.strictObject({
  schema: z.literal('surety.demo/1'),
  ok: z.boolean(),
  elapsedMs: z.number().positive(),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      ok: z.boolean(),
      ms: z.number().nonnegative(),
      detail: z.record(z.string(), z.unknown())
    })
  )
})

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Every process started below carries this in its environment, however far down and however detached. */
const MARK = `SURETY_TEST_MARK=${randomBytes(8).toString('hex')}`

function runDemo(): Promise<Run> {
  const [name, value] = MARK.split('=')
  // What npm told the runner of this test must not steer the npm below.
  const inherited = Object.entries(process.env).filter(([key]) => !key.toLowerCase().startsWith('npm_'))
  const env = { ...Object.fromEntries(inherited), [name ?? '']: value }
  const child = spawn('npm', ['run', 'demo', '--', '--json'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const run = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => {
    run.stdout += String(chunk)
  })
  child.stderr.on('data', chunk => {
    run.stderr += String(chunk)
  })
  return new Promise((resolve, refuse) => {
    child.once('error', refuse)
    child.once('exit', status => resolve({ ...run, status }))
  })
}

/** Command lines of the processes that carry the mark. Linux only, where the demo's claim is checked. */
function processesLeft(): string[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .flatMap(pid => {
      try {
        const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(MARK)
        return marked ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : []
      } catch {
        return [] // ended between the two looks
      }
    })
}

describe('npm run demo -- --json', () => {
  let run: Run
  let left: readonly string[]

  beforeAll(async () => {
    run = await runDemo()
    left = processesLeft()
  })

  const document = (): z.infer<typeof DOCUMENT> => DOCUMENT.parse(JSON.parse(run.stdout))

  it('exits 0', () => expect(run.status, run.stderr.slice(-4000)).toBe(0))
  it('prints exactly one document on stdout', () => expect(() => document()).not.toThrow())
  it('names the eleven steps in order', () => expect(document().steps.map(step => step.name)).toEqual(STEPS))
  it('saw every step', () => {
    expect(document().steps.filter(step => !step.ok)).toEqual([])
    expect(document().ok).toBe(true)
  })
  it('shows for every step what a sceptic would check', () => {
    expect(document().steps.filter(step => Object.keys(step.detail).length === 0)).toEqual([])
  })
  it('finishes within two minutes', () => expect(document().elapsedMs).toBeLessThanOrEqual(ELAPSED_MS_MAX))
  it('leaves no process behind', () => expect(left).toEqual([]))
})
