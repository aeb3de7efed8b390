// What each process takes from the machine over time: memory, descriptors, threads, files. A life begins with a start; the
// slope of a life is that of the line through its samples, its first half minute left out.
import { readdir, readFile, stat } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import type { ChaosNetwork } from './network.ts'

export interface Sample {
  readonly name: string
  readonly pid: number
  readonly atMs: number
  readonly rssKib: number
  readonly anonKib: number
  readonly descriptors: number
  readonly threads: number
  /** Bytes of the files that come and go, by name. */
  readonly files: Readonly<Record<string, number>>
}

export interface Life {
  readonly name: string
  readonly seconds: number
  readonly rssMib: { readonly first: number; readonly last: number; readonly most: number }
  /** Of anonymous memory: what the process itself allocated. Null for a life too short to say. */
  readonly mibPerMinute: number | null
  readonly descriptors: { readonly first: number; readonly last: number; readonly most: number }
  readonly threads: number
}

const SAMPLE_MS = 5_000
const WARM_MS = 30_000
const SAID_MS = 60_000
export const FILES = ['chain.db', 'chain.db-wal', 'votes.db-wal', 'asset.db-wal', 'mempool.bin'] as const

export class Processes {
  readonly samples: Sample[] = []
  readonly #network: ChaosNetwork
  readonly #loads: number[] = []
  #isEnded = false

  constructor(network: ChaosNetwork) {
    this.#network = network
  }

  async run(): Promise<void> {
    while (!this.#isEnded) {
      for (const { name, process } of this.#network.nodes) {
        const sample =
          process.pid === undefined ? undefined : await look(name, process.pid, process.folder).catch(() => undefined)
        if (sample !== undefined) this.samples.push(sample)
      }
      this.#loads.push(loadavg()[0] ?? 0)
      await delay(SAMPLE_MS)
    }
  }

  end(): void {
    this.#isEnded = true
  }

  /** Of the whole machine, for each processor: above 1 others wait, and times say little. */
  load(): { readonly processors: number; readonly median: number; readonly most: number } {
    const each = this.#loads.map(one => one / availableParallelism())
    const round = (value: number): number => Math.round(value * 10) / 10
    return { processors: availableParallelism(), median: round(median(each)), most: round(Math.max(0, ...each)) }
  }

  lives(): readonly Life[] {
    const byPid = groupBy(this.samples, one => one.pid)
    return [...byPid.values()].flatMap(samples => {
      const [first] = samples
      const last = samples.at(-1)
      if (first === undefined || last === undefined) return []
      const warm = samples.filter(one => one.atMs - first.atMs >= WARM_MS)
      const from = warm[0] ?? last
      const isLong = last.atMs - from.atMs >= SAID_MS
      return {
        name: first.name,
        seconds: Math.round((last.atMs - first.atMs) / 1_000),
        rssMib: {
          first: mib(from.rssKib),
          last: mib(last.rssKib),
          most: mib(Math.max(...samples.map(one => one.rssKib)))
        },
        mibPerMinute: isLong ? slopeOf(warm) : null,
        descriptors: {
          first: from.descriptors,
          last: last.descriptors,
          most: Math.max(...samples.map(one => one.descriptors))
        },
        threads: Math.max(...samples.map(one => one.threads))
      }
    })
  }

  /** MiB a minute of one process, its first part left out. */
  slope(name: string, leftOut: number): number {
    const own = this.samples.filter(one => one.name === name)
    return slopeOf(own.slice(Math.floor(own.length * leftOut)))
  }

  /** Largest that each file was, anywhere, and its size at the end. */
  files(): Readonly<Record<string, { readonly most: number; readonly last: number }>> {
    const newest = new Map(this.samples.map(one => [one.name, one]))
    return Object.fromEntries(
      FILES.map(file => [
        file,
        {
          most: Math.max(0, ...this.samples.map(one => one.files[file] ?? 0)),
          last: Math.max(0, ...[...newest.values()].map(one => one.files[file] ?? 0))
        }
      ])
    )
  }

  /** Anonymous memory of one process, a point a minute. */
  curve(name: string): readonly (readonly [minute: number, mib: number])[] {
    const own = this.samples.filter(one => one.name === name)
    const fromMs = own[0]?.atMs ?? 0
    const byMinute = groupBy(own, one => Math.floor((one.atMs - fromMs) / 60_000))
    return [...byMinute].map(([minute, samples]) => [minute, mib(median(samples.map(one => one.anonKib)))] as const)
  }
}

async function look(name: string, pid: number, folder: string): Promise<Sample> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  const field = (label: string): number => Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  const sizes = await Promise.all(
    FILES.map(async file => [file, (await stat(join(folder, 'data', file)).catch(() => undefined))?.size ?? 0] as const)
  )
  return {
    name,
    pid,
    atMs: Date.now(),
    rssKib: field('VmRSS'),
    anonKib: field('RssAnon'),
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    threads: field('Threads'),
    files: Object.fromEntries(sizes)
  }
}

/** Least squares over minutes, MiB. */
function slopeOf(samples: readonly Sample[]): number {
  const points = samples.map(one => [one.atMs / 60_000, one.anonKib / 1_024] as const)
  const mean = (which: 0 | 1): number => points.reduce((sum, point) => sum + point[which], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return under === 0 ? 0 : Math.round((over / under) * 100) / 100
}

function mib(kib: number): number {
  return Math.round(kib / 102.4) / 10
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
