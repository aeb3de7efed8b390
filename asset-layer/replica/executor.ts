// Runs commits in order: waits until their base height is final here, loads, executes synchronously, and queues what changed
// for the store. The same for members, observers and a lane that comes back after a crash [DAG-5, DAG-7, CKP-1].
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { InstructionId } from '#contracts/assets/instruction.ts'
import { type AssetContext, type ExecuteStep, executeStep, type Verify } from '#contracts/assets/step.ts'
import { effectsCodec, type StepOutcome } from '#contracts/assets/trace.ts'
import { encode } from '#contracts/codec/codec.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { putChange, SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { DagId, Hash, Height } from '#contracts/primitives/ids.ts'
import type { DagRef } from '#contracts/statements/dag-header.ts'
import { type Statement, statementCodec } from '#contracts/statements/statement.ts'
import { type AssetState, openAssetState, type StartingPoint } from '../execution/asset-state.ts'
import { deriveCommitHeight } from '../execution/closing.ts'
import { progressOf, restoreAssetState } from '../execution/progress.ts'
import {
  type CommitInput,
  type CommittedStep,
  executeCommit,
  type RefusedInstruction
} from '../execution/execute-commit.ts'
import type { LaneStore, StateEntry } from '../store/lane-store.ts'
import type { FeedCursor, BaseFeed } from './base-feed.ts'
import { idOfInstruction } from './instructions.ts'

/** One commit as consensus gave it. */
export interface PendingCommit {
  readonly index: number
  readonly blocks: readonly DagRef[]
  /** Not yet lowered to what waits in the log. */
  readonly baseHeight: Height
}

export interface ExecutedStep {
  readonly index: number
  readonly sequence: number
  readonly outcome: StepOutcome
  readonly code: string
  /** Null: a log item. */
  readonly id: InstructionId | null
}

export interface Execution {
  readonly commitIndex: number
  readonly state: AssetState
  readonly steps: readonly ExecutedStep[]
  readonly refused: readonly { readonly id: InstructionId | null; readonly code: string }[]
  readonly leaves: readonly Pick<CommittedStep, 'leaf' | 'leafBytes'>[]
  readonly statement: Statement | null
}

/** The sequence a step belongs to, for an interpreter that depends on it. */
export interface OpenPlace {
  readonly sequence: number
  /** Index of the sequence's first step. */
  readonly firstStep: number
  /** Steps of the sequence so far. */
  readonly stepCount: number
}

export interface ExecutorParts {
  readonly lane: LaneStore
  readonly feed: BaseFeed
  readonly cursor: FeedCursor
  readonly context: AssetContext
  readonly dag: DagId
  readonly begins: Height
  readonly boundary: Height
  readonly interval: number
  readonly parameters: Parameters
  /** Encoded instructions of a block, once their signatures have been looked at. */
  readonly instructionsOf: (block: DagRef) => Promise<readonly Uint8Array[]>
  readonly verify: Verify
  readonly interpreterOf: (open: OpenPlace) => ExecuteStep | undefined
  readonly onExecuted: (execution: Execution) => void
  readonly logger: Logger
}

export class Executor {
  readonly #parts: ExecutorParts
  #state: AssetState
  readonly #queue: PendingCommit[] = []
  #running = false
  #stopped = false

  constructor(parts: ExecutorParts, state: AssetState) {
    this.#parts = parts
    this.#state = state
  }

  get state(): AssetState {
    return this.#state
  }

  /** Commits that wait: for finality, or for their turn. */
  get backlog(): number {
    return this.#queue.length
  }

