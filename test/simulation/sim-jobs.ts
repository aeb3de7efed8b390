// Many seeds in several processes: the range is cut into parts, and whoever is done takes the next. Each part is the same
// command with its own range, so a part that fails is run again by hand as it stands.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type SimReport, sumReports } from '#test/support/simulator/report.ts'

/** Seeds of one part: starting a process costs as much as a seed. */
const PART_SEEDS = 25

export interface SimRange {
  readonly engine: string
  readonly from: number
  readonly seeds: number
  readonly breakRule: string | undefined
}

/** Says on stderr what did not pass as parts end. Rejects if a process ends without a report. */
export async function runInParts(range: SimRange, jobs: number): Promise<SimReport> {
  const parts: SimRange[] = []
  const end = range.from + range.seeds
  for (let from = range.from; from < end; from += PART_SEEDS) {
    parts.push({ ...range, from, seeds: Math.min(PART_SEEDS, end - from) })
  }
  const reports: SimReport[] = []
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const report = await runPart(part)
      reports.push(report)
      for (const { seed, verdict, why } of report.failures) process.stderr.write(`seed ${seed}: ${verdict}: ${why}\n`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return sumReports(reports, range.from, range.seeds)
}

function runPart({ engine, from, seeds, breakRule }: SimRange): Promise<SimReport> {
  const main = fileURLToPath(new URL('./sim-main.ts', import.meta.url))
  const rule = breakRule === undefined ? [] : ['--break', breakRule]
  const options = ['--engine', engine, '--from', String(from), '--seeds', String(seeds), '--json', ...rule]
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    child.on('error', reject)
    child.on('close', () => {
      try {
        resolve(JSON.parse(text) as SimReport)
      } catch {
        reject(new Error(`seeds ${from} to ${from + seeds - 1} ended without a report`))
      }
    })
  })
}
