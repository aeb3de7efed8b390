// Runs simulations: `npm run sim -- --engine asset|base --seeds 100 [--from N] [--break RULE] [--json]`. Prints one document
// and leaves with 0 only if every run passed, 1 if one did not, 2 if the arguments make no sense.
import { parseArgs } from 'node:util'
import { runSeeds, type SimEngine, type SimReport } from '#test/support/simulator/report.ts'
import { assetEngine } from './asset-engine.ts'
import { baseEngine } from './base-engine.ts'

const ENGINES: readonly SimEngine[] = [assetEngine, baseEngine]

const OPTIONS = {
  engine: { type: 'string' },
  seeds: { type: 'string', default: '100' },
  from: { type: 'string', default: '1' },
  break: { type: 'string' },
  json: { type: 'boolean', default: false }
} as const

/** What was typed, or why it cannot be meant. */
function readArguments() {
  try {
    return { ok: true, values: parseArgs({ options: OPTIONS }).values } as const
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) } as const
  }
}

function main(): number {
  const read = readArguments()
  if (!read.ok) return refuse(read.why)
  const { values } = read
  const engine = ENGINES.find(one => one.name === values.engine)
  const [seeds, from] = [Number(values.seeds), Number(values.from)]
  if (engine === undefined) return refuse(`--engine is one of: ${ENGINES.map(one => one.name).join(', ')}`)
  if (!Number.isSafeInteger(seeds) || seeds < 1) return refuse('--seeds is a number of runs, at least 1')
  if (!Number.isSafeInteger(from) || from < 0) return refuse('--from is a seed')
  if (values.break !== undefined && !engine.breakable.includes(values.break)) {
    return refuse(`--break is one of: ${engine.breakable.join(', ')}`)
  }
  const report = runSeeds(engine, from, seeds, values.break)
  process.stdout.write(`${values.json ? JSON.stringify(report) : describe(report)}\n`)
  return report.pass === report.runs ? 0 : 1
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n`)
  return 2
}

function describe(report: SimReport): string {
  const faults = Object.entries(report.faultsFired)
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', ')
  return [
    `${report.engine}: ${report.pass} of ${report.runs} runs from seed ${report.from} pass, ` +
      `${report.noProgress} without progress, ${report.diverged} diverged`,
    `progress ${report.progress}, evidence ${report.evidence}, faults: ${faults}`,
    ...report.failures.map(({ seed, verdict, why }) => `seed ${seed}: ${verdict}: ${why}`)
  ].join('\n')
}

process.exitCode = main()
