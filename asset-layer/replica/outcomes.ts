// Tells whoever waits what became of an instruction: accepted once a certificate covers its step, or refused. One for each
// replica; client sessions and relays ask [DAG-7].
import type { InstructionId } from '#contracts/assets/instruction.ts'
import { effectsCodec, type StepOutcome } from '#contracts/assets/trace.ts'
import { decode } from '#contracts/codec/codec.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { LaneStore } from '../store/lane-store.ts'
import type { Execution } from './executor.ts'

export type Outcome =
  | {
      readonly kind: 'accepted'
      readonly index: number
      readonly sequence: number
      readonly outcome: StepOutcome
      readonly code: string
    }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }

type Listener = (outcome: Outcome) => void
type Accepted = Extract<Outcome, { readonly kind: 'accepted' }>

export class Outcomes {
  readonly #lane: LaneStore
  readonly #waiting = new Map<InstructionId, Set<Listener>>()
  /** Steps that ran and that no certificate covers yet. */
  #executed: { readonly commitIndex: number; readonly accepted: Accepted; readonly id: InstructionId }[] = []
  #certified = 0

  constructor(lane: LaneStore) {
    this.#lane = lane
  }

  /** Calls back once, when a commit to come brings the instruction or, after `hasRun`, one that was. Returns what takes the
   * wish back. */
  wait(id: InstructionId, listener: Listener): () => void {
    const listeners = this.#waiting.get(id) ?? new Set()
    listeners.add(listener)
    this.#waiting.set(id, listeners)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#waiting.delete(id)
    }
  }

  /** True if the instruction is a step already: whoever waits is told when a certificate covers it. */
  hasRun(id: InstructionId): boolean {
    return this.#look(id)
  }

  executed({ commitIndex, steps, refused }: Execution): void {
    if (this.#waiting.size === 0) return
    for (const { id, index, sequence, outcome, code } of steps) {
      if (id === null || !this.#waiting.has(id)) continue
      this.#executed.push({ commitIndex, id, accepted: { kind: 'accepted', index, sequence, outcome, code } })
    }
    for (const { id, code } of refused) {
      if (id === null || !this.#waiting.has(id) || this.#executed.some(one => one.id === id)) continue
      // A repeat of what ran before is refused, but the one before counts.
      if (!this.#look(id))
        this.#tell(id, { kind: 'refused', code, why: 'the committee ordered it and it was inadmissible' })
    }
  }

  certified(commitIndex: number): void {
    this.#certified = Math.max(this.#certified, commitIndex)
    const covered = this.#executed.filter(one => one.commitIndex <= this.#certified)
    this.#executed = this.#executed.filter(one => one.commitIndex > this.#certified)
    for (const { id, accepted } of covered) this.#tell(id, accepted)
  }

  /** The replica stops: whoever waits must ask its successor. */
  stop(): void {
    for (const id of [...this.#waiting.keys()]) {
      this.#tell(id, { kind: 'refused', code: 'E_EPOCH_ENDED', why: 'the committee changed; submit it again' })
    }
  }

  /** True if the instruction is a step already. */
  #look(id: InstructionId): boolean {
    const step = this.#lane.stepOf(hexToBytes(id))
    if (step === undefined) return false
    const effects = decode(effectsCodec, step.effects, step.effects.length)
    if (!effects.ok) return false
    const accepted: Accepted = { kind: 'accepted', index: step.place, sequence: step.sequence, ...effects.value }
    if (step.committed <= this.#certified) queueMicrotask(() => this.#tell(id, accepted))
    else this.#executed.push({ commitIndex: step.committed, id, accepted })
    return true
  }

  #tell(id: InstructionId, outcome: Outcome): void {
    const listeners = this.#waiting.get(id)
    this.#waiting.delete(id)
    for (const listener of listeners ?? []) listener(outcome)
  }
}
