// Everything a client has under way for one asset, whatever call of submit it came with: one channel to each member,
// instructions spread over the members by account, each account kept within its window, what one member stays silent
// about handed to another, one notice for each. Repeats do no harm: a sequence runs once.
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
  /** A text that differs once the committee does; one cheap question to the base chain. */
  readonly standing: () => Promise<string>
  /** The validator could not be reached at its address. */
  readonly doubt: (validator: PublicKey) => void
}

/** One call of submit. */
interface Call {
  readonly notices: (Notice | undefined)[]
  readonly onNotice: ((notice: Notice) => void) | undefined
  readonly deadlineMs: number
  readonly finish: () => void
  open: number
}

interface Job {
  readonly id: InstructionId
  readonly bytes: Uint8Array
  readonly call: Call
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
  /** In order of sequence. */
  readonly waiting: Job[]
  readonly underWay: Set<Job>
}

const TIMEOUT_MS = 20_000
const TICK_MS = 250
/** These pass, a hand-over between epochs and a relay that has it under way already among them: the same bytes are handed
 * over again. */
const PASSING: ReadonlySet<string> = new Set([
  'E_BUSY',
  'E_EPOCH_ENDED',
  'E_NOT_SERVING',
  'E_MEMBERS_UNREACHABLE',
  'E_ASSET_NO_COMMITTEE',
  'E_HEAD_OLD',
  'E_INSTRUCTION_TWICE',
  'E_TIMEOUT'
])

export class SubmitSession {
  readonly #parts: SubmitParts
  readonly #jobs = new Map<InstructionId, Job>()
  readonly #accounts = new Map<PublicKey, AccountJobs>()
  readonly #channels = new Map<PublicKey, Promise<Channel | undefined>>()
  #members: CommitteeView['members'] = []
  #standing = ''
  #lookedMs = 0
  #cancelTick: (() => void) | undefined

  constructor(parts: SubmitParts) {
    this.#parts = parts
  }

