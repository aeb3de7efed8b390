// The server's side of submit channels: takes instructions from anyone, within limits, for the assets this node serves, and
// tells what became of each, once. A node that only observes relays to a member [COM-7].
import type { Channel, Host } from '#base-layer/runtime/host.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import type { AssetId, Hash } from '#contracts/primitives/ids.ts'
import { SUBMIT_LIMITS } from '../limits.ts'
import { idOfInstruction, type InstructionChecks } from '../replica/instructions.ts'
import type { Outcome } from '../replica/outcomes.ts'
import type { ServedAssets } from '../replica/served.ts'
import { noticesCodec, type SentNotice, submitCodec } from './requests.ts'

export interface SubmissionParts {
  readonly host: Host
  readonly protocol: string
  readonly served: ServedAssets
  readonly checks: InstructionChecks
  /** Hands an instruction to a member of an asset that we do not serve ourselves. */
  readonly relay: (asset: AssetId, instruction: Uint8Array) => Promise<Outcome>
}

/** Accepts submit channels until the result is called. */
export function acceptSubmissions(parts: SubmissionParts): () => void {
  const sessions = new Set<Session>()
  const options = { maxMessageBytes: SUBMIT_LIMITS.frameBytes }
  const stop = parts.host.acceptChannels(parts.protocol, options, channel => {
    if (sessions.size >= SUBMIT_LIMITS.sessions) return channel.close()
    const session = new Session(parts, channel)
    sessions.add(session)
    channel.onClose(() => {
      sessions.delete(session)
      session.end()
    })
  })
  return () => {
    stop()
    for (const session of sessions) session.end()
  }
}

class Session {
  readonly #parts: SubmissionParts
  readonly #channel: Channel
  readonly #cancels = new Map<Hash, () => void>()
  #notices: SentNotice[] = []
  #waiting = 0
  #bad = 0

  constructor(parts: SubmissionParts, channel: Channel) {
    this.#parts = parts
    this.#channel = channel
    channel.onMessage(message => this.#receive(message))
  }

  end(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
    this.#channel.close()
  }

  /** Throws on bytes that are no submission: the channel is closed. */
  async #receive(message: Uint8Array): Promise<void> {
    const decoded = decode(submitCodec, message, SUBMIT_LIMITS.frameBytes)
    if (!decoded.ok) throw new Error(`not a submission: ${decoded.code}`)
    const { asset, instructions } = decoded.value
    await Promise.all(instructions.map(instruction => this.#submit(asset, instruction)))
  }

  async #submit(asset: AssetId, instruction: Uint8Array): Promise<void> {
    const id = idOfInstruction(instruction)
    if (id === undefined) return
    if (this.#waiting >= SUBMIT_LIMITS.waiting)
      return this.#refuse(id, 'E_BUSY', 'too many instructions wait in this session')
    this.#waiting += 1
    const checked = await this.#parts.checks.check(asset, instruction)
    if (!checked.ok && checked.code === 'E_INSTRUCTION_SIGNATURE') this.#bad += 1
    if (this.#bad > SUBMIT_LIMITS.badSignatures) return this.end()
    if (!checked.ok) return this.#done(id, { kind: 'refused', code: checked.code, why: checked.why })
    const replica = this.#parts.served.running(asset)
    if (replica === undefined || replica.seat === null) {
      const failed: Outcome = { kind: 'refused', code: 'E_TIMEOUT', why: 'no member could be asked' }
      const relayed = this.#parts.relay(asset, instruction).catch(() => failed)
      void relayed.then(outcome => this.#done(id, outcome))
      return
    }
    if (this.#cancels.has(id)) {
      this.#waiting -= 1
      return
    }
    let told = false
    const cancel = replica.outcomes.wait(id, outcome => {
      told = true
      this.#cancels.delete(id)
      this.#done(id, outcome)
    })
    this.#cancels.set(id, cancel)
    const offered = replica.offer(checked.value)
    // What ran already, handed over again by a client that heard nothing, is answered with its place.
    if (offered.ok || told || replica.outcomes.hasRun(id)) return
    cancel()
    this.#cancels.delete(id)
    this.#done(id, { kind: 'refused', code: offered.code, why: offered.why })
  }

  #refuse(id: Hash, code: string, why: string): void {
    this.#say({ kind: 'refused', id, code: printable(code, 64), why: printable(why, 256) })
  }

  #done(id: Hash, outcome: Outcome): void {
    this.#waiting -= 1
    if (outcome.kind === 'refused') return this.#refuse(id, outcome.code, outcome.why)
    this.#say({ id, ...outcome })
  }

  /** Everything one certificate brings goes out in one message. */
  #say(notice: SentNotice): void {
    this.#notices.push(notice)
    if (this.#notices.length > 1) return
    setImmediate(() => {
      const notices = this.#notices.splice(0)
      for (let from = 0; from < notices.length; from += SUBMIT_LIMITS.instructions) {
        this.#channel.send(encode(noticesCodec, { notices: notices.slice(from, from + SUBMIT_LIMITS.instructions) }))
      }
    })
  }
}

/** Reasons are made in many places and by others: whatever they hold, the notice can be written. */
function printable(text: string, max: number): string {
  return text.slice(0, max).replace(/[^\x20-\x7e]/g, '?')
}
