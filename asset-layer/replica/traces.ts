// The traces of recent sequences, for receipts, claims and whoever asks: the open one grows with each commit, closed ones are
// read from the store when wanted and forgotten again [EXE-3, CLM-5].
import { traceLeafCodec, TRACE_LEAF_BYTES, type TraceLeaf } from '#contracts/assets/trace.ts'
import { decode } from '#contracts/codec/codec.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { CommittedStep } from '../execution/execute-commit.ts'
import { REPLICA_LIMITS } from '../limits.ts'
import type { LaneStore } from '../store/lane-store.ts'

export interface Trace {
  readonly sequence: number
  readonly firstStep: number
  readonly leaves: TraceLeaf[]
  readonly log: MerkleLog
}

export class Traces {
  readonly #lane: LaneStore
  /** Oldest use first. */
  readonly #known = new Map<number, Trace>()

  constructor(lane: LaneStore) {
    this.#lane = lane
  }

  /** Adds the steps of one commit to the open sequence. */
  append(sequence: number, firstStep: number, steps: readonly Pick<CommittedStep, 'leaf' | 'leafBytes'>[]): void {
    const known = this.#known.get(sequence)
    // Reading it later gives these leaves too: they are queued for the store already.
    if (known === undefined && steps[0] !== undefined && steps[0].leaf.index > firstStep) return
    const trace = known ?? { sequence, firstStep, leaves: [], log: new MerkleLog() }
    for (const { leaf, leafBytes } of steps) {
      if (leaf.index !== firstStep + trace.leaves.length) continue
      trace.leaves.push(leaf)
      trace.log.append(leafBytes)
    }
    this.#keep(trace)
  }

  /** The whole trace of a sequence of this lane; `stepCount` tells how many leaves it has at least. */
  of(sequence: number, firstStep: number, stepCount: number): Trace | undefined {
    const known = this.#known.get(sequence)
    if (known !== undefined && known.firstStep === firstStep && known.leaves.length >= stepCount) {
      this.#keep(known)
      return known
    }
    const rows = this.#lane.steps(firstStep, firstStep + stepCount, stepCount)
    if (rows.length < stepCount || rows.some(row => row.sequence !== sequence)) return undefined
    const trace: Trace = { sequence, firstStep, leaves: [], log: new MerkleLog() }
    for (const { leaf } of rows) {
      const decoded = decode(traceLeafCodec, leaf, TRACE_LEAF_BYTES)
      trace.leaves.push(present(decoded.ok ? decoded.value : undefined, 'the store holds what it was given'))
      trace.log.append(leaf)
    }
    this.#keep(trace)
    return trace
  }

  #keep(trace: Trace): void {
    this.#known.delete(trace.sequence)
    this.#known.set(trace.sequence, trace)
    if (this.#known.size <= REPLICA_LIMITS.traces) return
    const oldest = this.#known.keys().next().value
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