  /** E_INSTRUCTION_FORM, E_INSTRUCTION_TWICE, or E_ASSET_* if there is nobody to submit to. */
  async submit(instructions: readonly Uint8Array[], options: SubmitOptions): Promise<Verdict<readonly Notice[]>> {
    const { clock } = this.#parts
    const standing = await this.#parts.standing()
    if (standing !== this.#standing) {
      const view = await this.#parts.committee()
      if (!view.ok) return view
      this.#members = view.value.members
      this.#standing = standing
    }
    return new Promise(resolve => {
      const call: Call = {
        notices: [],
        onNotice: options.onNotice,
        deadlineMs: clock.nowMs() + (options.timeoutMs ?? TIMEOUT_MS),
        finish: () => resolve(accept(call.notices.flatMap(notice => notice ?? []))),
        open: instructions.length
      }
      const added = this.#add(call, instructions)
      if (!added.ok) return resolve(added)
      if (call.open === 0) return call.finish()
      this.#send()
      if (this.#cancelTick === undefined) this.#tick()
    })
  }

  stop(): void {
    this.#cancelTick?.()
    for (const job of [...this.#jobs.values()]) this.#expire(job)
    for (const opening of this.#channels.values()) void opening.then(channel => channel?.close())
    this.#channels.clear()
  }

  /** All or none. */
  #add(call: Call, instructions: readonly Uint8Array[]): Verdict<undefined> {
    const jobs: Job[] = []
    const ids = new Set<InstructionId>()
    for (const [place, bytes] of instructions.entries()) {
      const decoded = decodeInstruction(bytes)
      if (!decoded.ok) return decoded
      const { account: key, sequence } = decoded.value
      const id = instructionIdOf(decoded.value)
      if (ids.has(id) || this.#jobs.has(id))
        return reject('E_INSTRUCTION_TWICE', 'the same instruction is under way already')
      ids.add(id)
      const account = this.#accounts.get(key) ?? { key, waiting: [], underWay: new Set() }
      this.#accounts.set(key, account)
      jobs.push({ id, bytes, call, place, sequence, account, startedMs: undefined, sentMs: 0, tries: 0 })
    }
    for (const job of jobs) {
      this.#jobs.set(job.id, job)
      job.account.waiting.push(job)
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
      let taken = 0
      for (const next of account.waiting) {
        if (account.underWay.size >= SEQUENCE_WINDOW || next.sequence >= least + SEQUENCE_WINDOW) break
        least = Math.min(least, next.sequence)
        taken += 1
        account.underWay.add(next)
        next.startedMs = now
        this.#assign(next, batches, now)
      }
      account.waiting.splice(0, taken)
    }
    for (const [member, jobs] of batches) void this.#handOver(member, jobs)
  }

  /** What a member stayed silent about goes to another. */
  #sendAgain(): void {
    const now = this.#parts.clock.nowMs()
    const batches = new Map<PublicKey, Job[]>()
    for (const { underWay } of this.#accounts.values()) {
      for (const job of underWay) {
        if (now - job.sentMs < SUBMIT_LIMITS.silenceMs) continue
        job.tries += 1
        this.#assign(job, batches, now)
      }
    }
    for (const [member, jobs] of batches) void this.#handOver(member, jobs)
  }

  #assign(job: Job, batches: Map<PublicKey, Job[]>, now: number): void {
    job.sentMs = now
    const reachable = this.#members.filter(({ addresses }) => addresses.length > 0)
    const start = Number.parseInt(job.account.key.slice(0, 8), 16)
    const member = reachable[(start + job.tries) % Math.max(1, reachable.length)]
    if (member === undefined) return
    const jobs = batches.get(member.validator) ?? []
    batches.set(member.validator, jobs)
    jobs.push(job)
  }

  async #handOver(validator: PublicKey, jobs: readonly Job[]): Promise<void> {
    const channel = await this.#channel(validator)
    // Without a channel they are tried elsewhere at the next tick.
    if (channel === undefined) for (const job of jobs) job.sentMs = 0
    else for (const frame of framesOf(this.#parts.asset, jobs)) channel.send(frame)
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
    const { call, account } = job
    this.#jobs.delete(job.id)
    account.underWay.delete(job)
    if (account.underWay.size === 0 && account.waiting.length === 0) this.#accounts.delete(account.key)
    call.notices[job.place] = notice
    call.open -= 1
    call.onNotice?.(notice)
    if (call.open === 0) call.finish()
  }

  #expire(job: Job): void {
    const place = job.account.waiting.indexOf(job)
    if (place >= 0) job.account.waiting.splice(place, 1)
    this.#done(job, { kind: 'refused', id: job.id, code: 'E_TIMEOUT', why: 'no certificate came in time' })
  }

  /** Time passes: silent members are passed over, a new committee is looked for, deadlines end calls. */
  #tick(): void {
    this.#cancelTick = this.#parts.clock.setTimer(TICK_MS, () => {
      this.#cancelTick = undefined
      const now = this.#parts.clock.nowMs()
      for (const job of [...this.#jobs.values()]) if (now >= job.call.deadlineMs) this.#expire(job)
      if (this.#jobs.size === 0) return
      if (now - this.#lookedMs >= SUBMIT_LIMITS.silenceMs) void this.#look(now)
      this.#sendAgain()
      this.#send()
      this.#tick()
    })
  }

  async #look(now: number): Promise<void> {
    this.#lookedMs = now
    const view = await this.#parts.committee().catch(() => undefined)
    if (view?.ok === true) this.#members = view.value.members
  }
}

function framesOf(asset: AssetId, jobs: readonly Job[]): readonly Uint8Array[] {
  const frames: Uint8Array[] = []
  let instructions: Uint8Array[] = []
  let size = 0
  for (const { bytes } of jobs) {
    if (instructions.length === SUBMIT_LIMITS.instructions || size + bytes.length > SUBMIT_LIMITS.frameBytes / 2) {
      frames.push(encode(submitCodec, { asset, instructions }))
      instructions = []
      size = 0
    }
    instructions.push(bytes)
    size += bytes.length + 8
  }
  if (instructions.length > 0) frames.push(encode(submitCodec, { asset, instructions }))
  return frames
}
