// One call of submit: spreads instructions over the members by account, keeps each account within its window, hands on to
// another member what one stays silent about, and collects one notice for each. Repeats do no harm: a sequence runs once.
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Channel, Host } from '#base-layer/runtime/host.ts'
import { decodeInstruction, type InstructionId, instructionIdOf } from '#contracts/assets/instruction.ts'
import { SEQUENCE_WINDOW } from '#contracts/assets/limits.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { SUBMIT_LIMITS } from '../limits.ts'
import { noticesCodec, submitCodec } from '../network/requests.ts'
import type { CommitteeView, Notice, SubmitOptions } from './asset-client.ts'

export interface SubmitParts {
  readonly asset: AssetId
  readonly host: Host
  readonly clock: Clock
  readonly protocol: string
  readonly committee: () => Promise<Verdict<CommitteeView>>
  /** The validator could not be reached at its address. */
  readonly doubt: (validator: PublicKey) => void
}

interface Job {
  readonly id: InstructionId
  readonly bytes: Uint8Array
  readonly place: number
  readonly sequence: number
  readonly account: AccountJobs
  /** When it was first handed over. */
  startedMs: number | undefined
  sentMs: number
  /** Members tried; chooses the next. */
  tries: number
}

interface AccountJobs {
  readonly key: PublicKey
  readonly waiting: Job[]
  readonly underWay: Set<Job>
}

const TIMEOUT_MS = 20_000
const TICK_MS = 250
/** These pass: the same bytes are handed over again. */
const PASSING: ReadonlySet<string> = new Set(['E_BUSY', 'E_EPOCH_ENDED', 'E_NOT_SERVING', 'E_MEMBERS_UNREACHABLE'])

export class SubmitRun {
  readonly #parts: SubmitParts
  readonly #options: SubmitOptions
  readonly #jobs = new Map<InstructionId, Job>()
  readonly #accounts = new Map<PublicKey, AccountJobs>()
  readonly #channels = new Map<PublicKey, Promise<Channel | undefined>>()
  readonly #notices: (Notice | undefined)[] = []
  #members: CommitteeView['members'] = []
  #deadlineMs = 0
  #cancelTick: (() => void) | undefined
  #finish: (() => void) | undefined
  #lookingAtMs = 0

  constructor(parts: SubmitParts, options: SubmitOptions) {
    this.#parts = parts
    this.#options = options
  }

  /** E_INSTRUCTION_FORM if one cannot be read; E_ASSET_* if there is nobody to submit to. */
  async submit(instructions: readonly Uint8Array[]): Promise<Verdict<readonly Notice[]>> {
    const added = this.#add(instructions)
    if (!added.ok) return added
    const view = await this.#parts.committee()
    if (!view.ok) return view
    this.#members = view.value.members
    this.#deadlineMs = this.#parts.clock.nowMs() + (this.#options.timeoutMs ?? TIMEOUT_MS)
    const finished = new Promise<void>(resolve => {
      this.#finish = resolve
    })
    this.#send()
    this.#tick()
    if (this.#jobs.size > 0) await finished
    this.#close()
    return accept(this.#notices.flatMap(notice => notice ?? []))
  }

  stop(): void {
    this.#deadlineMs = 0
    this.#expire()
  }

  #add(instructions: readonly Uint8Array[]): Verdict<undefined> {
    for (const [place, bytes] of instructions.entries()) {
      const decoded = decodeInstruction(bytes)
      if (!decoded.ok) return decoded
      const { account: key, sequence } = decoded.value
      const id = instructionIdOf(decoded.value)
      if (this.#jobs.has(id)) return reject('E_INSTRUCTION_TWICE', 'the same instruction is in the list twice')
      const account = this.#accounts.get(key) ?? { key, waiting: [], underWay: new Set() }
      this.#accounts.set(key, account)
      const job: Job = { id, bytes, place, sequence, account, startedMs: undefined, sentMs: 0, tries: 0 }
      account.waiting.push(job)
      this.#jobs.set(id, job)
    }
    return accept()
  }

  /** Hands over what may run now. */
  #send(): void {
    const now = this.#parts.clock.nowMs()
    const batches = new Map<PublicKey, Job[]>()
    for (const account of this.#accounts.values()) {
      let least = Number.MAX_SAFE_INTEGER
      for (const { sequence } of account.underWay) least = Math.min(least, sequence)
      for (let next = account.waiting[0]; next !== undefined; next = account.waiting[0]) {
        if (account.underWay.size >= SEQUENCE_WINDOW || next.sequence >= least + SEQUENCE_WINDOW) break
        least = Math.min(least, next.sequence)
        account.waiting.shift()
        account.underWay.add(next)
        next.startedMs = now
        this.#assign(next, batches, now)
      }
      for (const job of account.underWay) {
        if (now - job.sentMs < SUBMIT_LIMITS.silenceMs) continue
        job.tries += 1
        this.#assign(job, batches, now)
      }
    }
    for (const [member, jobs] of batches) void this.#handOver(member, jobs)
  }

  #assign(job: Job, batches: Map<PublicKey, Job[]>, now: number): void {
    const reachable = this.#members.filter(({ addresses }) => addresses.length > 0)
    job.sentMs = now
    if (reachable.length === 0) return
    const start = Number.parseInt(job.account.key.slice(0, 8), 16)
    const member = reachable[(start + job.tries) % reachable.length]
    if (member === undefined) return
    const jobs = batches.get(member.validator) ?? []
    batches.set(member.validator, jobs)
    jobs.push(job)
  }

