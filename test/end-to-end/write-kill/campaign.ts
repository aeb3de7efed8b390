// A campaign of kills: counts the workload's system calls once, spreads points over them, and for each point kills a fresh
// run there, checks what is left, and for a sample kills the recovery too. Errors of the disk at a smaller sample.
import { mkdirSync, mkdtempSync, existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT_BROKEN } from '#base-layer/index.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import { GENESIS } from '#test/support/lone-peer.ts'
import type { Said, WorkloadSettings } from './said.ts'
import { type Ended, type Fault, hasStrace, readTrace, runWorkload, WRITES } from './trace.ts'
import { restartMs, verifyFolder } from './verify.ts'

export interface CampaignSettings {
  /** Points of kills; a tenth as many of each error beside them. */
  readonly points: number
  readonly slots: number
  readonly breaks?: 'sign-first'
  /** Before each point; `problems`: found so far. */
  readonly onPoint?: (done: number, all: number, problems: number) => void
}

export interface CampaignReport {
  /** False: nothing was measured, and that is no pass. */
  readonly ran: boolean
  readonly why?: string
  /** Calls of the workload, by name. */
  readonly calls: Readonly<Record<string, number>>
  readonly kills: number
  /** Of those: the process ended there before it was done. */
  readonly hit: number
  readonly recoveriesKilled: number
  readonly errors: number
  readonly errorsHit: number
  readonly signatures: number
  readonly problems: readonly string[]
}

