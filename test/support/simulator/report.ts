// What a simulation answers: one verdict per run, and one JSON document for many runs of one engine. An engine is
// anything that turns a seed into a run.
import { assert } from '#contracts/primitives/verdict.ts'

/** `void`: a fault that was on never happened, so the run showed nothing of it; it counts as no pass. */
export type RunVerdict = 'pass' | 'noProgress' | 'diverged' | 'void'

export interface SimRun {
  readonly verdict: RunVerdict
  /** Why not `pass`, in one sentence. */
  readonly why?: string
  /** Same seed, same hash. */
  readonly traceHash: string
  readonly faultsFired: Readonly<Record<string, number>>
  /** Offences that honest nodes could prove. */
  readonly evidence: number
  /** What the engine counts as progress. */
  readonly progress: number
}

export interface SimEngine {
  readonly name: string
  /** Names of the rules that `breakRule` can spoil, to show that the checks notice. */
  readonly breakable: readonly string[]
  run(seed: number, breakRule?: string): SimRun
}

export interface SimReport {
  readonly schema: 'surety.sim/1'
  readonly engine: string
  readonly runs: number
  readonly pass: number
  readonly noProgress: number
  readonly diverged: number
  readonly void: number
  readonly from: number
  readonly break?: string
  readonly faultsFired: Readonly<Record<string, number>>
  readonly evidence: number
  readonly progress: number
  /** The first runs that did not pass, enough to run them again. */
  readonly failures: readonly { readonly seed: number; readonly verdict: RunVerdict; readonly why: string }[]
}

/** Failures named in a report; the rest is counted. */
const FAILURES_SHOWN = 50

/** The sum of reports over parts of a range of seeds. */
export function sumReports(parts: readonly SimReport[], from: number, count: number): SimReport {
  const [first] = parts
  assert(first !== undefined, 'a range has a part')
  const sum = (of: (part: SimReport) => number): number => parts.reduce((total, part) => total + of(part), 0)
  const faultsFired: Record<string, number> = {}
  for (const part of parts) {
    for (const [kind, times] of Object.entries(part.faultsFired)) faultsFired[kind] = (faultsFired[kind] ?? 0) + times
  }
  const failures = parts.flatMap(part => part.failures).sort((a, b) => a.seed - b.seed)
  return {
    ...first,
    from,
    runs: count,
    pass: sum(part => part.pass),
    noProgress: sum(part => part.noProgress),
    diverged: sum(part => part.diverged),
    void: sum(part => part.void),
    faultsFired: Object.fromEntries(Object.entries(faultsFired).sort(([a], [b]) => (a < b ? -1 : 1))),
    evidence: sum(part => part.evidence),
    progress: sum(part => part.progress),
    failures: failures.slice(0, FAILURES_SHOWN)
  }
}

/**
 * Runs seeds from, from + 1, ... and adds up; after a run that `isEnough` nothing more is run. A run that throws broke a
 * promise too.
 */
export function runSeeds(
  engine: SimEngine,
  from: number,
  count: number,
  breakRule?: string,
  isEnough: (verdict: RunVerdict) => boolean = () => false
): SimReport {
  const verdicts = { pass: 0, noProgress: 0, diverged: 0, void: 0 }
  const faultsFired: Record<string, number> = {}
  const failures: SimReport['failures'][number][] = []
  let evidence = 0
  let progress = 0
  let runs = 0
  for (let seed = from; seed < from + count; seed++) {
    const run = runOrThrown(engine, seed, breakRule)
    runs += 1
    verdicts[run.verdict] += 1
    evidence += run.evidence
    progress += run.progress
    for (const [kind, times] of Object.entries(run.faultsFired)) faultsFired[kind] = (faultsFired[kind] ?? 0) + times
    if (run.verdict !== 'pass' && failures.length < FAILURES_SHOWN) {
      failures.push({ seed, verdict: run.verdict, why: run.why ?? '' })
    }
    if (isEnough(run.verdict)) break
  }
  return {
    schema: 'surety.sim/1',
    engine: engine.name,
    runs,
    ...verdicts,
    from,
    ...(breakRule === undefined ? {} : { break: breakRule }),
    faultsFired,
    evidence,
    progress,
    failures
  }
}

function runOrThrown(engine: SimEngine, seed: number, breakRule: string | undefined): SimRun {
  try {
    return engine.run(seed, breakRule)
  } catch (error) {
    const why = `throws: ${error instanceof Error ? error.message : String(error)}`
    return { verdict: 'diverged', why, traceHash: '', faultsFired: {}, evidence: 0, progress: 0 }
  }
}