  async #handOver(validator: PublicKey, jobs: readonly Job[]): Promise<void> {
    const channel = await this.#channel(validator)
    if (channel === undefined) {
      // Tried elsewhere at the next tick.
      for (const job of jobs) job.sentMs = 0
      return
    }
    let batch: Uint8Array[] = []
    let size = 0
    const flush = (): void => {
      if (batch.length > 0) channel.send(encode(submitCodec, { asset: this.#parts.asset, instructions: batch }))
      batch = []
      size = 0
    }
    for (const { bytes } of jobs) {
      if (batch.length === SUBMIT_LIMITS.instructions || size + bytes.length > SUBMIT_LIMITS.frameBytes / 2) flush()
      batch.push(bytes)
      size += bytes.length + 8
    }
    flush()
  }

  #channel(validator: PublicKey): Promise<Channel | undefined> {
    const known = this.#channels.get(validator)
    if (known !== undefined) return known
    const opening = this.#open(validator)
    this.#channels.set(validator, opening)
    return opening
  }

  async #open(validator: PublicKey): Promise<Channel | undefined> {
    const { host, protocol, doubt } = this.#parts
    const addresses = this.#members.find(member => member.validator === validator)?.addresses ?? []
    try {
      const channel = await host.openChannel(addresses, protocol, { maxMessageBytes: SUBMIT_LIMITS.frameBytes })
      channel.onMessage(message => this.#hear(message))
      channel.onClose(() => this.#channels.delete(validator))
      return channel
    } catch {
      doubt(validator)
      this.#channels.delete(validator)
      return undefined
    }
  }

  /** Throws on what is no list of notices: the channel is closed. */
  #hear(message: Uint8Array): void {
    const decoded = decode(noticesCodec, message, SUBMIT_LIMITS.frameBytes)
    if (!decoded.ok) throw new Error('not notices')
    const now = this.#parts.clock.nowMs()
    for (const notice of decoded.value.notices) {
      const job = this.#jobs.get(notice.id)
      if (job === undefined) continue
      if (notice.kind === 'refused' && PASSING.has(notice.code)) {
        job.sentMs = now - SUBMIT_LIMITS.silenceMs + TICK_MS
        continue
      }
      const latencyMs = now - (job.startedMs ?? now)
      this.#done(job, notice.kind === 'accepted' ? { ...notice, latencyMs } : notice)
    }
    this.#send()
  }

  #done(job: Job, notice: Notice): void {
    this.#jobs.delete(job.id)
    job.account.underWay.delete(job)
    this.#notices[job.place] = notice
    this.#options.onNotice?.(notice)
    if (this.#jobs.size === 0) this.#finish?.()
  }

  /** Time passes: silent members are passed over, a new committee is looked for, the deadline ends everything. */
  #tick(): void {
    this.#cancelTick = this.#parts.clock.setTimer(TICK_MS, () => {
      const now = this.#parts.clock.nowMs()
      if (now >= this.#deadlineMs) return this.#expire()
      if (now - this.#lookingAtMs >= SUBMIT_LIMITS.silenceMs) void this.#look(now)
      this.#send()
      this.#tick()
    })
  }

  async #look(now: number): Promise<void> {
    this.#lookingAtMs = now
    const view = await this.#parts.committee().catch(() => undefined)
    if (view?.ok === true) this.#members = view.value.members
  }

  #expire(): void {
    for (const job of [...this.#jobs.values()]) {
      this.#done(job, { kind: 'refused', id: job.id, code: 'E_TIMEOUT', why: 'no certificate came in time' })
    }
  }

  #close(): void {
    this.#cancelTick?.()
    for (const opening of this.#channels.values()) void opening.then(channel => channel?.close())
  }
}