/** Each kill is followed by a start; every fifth of those is killed as well. */
const RECOVERY_EVERY = 5
/** Through the slot of the kill and on. */
const RECOVERY_SLOTS = Math.ceil(SYNC_LIMITS.firstLookMs / GENESIS.parameters.slotMs) + 4
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export async function runCampaign(settings: CampaignSettings): Promise<CampaignReport> {
  if (!hasStrace()) {
    return { ...EMPTY, why: 'strace is not installed: nothing was killed, so this is void and not passed' }
  }
  const root = mkdtempSync(join(SCRATCH, 'surety-kill-'))
  try {
    return await new Campaign(root, settings).run()
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const EMPTY: CampaignReport = {
  ran: false,
  calls: {},
  kills: 0,
  hit: 0,
  recoveriesKilled: 0,
  errors: 0,
  errorsHit: 0,
  signatures: 0,
  problems: []
}

class Campaign {
  readonly #root: string
  readonly #settings: CampaignSettings
  readonly #problems: string[] = []
  #report = { kills: 0, hit: 0, recoveriesKilled: 0, errors: 0, errorsHit: 0, signatures: 0 }

  constructor(root: string, settings: CampaignSettings) {
    this.#root = root
    this.#settings = settings
  }

  async run(): Promise<CampaignReport> {
    const { points, onPoint } = this.#settings
    const { counts, said } = await this.#rehearse()
    if (!said.some(one => one.kind === 'done')) {
      return { ...EMPTY, why: 'the workload does not come to its end undisturbed', problems: this.#problems }
    }
    const faults = [...choosePoints(counts, points, 'kill'), ...chooseErrors(counts, Math.ceil(points / 10))]
    for (const [done, fault] of faults.entries()) {
      onPoint?.(done, faults.length, this.#problems.length)
      const folder = join(this.#root, `point-${done}`)
      mkdirSync(folder)
      const where = `${fault.what} at ${fault.call} ${fault.when}`
      const problems = fault.what === 'kill' ? await this.#kill(folder, fault, done) : await this.#fail(folder, fault)
      this.#problems.push(...problems.map(problem => `${where}: ${problem}`))
      rmSync(folder, { recursive: true, force: true })
    }
    return { ran: true, calls: Object.fromEntries(counts), ...this.#report, problems: this.#problems }
  }

  /** Undisturbed, to count its calls and to see that nothing is said before it is synced. */
  async #rehearse() {
    const folder = join(this.#root, 'whole')
    mkdirSync(folder)
    const log = join(this.#root, 'trace.log')
    const { said, stderr } = await runWorkload(this.#startOf(folder), undefined, log)
    const { counts, unsynced } = readTrace(log)
    if (stderr !== '' && !said.some(one => one.kind === 'done')) this.#problems.push(stderr.slice(-500))
    if (unsynced.length > 0) this.#problems.push(`${unsynced.length} things were said before ${unsynced[0]} was synced`)
    await this.#check(folder, said, 'undisturbed')
    return { counts, said }
  }

  #startOf(folder: string): WorkloadSettings {
    const { slots, breaks } = this.#settings
    return { folder, run: 0, fromMs: 0, slots, ...(breaks === undefined ? {} : { breaks }) }
  }

  async #kill(folder: string, fault: Fault, place: number): Promise<readonly string[]> {
    this.#report.kills += 1
    const first = await runWorkload(this.#startOf(folder), fault)
    const said = [...first.said]
    if (!isDone(first)) this.#report.hit += 1
    if (place % RECOVERY_EVERY === 0 && !isDone(first)) {
      // Early in the start that recovers: the same call, from the first on.
      const when = 1 + ((place / RECOVERY_EVERY) % 12)
      const again = { ...this.#startOf(folder), run: 1, fromMs: restartMs(timeOf(said)), slots: RECOVERY_SLOTS }
      const second = await runWorkload(again, { call: 'pwrite64', when, what: 'kill' })
      if (!isDone(second)) this.#report.recoveriesKilled += 1
      said.push(...second.said)
    }
    const { problems, signatures } = await verifyFolder(folder, said)
    this.#report.signatures += signatures
    return problems
  }

  /** A disk that fails: the process says nothing more that is signed, and ends as broken. */
  async #fail(folder: string, fault: Fault): Promise<readonly string[]> {
    this.#report.errors += 1
    const ended = await runWorkload(this.#startOf(folder), fault)
    const problems: string[] = []
    if (!isDone(ended)) {
      this.#report.errorsHit += 1
      if (ended.exitCode === 0) problems.push('it ended as if all were well')
      const started = ended.said.length > 0
      if (started && ended.exitCode !== EXIT_BROKEN)
        problems.push(`exit code ${String(ended.exitCode)}: ${ended.stderr}`)
    }
    const verified = await verifyFolder(folder, ended.said)
    this.#report.signatures += verified.signatures
    return [...problems, ...verified.problems]
  }

  async #check(folder: string, said: readonly Said[], where: string): Promise<void> {
    const { problems } = await verifyFolder(folder, said)
    this.#problems.push(...problems.map(problem => `${where}: ${problem}`))
  }
}

function isDone({ said }: Ended): boolean {
  return said.some(one => one.kind === 'done')
}

function timeOf(said: readonly Said[]): number {
  return Math.max(0, ...said.map(one => (one.kind === 'time' ? one.ms : 0)))
}

/** Spread evenly over all calls, each call by its share, at least one of each. */
function choosePoints(counts: ReadonlyMap<string, number>, points: number, what: Fault['what']): Fault[] {
  const calls = WRITES.filter(call => (counts.get(call) ?? 0) > 0)
  const total = calls.reduce((sum, call) => sum + (counts.get(call) ?? 0), 0)
  return calls.flatMap(call => {
    const count = counts.get(call) ?? 0
    const wanted = Math.min(count, Math.max(1, Math.round((points * count) / total)))
    return Array.from({ length: wanted }, (_, i) => ({ call, what, when: 1 + Math.floor((i * count) / wanted) }))
  })
}

function chooseErrors(counts: ReadonlyMap<string, number>, points: number): Fault[] {
  const only = (...calls: readonly string[]) => new Map(calls.map(call => [call, counts.get(call) ?? 0]))
  return [
    ...choosePoints(only('fsync', 'fdatasync'), points, 'EIO'),
    ...choosePoints(only('pwrite64'), points, 'ENOSPC')
  ]
}
