// What a simulation answers: one verdict per run, and one JSON document for many runs of one engine. An engine is
// anything that turns a seed into a run.
export type RunVerdict = 'pass' | 'noProgress' | 'diverged'

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
  readonly from: number
  readonly break?: string
  readonly faultsFired: Readonly<Record<string, number>>
  readonly evidence: number
  readonly progress: number
  /** The first runs that did not pass, enough to run them again. */
  readonly failures: readonly { readonly seed: number; readonly verdict: RunVerdict; readonly why: string }[]
}

/** Failures named in a report; the rest is counted. */
const FAILURES_SHOWN = 10

/** Runs seeds from, from + 1, ... and adds up. */
export function runSeeds(engine: SimEngine, from: number, count: number, breakRule?: string): SimReport {
  const verdicts = { pass: 0, noProgress: 0, diverged: 0 }
  const faultsFired: Record<string, number> = {}
  const failures: SimReport['failures'][number][] = []
  let evidence = 0
  let progress = 0
  for (let seed = from; seed < from + count; seed++) {
    const run = engine.run(seed, breakRule)
    verdicts[run.verdict] += 1
    evidence += run.evidence
    progress += run.progress
    for (const [kind, times] of Object.entries(run.faultsFired)) faultsFired[kind] = (faultsFired[kind] ?? 0) + times
    if (run.verdict !== 'pass' && failures.length < FAILURES_SHOWN) {
      failures.push({ seed, verdict: run.verdict, why: run.why ?? '' })
    }
  }
  return {
    schema: 'surety.sim/1',
    engine: engine.name,
    runs: count,
    ...verdicts,
    from,
    ...(breakRule === undefined ? {} : { break: breakRule }),
    faultsFired,
    evidence,
    progress,
    failures
  }
}
