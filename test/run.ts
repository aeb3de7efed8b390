// Runs the checks and prints `N passed, N failed` as its last line; exit code 1 if anything failed.
//   node test/run.ts short | long | KIND...
// Called by `npm test` and `npm run test:long`. Type check and lint count as one check each; a test file that does not
// load, an error outside any test and a test that was left out (skipped, focused away) count as failures.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { startVitest } from 'vitest/node'

const ROOT = join(import.meta.dirname, '..')
const SHORT = ['unit', 'property', 'vectors', 'architecture', 'simulation', 'integration'] as const
const LONG = [...SHORT, 'end-to-end', 'browser'] as const

interface Count {
  readonly passed: number
  readonly failed: number
}

/** Runs one command of node_modules/.bin, its output shown as it comes. */
function runTool(command: string, ...args: readonly string[]): Count {
  const bin = join(ROOT, 'node_modules', '.bin', command)
  const { status } = spawnSync(bin, args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) console.error(`${[command, ...args].join(' ')} failed`)
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

async function runKinds(kinds: readonly string[]): Promise<Count> {
  const vitest = await startVitest([], {
    root: ROOT,
    project: [...kinds],
    run: true,
    watch: false,
    passWithNoTests: true,
    allowOnly: false
  })
  let passed = 0
  let failed = vitest.state.getUnhandledErrors().length
  for (const module of vitest.state.getTestModules()) {
    const failedBefore = failed
    for (const test of module.children.allTests()) {
      if (test.result().state === 'passed') passed += 1
      else failed += 1
    }
    if (module.state() === 'failed' && failed === failedBefore) failed += 1
  }
  await vitest.close()
  return { passed, failed }
}

function total(counts: readonly Count[]): Count {
  return counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }))
}

const chosen = process.argv.slice(2)
const everything = chosen.length === 0 || chosen[0] === 'short' || chosen[0] === 'long'
const kinds = chosen[0] === 'long' ? LONG : everything ? SHORT : chosen
if (chosen[0] === 'long') process.env['SURETY_TEST_LONG'] = '1'

const checks = everything ? [runTool('tsc', '-b'), runTool('biome', 'check')] : []
const { passed, failed } = total([...checks, await runKinds(kinds)])
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
// vitest's own output may still be on its way; the count is the last line.
process.stdout.write('', () => console.log(`\n${passed} passed, ${failed} failed`))
