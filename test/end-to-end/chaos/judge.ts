// What a run has shown, as one document: each promise with the figure it was judged by. Safety is judged strictly; times
// generously, since other programs may share the machine.
import type { ChaosRun, ChaosSettings } from './chaos.ts'
import { FOLLOWER } from './network.ts'

export interface Judged {
  readonly promise: string
  readonly kept: boolean
  readonly figure: string
}

/** Without progress of finality while more than two thirds ran and reached each other. */
const ABLE_GAP_MS = 60_000
/** From the start of a process until it knew what is final. */
const ABREAST_MS = 90_000
/** What the follower's memory may grow by, once the first minutes are over; the chain it remembers grows as well. */
const MIB_PER_MINUTE = 4
const GROWTH_MINUTES = 10
const DESCRIPTORS_MORE = 64
const WAL_BYTES = 64 * 1024 * 1024
const STOP_MS = 6_000

export function judge(run: ChaosRun, { minutes, slow }: Pick<ChaosSettings, 'minutes' | 'slow'>): readonly Judged[] {
  const { watch, faults, signed, heard, ends, crowd, processes, lost } = run
  const contradictions = [...heard.contradictions, ...signed.unique.contradictions, ...signed.surrounded()]
  const wrong = watch.supplies.filter(one => !one.ok)
  // Where others want the processors as well, whatever takes time takes as many times as long.
  const patience = Math.max(1, processes.load().median) * slow
  const ableGap = Math.max(0, ...watch.gaps.map(gap => gap.ableMs))
  const largest = Math.max(0, ...watch.gaps.map(gap => gap.ms))
  const late = faults.restarts
    .filter(one => !one.isInterrupted)
    .filter(one => one.abreastMs === undefined || one.abreastMs > ABREAST_MS * patience)
  const problems = ends.nodes.flatMap(({ name, problems: found }) => found.map(problem => `${name}: ${problem}`))
  const follower = processes.lives().find(life => life.name === FOLLOWER)
  const files = processes.files()
  const wal = Math.max(0, ...Object.entries(files).map(([name, { most }]) => (name.endsWith('-wal') ? most : 0)))
  const growth = processes.slope(FOLLOWER, 1 / 3)
  const descriptors = follower?.descriptors ?? { first: 0, last: 0, most: 0 }
  const said = (promise: string, kept: boolean, figure: string): Judged => ({ promise, kept, figure })
  return [
    said(
      'nothing that a peer signed contradicts something else it signed',
      contradictions.length === 0 && signed.unique.compared > 1_000,
      `${signed.unique.compared} signatures compared; ${contradictions.length} contradictions`
    ),
    said(
      'nothing left a peer that its guard file did not know',
      signed.unguarded.length === 0,
      `${signed.unguarded.length} signatures heard that no guard file has`
    ),
    said(
      'the supply adds up in every final state sampled',
      wrong.length === 0 && watch.supplies.length > 0,
      `${watch.supplies.length} states at heights to ${watch.height}; ${wrong.length} wrong`
    ),
    said(
      'no acknowledged transaction is lost',
      lost.length === 0 && crowd.acknowledged.size > 0,
      `${crowd.acknowledged.size} acknowledged, ${lost.length} not final in the end`
    ),
    said(
      'all nodes name the same final blocks, on the way and in the end, with one state root',
      watch.disagreements.length === 0 &&
        ends.ids.length === 1 &&
        ends.stateRoots.length === 1 &&
        problems.length === 0 &&
        watch.conflicted === 0,
      `${watch.agreed} comparisons; ${ends.nodes.length} files whole to height ${ends.common}, ` +
        `${ends.stateRoots.length} state roots; ${problems.length} problems`
    ),
    said(
      'finality continues while more than two thirds run and reach each other',
      ableGap <= ABLE_GAP_MS * patience && watch.height > (minutes * 60) / patience,
      `height ${watch.height}; largest gap ${ableGap} ms of those it could be asked of, ${largest} ms of all; ` +
        `${Math.round(ABLE_GAP_MS * patience)} allowed`
    ),
    said(
      'every killed peer comes back and knows what is final',
      late.length === 0 && faults.restarts.length > 0,
      `${faults.restarts.length} restarts; ${late.length} late`
    ),
    said('no process ends by itself', faults.broken.length === 0, faults.broken.slice(0, 3).join('; ') || 'none did'),
    said('every cut was one', run.bypasses === 0, `${run.bypasses} connections past the doors`),
    said(
      'memory of the process that was never killed does not grow for ever',
      minutes < GROWTH_MINUTES || growth <= MIB_PER_MINUTE,
      `${growth} MiB a minute in the last two thirds of ${follower?.seconds ?? 0} s`
    ),
    said(
      'descriptors and write-ahead logs stay bounded',
      descriptors.last <= descriptors.first + DESCRIPTORS_MORE && wal <= WAL_BYTES,
      `descriptors ${descriptors.first} to ${descriptors.last}, most ${descriptors.most}; largest log ${wal} bytes`
    ),
    said('all nodes stop when told', run.stopMs <= STOP_MS * patience, `${run.stopMs} ms`)
  ]
}

