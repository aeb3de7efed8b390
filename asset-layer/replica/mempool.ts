// Instructions that wait for a place in our next block: bounded in all and per account, each once, those of one account in
// order of their sequences. What was proposed is remembered until execution has spoken, so that repeats are not proposed.
import type { InstructionId } from '#contracts/assets/instruction.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { MEMPOOL_LIMITS } from '../limits.ts'
import type { KnownInstruction } from './instructions.ts'

/** The lowest unused sequence of an account in the newest executed state. */
export type NextSequence = (account: PublicKey) => number

export class Mempool {
  readonly #next: NextSequence
  /** In order of arrival. */
  readonly #waiting = new Map<InstructionId, KnownInstruction>()
  readonly #perAccount = new Map<PublicKey, number>()
  /** Proposed and not executed yet, with the final height of then. */
  readonly #proposed = new Map<InstructionId, number>()
  #bytes = 0

  constructor(next: NextSequence) {
    this.#next = next
  }

  get size(): number {
    return this.#waiting.size
  }

  /** True if it waits or was proposed. */
  has(id: InstructionId): boolean {
    return this.#waiting.has(id) || this.#proposed.has(id)
  }

  /** E_INSTRUCTION_SEQUENCE, E_INSTRUCTION_EXPIRED, E_BUSY. What is here already is accepted again without effect. */
  add(instruction: KnownInstruction, final: number): Verdict<undefined> {
    const { id, account, sequence, notAfter, bytes } = instruction
    if (this.has(id)) return accept()
    if (notAfter < final) return reject('E_INSTRUCTION_EXPIRED', 'the instruction has expired')
    const next = this.#next(account)
    if (sequence < next) return reject('E_INSTRUCTION_SEQUENCE', `sequence ${sequence} is used; ${next} is next`)
    if (sequence >= next + 2 * MEMPOOL_LIMITS.perAccount) {
      return reject('E_INSTRUCTION_SEQUENCE', `sequence ${sequence} is too far ahead of ${next}`)
    }
    const waiting = this.#perAccount.get(account) ?? 0
    if (waiting >= 2 * MEMPOOL_LIMITS.perAccount) return reject('E_BUSY', 'too many instructions of this account wait')
    if (this.#waiting.size >= MEMPOOL_LIMITS.instructions || this.#bytes + bytes.length > MEMPOOL_LIMITS.bytes) {
      return reject('E_BUSY', 'too many instructions wait')
    }
    this.#waiting.set(id, instruction)
    this.#perAccount.set(account, waiting + 1)
    this.#bytes += bytes.length
    return accept()
  }

  /** Takes what fits into one block and may run now; the rest stays. */
  take(final: number): readonly Uint8Array[] {
    if (this.#waiting.size === 0) return []
    const taken: KnownInstruction[] = []
    const ends = new Map<PublicKey, number>()
    let size = 0
    for (const instruction of this.#waiting.values()) {
      const { id, account, sequence, notAfter, bytes } = instruction
      if (notAfter < final) {
        this.#remove(instruction)
        continue
      }
      let end = ends.get(account)
      if (end === undefined) {
        end = this.#next(account) + MEMPOOL_LIMITS.perAccount
        ends.set(account, end)
      }
      if (sequence >= end) continue
      if (taken.length === MEMPOOL_LIMITS.blockInstructions || size + bytes.length > MEMPOOL_LIMITS.blockBytes) break
      size += bytes.length
      taken.push(instruction)
      this.#proposed.set(id, final)
    }
    for (const instruction of taken) this.#remove(instruction)
    return taken.map(({ bytes }) => bytes)
  }

  /** Execution has spoken about it: it is a step, or refused. */
  settle(id: InstructionId): void {
    this.#proposed.delete(id)
    const waiting = this.#waiting.get(id)
    if (waiting !== undefined) this.#remove(waiting)
  }

  /** Forgets proposals that never ran: their blocks were not committed. Whoever still wants them says so again. */
  forgetBelow(final: number): void {
    for (const [id, at] of this.#proposed) if (at < final) this.#proposed.delete(id)
  }

  #remove({ id, account, bytes }: KnownInstruction): void {
    if (!this.#waiting.delete(id)) return
    this.#bytes -= bytes.length
    const left = (this.#perAccount.get(account) ?? 1) - 1
    if (left === 0) this.#perAccount.delete(account)
    else this.#perAccount.set(account, left)
  }
}
