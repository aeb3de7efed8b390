// Runs simulations: `npm run sim -- --engine asset|base|base-long --seeds 100 [--from N] [--jobs N] [--break RULE] [--json]`.
// Prints one document and leaves with 0 only if every run passed (a void run did not), 1 if one did not, 2 if the arguments
// make no sense. A broken rule is broken before the engine is loaded, so engines are imported by name.
import { parseArgs } from 'node:util'
import { runSeeds, type SimEngine, type SimReport } from '#test/support/simulator/report.ts'
import { BASE_MUTANTS, installMutant } from './base-mutants.ts'
import { runInParts } from './sim-jobs.ts'

const ENGINES: Readonly<Record<string, () => Promise<SimEngine>>> = {
  asset: async () => (await import('./asset-engine.ts')).assetEngine,
  base: async () => (await import('./base-engine.ts')).baseEngine,
  'base-long': async () => (await import('./base-engine.ts')).longBaseEngine
}

const OPTIONS = {
  engine: { type: 'string' },
  seeds: { type: 'string', default: '100' },
  from: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  break: { type: 'string' },
  json: { type: 'boolean', default: false }
} as const

/** More than any machine has use for. */
const JOBS_MAX = 64

/** What was typed, or why it cannot be meant. */
function readArguments() {
  try {
    return { ok: true, values: parseArgs({ options: OPTIONS }).values } as const
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) } as const
  }
}

async function main(): Promise<number> {
  const read = readArguments()
  if (!read.ok) return refuse(read.why)
  const { values } = read
  const name = values.engine ?? ''
  const load = ENGINES[name]
  const [seeds, from, jobs] = [Number(values.seeds), Number(values.from), Number(values.jobs)]
  if (load === undefined) return refuse(`--engine is one of: ${Object.keys(ENGINES).join(', ')}`)
  if (!Number.isSafeInteger(seeds) || seeds < 1) return refuse('--seeds is a number of runs, at least 1')
  if (!Number.isSafeInteger(from) || from < 0) return refuse('--from is a seed')
  if (!Number.isSafeInteger(jobs) || jobs < 1 || jobs > JOBS_MAX) return refuse(`--jobs is 1 to ${JOBS_MAX} processes`)
  const mutant = name === 'asset' ? undefined : BASE_MUTANTS.find(one => one.rule === values.break)
  if (mutant !== undefined) installMutant(mutant)
  const engine = await load()
  if (values.break !== undefined && mutant === undefined && !engine.breakable.includes(values.break)) {
    const mutants = name === 'asset' ? [] : BASE_MUTANTS.map(one => one.rule)
    return refuse(`--break is one of: ${[...engine.breakable, ...mutants].join(', ')}`)
  }
  const report =
    jobs === 1
      ? runSeeds(engine, from, seeds, values.break, mutant === undefined ? undefined : isFirstFailure)
      : await runInParts({ engine: name, from, seeds, breakRule: values.break }, jobs)
  process.stdout.write(`${values.json ? JSON.stringify(report) : describe(report)}\n`)
  return report.pass === report.runs ? 0 : 1
}

/** A broken rule is found out once. */
function isFirstFailure(verdict: string): boolean {
  return verdict !== 'pass'
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
      `${report.noProgress} without progress, ${report.diverged} diverged, ${report.void} void`,
    `progress ${report.progress}, evidence ${report.evidence}, faults: ${faults}`,
    ...report.failures.map(({ seed, verdict, why }) => `seed ${seed}: ${verdict}: ${why}`)
  ].join('\n')
}

process.exitCode = await main()