export function documentOf(run: ChaosRun, settings: ChaosSettings, judged: readonly Judged[]) {
  const { watch, faults, signed, heard, ends, crowd, actors, processes, lost } = run
  const times = (values: readonly (number | undefined)[]) => {
    const known = values.filter(value => value !== undefined).sort((a, b) => a - b)
    const at = (part: number): number | null =>
      known[Math.min(known.length - 1, Math.floor(known.length * part))] ?? null
    return { count: known.length, median: at(0.5), p95: at(0.95), most: known.at(-1) ?? null }
  }
  const all = [...crowd.acknowledged.values()]
  const byKind: Record<string, number> = {}
  for (const { kind } of all) byKind[kind] = (byKind[kind] ?? 0) + 1
  const faultKinds: Record<string, number> = {}
  for (const { kind } of faults.faults) faultKinds[kind] = (faultKinds[kind] ?? 0) + 1
  const from = (ms: number): number => Math.round((ms - run.fromMs) / 1_000)
  return {
    schema: 'surety.chaos/1',
    ok: judged.every(one => one.kept),
    peers: settings.peers,
    minutes: settings.minutes,
    slow: settings.slow,
    load: processes.load(),
    seed: settings.seed,
    seconds: run.seconds,
    promises: judged,
    finality: {
      height: watch.height,
      gaps: watch.gaps
        .toSorted((a, b) => b.ms - a.ms)
        .slice(0, 12)
        .map(({ fromMs, ms, ableMs }) => ({
          atSecond: from(fromMs),
          ms,
          ableMs,
          during: faults.faults
            .filter(one => one.fromMs < fromMs + ms && (one.untilMs ?? Infinity) > fromMs)
            .map(
              one => `${one.kind} ${one.what} ${from(one.fromMs)}-${one.untilMs === undefined ? '' : from(one.untilMs)}`
            )
        }))
    },
    faults: { kinds: faultKinds, broken: faults.broken },
    restarts: {
      ready: times(faults.restarts.map(one => one.readyMs)),
      abreast: times(faults.restarts.map(one => one.abreastMs)),
      late: faults.restarts
        .filter(one => one.abreastMs === undefined && !one.isInterrupted)
        .map(one => ({ name: one.name, atSecond: from(one.atMs), readyMs: one.readyMs ?? null }))
    },
    transactions: {
      acknowledged: byKind,
      final: times(all.map(one => (one.finalMs === undefined ? undefined : one.finalMs - one.atMs))),
      refused: Object.fromEntries([...crowd.refused].sort()),
      uncertain: crowd.uncertain.size,
      lost: lost.slice(0, 20),
      stories: actors.done
    },
    signatures: {
      heard: {
        acknowledgements: heard.acknowledgements.size,
        proposals: heard.proposals.size,
        votes: heard.votes.length
      },
      compared: signed.unique.compared,
      unguarded: signed.unguarded.slice(0, 20),
      contradictions: [...heard.contradictions, ...signed.unique.contradictions, ...signed.surrounded()].slice(0, 20)
    },
    supply: {
      states: watch.supplies.length,
      wrong: watch.supplies.filter(one => !one.ok),
      heights: watch.supplies.map(one => one.height)
    },
    disagreements: watch.disagreements.slice(0, 20),
    ends,
    doors: { connections: run.connections, bypasses: run.bypasses, unknown: run.unknown },
    memory: {
      follower: { mibByMinute: processes.curve(FOLLOWER) },
      lives: processes.lives()
    },
    files: processes.files(),
    settleMs: run.settleMs,
    stopMs: run.stopMs
  }
}