  add(commit: PendingCommit): void {
    this.#queue.push(commit)
    if (!this.#running) void this.#run()
  }

  stop(): void {
    this.#stopped = true
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      for (let commit = this.#queue[0]; commit !== undefined && !this.#stopped; commit = this.#queue[0]) {
        if (!(await this.#execute(commit))) return
        this.#queue.shift()
      }
    } catch (error) {
      this.#stopped = true
      this.#parts.logger.error({ err: error, dag: this.#parts.dag }, 'execution stopped; nothing more is signed here')
    } finally {
      this.#running = false
    }
  }

  /** False if the lane was given up while waiting. */
  async #execute(commit: PendingCommit): Promise<boolean> {
    const { cursor, feed, instructionsOf } = this.#parts
    const median = Math.max(commit.baseHeight, this.#state.baseHeight)
    if (!cursor.isReady(median) && !(await cursor.ready(median))) return false
    const instructions: Uint8Array[] = []
    for (const block of commit.blocks) instructions.push(...(await instructionsOf(block)))
    const { commitSteps } = this.#parts.parameters
    const waiting = cursor.logFrom(this.#state.logConsumed, median)
    const heights = waiting.map(entry => entry.height)
    const baseHeight = deriveCommitHeight(median, this.#state.baseHeight, heights, commitSteps)
    const { slot, tick } = await feed.moment(baseHeight)
    if (this.#stopped) return false
    const logEntries = waiting.filter(({ height }) => height <= baseHeight).map(({ encoded }) => encoded)
    this.#apply({ index: commit.index, baseHeight, slot, tick, logEntries, instructions })
    return true
  }

  #apply(commit: CommitInput): void {
    const { context, dag, lane, begins, boundary, interval, parameters, onExecuted } = this.#parts
    const before = this.#state
    const { sequence, firstStep, trace } = before.open
    const writes = new Map<string, StateEntry>()
    const stepIds = new Map<number, InstructionId | null>()
    const interpreter = this.#parts.interpreterOf({ sequence, firstStep, stepCount: trace.size }) ?? executeStep
    const execute: ExecuteStep = (of, input, view, verify) => {
      const result = interpreter(of, input, view, verify)
      if (result.kind !== 'step') return result
      for (const write of result.writes) writes.set(Buffer.from(write.key).toString('latin1'), write)
      stepIds.set(input.index, input.kind === 'instruction' ? (idOfInstruction(input.instruction) ?? null) : null)
      return result
    }
    const { stepCap, commitSteps, idleTicks } = parameters
    const terms = { stepCap, commitSteps, idleTicks, interval, begins, boundary }
    const settings = { context, epoch: lane.row.epoch, dag, terms, verify: this.#parts.verify, execute }
    const outcome = executeCommit(before, settings, commit)
    this.#state = outcome.state
    const steps = outcome.steps.map(step => ({ ...step, id: stepIds.get(step.index) ?? null }))
    this.#store(sequence, commit.index, outcome.statement, steps, [...writes.values()])
    onExecuted({
      commitIndex: commit.index,
      state: outcome.state,
      steps: steps.map(({ index, outcome: came, code, id }) => ({ index, sequence, outcome: came, code, id })),
      refused: outcome.refused.map(toRefused),
      leaves: outcome.steps,
      statement: outcome.statement
    })
  }

  #store(
    sequence: number,
    committed: number,
    statement: Statement | null,
    steps: readonly (CommittedStep & { readonly id: InstructionId | null })[],
    entries: readonly StateEntry[]
  ): void {
    if (statement !== null && statement.closes !== 'open') {
      this.#parts.lane.addClosing(sequence, encode(statementCodec, statement))
    }
    const stored = steps.map(({ index, input, leafBytes, outcome, code }) => ({
      place: index,
      sequence,
      committed,
      input,
      leaf: leafBytes,
      effects: encode(effectsCodec, { outcome, code })
    }))
    const receipts = steps.flatMap(({ id, index }) =>
      id === null ? [] : [{ instruction: hexToBytes(id), place: index }]
    )
    this.#parts.lane.addExecution(progressOf(this.#state), sequence, stored, entries, receipts)
  }
}

function toRefused({ instruction, code }: RefusedInstruction): { id: InstructionId | null; code: string } {
  return { id: idOfInstruction(instruction) ?? null, code }
}

/** The state a lane was left in: at its start, or after its newest stored execution. Asserts that the tree has its root. */
export function restoreState(lane: LaneStore, begins: Height): AssetState {
  const progress = lane.progress()
  const { start } = lane.row
  if (progress === undefined) {
    const point: StartingPoint = { ...start, tree: treeOf(lane.stateAt(start.sequence)) }
    return openAssetState(point, begins)
  }
  return restoreAssetState(progress, treeOf(lane.stateAt(progress.open.sequence)))
}

/** A tree of a state's entries. */
export function treeOf(entries: readonly StateEntry[]): SparseTree<Uint8Array> {
  return SparseTree.empty<Uint8Array>().with(
    entries.flatMap(({ key, value }) => {
      return value === null ? [] : [putChange(Uint8Array.from(key), Uint8Array.from(value))]
    })
  )
}

/** Root of a tree as statements write it. */
export function rootOfTree(tree: SparseTree<Uint8Array>): Hash {
  return bytesToHex(tree.root) as Hash
}
