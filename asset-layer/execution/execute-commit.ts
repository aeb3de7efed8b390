// Executes one commit of a committee's DAG: log items first, then instructions, at most COMMIT_STEPS steps;
// gives the new state, the steps with their trace leaves, and the statement to sign. Members, recovering
// members and watchers call it; it is the same everywhere. Upholds [DAG-5, DAG-7, EXE-3, CKP-1].
import { INSTRUCTION_BYTES } from '#contracts/ledger/actions/log-post.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { LOG_ENTRY_BYTES } from '#contracts/assets/limits.ts'
import { logEntryCodec } from '#contracts/assets/log-item.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import {
  type AssetContext,
  type ExecuteStep,
  executeStep,
  type StepInput,
  stepInputCodec,
  type Verify
} from '#contracts/assets/step.ts'
import { encodeTraceLeaf, inputHashOf, type StepOutcome, type TraceLeaf } from '#contracts/assets/trace.ts'
import { appendLeaf, frontierRoot, type LogFrontier } from '#contracts/merkle/log.ts'
import { putChange, removeChange, type SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { DagId, Hash, Height, Slot, Tick } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import { type Statement, statementIdOf } from '#contracts/statements/statement.ts'
import { type AssetState, openSequence, reservedOf, rootOf } from './asset-state.ts'
import { type ClosingTerms, deriveCloses } from './closing.ts'

/** Instructions that may wait for later commits, in commits: each commit stores them again. Part of what a commit means. */
export const LEFTOVER_COMMITS = 16

/** Fixed for one dag. */
export interface ExecutionSettings {
  readonly context: AssetContext
  readonly epoch: number
  readonly dag: DagId
  readonly terms: ClosingTerms
  readonly verify: Verify
  /** The interpreter unless told otherwise; a member that lies has another. */
  readonly execute?: ExecuteStep
}

export interface CommitInput {
  /** From 1 in each dag, without gaps. */
  readonly index: number
  /** From `deriveCommitHeight`. */
  readonly baseHeight: Height
  /** Slot and tick count of the final base block at that height. */
  readonly slot: Slot
  readonly tick: Tick
  /**
   * Encoded log entries from `state.logConsumed` on, of base heights up to `baseHeight`, in order; of very many
   * the first COMMIT_STEPS are enough.
   */
  readonly logEntries: readonly Uint8Array[]
  /** Encoded instructions of the commit's blocks, in order; repeats are refused like any used sequence. */
  readonly instructions: readonly Uint8Array[]
}

export interface CommittedStep {
  /** Place in the asset's whole history. */
  readonly index: number
  readonly sequence: number
  /** Encoded step input. */
  readonly input: Uint8Array
  readonly leaf: TraceLeaf
  /** The leaf's bytes, as the trace hashes them. */
  readonly leafBytes: Uint8Array
  readonly outcome: StepOutcome
  /** Why, if not applied. */
  readonly code: string
}

export interface RefusedInstruction {
  readonly instruction: Uint8Array
  readonly code: string
}

export interface CommitOutcome {
  readonly state: AssetState
  readonly steps: readonly CommittedStep[]
  /** Instructions that became no step: inadmissible, or too many waited. */
  readonly refused: readonly RefusedInstruction[]
  /** What to sign; null if the commit adds no step and closes nothing [DAG-7]. */
  readonly statement: Statement | null
}

/**
 * Executes the next commit. Asserts on a commit out of order, and stops on an engine fault: a member must not
 * sign past it.
 */
export function executeCommit(state: AssetState, settings: ExecutionSettings, commit: CommitInput): CommitOutcome {
  assert(commit.index === state.commitIndex + 1, 'commits are executed in order, each once')
  assert(commit.baseHeight >= state.baseHeight, 'base heights never fall')
  if (state.ended) return { state: { ...state, commitIndex: commit.index }, steps: [], refused: [], statement: null }
  const run = new CommitRun(state, settings, commit)
  for (const entry of commit.logEntries.slice(0, settings.terms.commitSteps)) run.logItem(entry)
  const queue = state.leftover.length === 0 ? commit.instructions : [...state.leftover, ...commit.instructions]
  // Log items left over mean a full commit, so no instruction runs while an item of its height waits [CKP-4].
  let taken = 0
  while (taken < queue.length && !run.full) run.instruction(queue[taken++])
  const crowded = taken + LEFTOVER_COMMITS * settings.terms.commitSteps
  for (const instruction of queue.slice(crowded)) run.refused.push({ instruction, code: 'E_INSTRUCTION_CROWDED' })
  return conclude(run, state, settings, commit, queue.slice(taken, crowded))
}

function conclude(
  run: CommitRun,
  state: AssetState,
  settings: ExecutionSettings,
  commit: CommitInput,
  leftover: readonly Uint8Array[]
): CommitOutcome {
  const { context, epoch, dag, terms } = settings
  const open = { ...state.open, trace: run.trace, substantial: run.substantial }
  const closes = deriveCloses(terms, open, commit.baseHeight)
  const { cursor, ...roots } = reservedOf(run.tree)
  const next: AssetState = {
    tree: run.tree,
    open,
    commitIndex: commit.index,
    baseHeight: commit.baseHeight,
    logConsumed: cursor,
    leftover,
    ended: closes === 'epoch'
  }
  const { steps, refused } = run
  if (steps.length === 0 && closes === 'open') return { state: next, steps, refused, statement: null }
  const statement: Statement = {
    asset: context.asset,
    epoch,
    dag,
    commitIndex: commit.index,
    sequence: open.sequence,
    previous: open.previous,
    engine: context.engine,
    baseHeight: commit.baseHeight,
    logConsumed: cursor,
    firstStep: open.firstStep,
    stepCount: open.trace.size,
    traceRoot: bytesToHex(frontierRoot(open.trace)) as Hash,
    preRoot: open.preRoot,
    postRoot: rootOf(run.tree),
    ...roots,
    closes
  }
  if (closes === 'open') return { state: next, steps, refused, statement }
  const opened = openSequence({
    id: statementIdOf(statement),
    sequence: open.sequence,
    baseHeight: commit.baseHeight,
    nextStep: open.firstStep + open.trace.size,
    tree: run.tree
  })
  return { state: { ...next, open: opened }, steps, refused, statement }
}

/** The steps of one commit as they are added. */
class CommitRun {
  readonly steps: CommittedStep[] = []
  readonly refused: RefusedInstruction[] = []
  tree: SparseTree<Uint8Array>
  trace: LogFrontier
  substantial: boolean
  readonly #settings: ExecutionSettings
  readonly #commit: CommitInput
  readonly #open: AssetState['open']
  readonly #execute: ExecuteStep
  #logIndex: number

  constructor(state: AssetState, settings: ExecutionSettings, commit: CommitInput) {
    this.tree = state.tree
    this.trace = state.open.trace
    this.substantial = state.open.substantial
    this.#settings = settings
    this.#commit = commit
    this.#open = state.open
    this.#execute = settings.execute ?? executeStep
    this.#logIndex = state.logConsumed
  }

  /** True when the commit holds as many steps as it may [DAG-5]. */
  get full(): boolean {
    return this.steps.length === this.#settings.terms.commitSteps
  }

  logItem(entry: Uint8Array): void {
    const refusal = this.#step({ kind: 'log', ...this.#moment(), logIndex: this.#logIndex, entry })
    assert(refusal === undefined, `the log item is next in the log: ${refusal ?? ''}`)
    this.#logIndex += 1
    if (!isSettledNotice(entry)) this.substantial = true
  }

  instruction(instruction: Uint8Array | undefined): void {
    if (instruction === undefined) return
    const fits = instruction.length > 0 && instruction.length <= INSTRUCTION_BYTES
    const refusal = fits ? this.#step({ kind: 'instruction', ...this.#moment(), instruction }) : 'E_INSTRUCTION_SIZE'
    if (refusal === undefined) this.substantial = true
    else this.refused.push({ instruction, code: refusal })
  }

  #moment(): { index: number; baseHeight: Height; slot: Slot; tick: Tick } {
    const { baseHeight, slot, tick } = this.#commit
    return { index: this.#open.firstStep + this.trace.size, baseHeight, slot, tick }
  }

  /** Adds the step, or says why it is none. */
  #step(input: StepInput): string | undefined {
    const { context, verify } = this.#settings
    const result = this.#execute(context, input, viewOf(this.tree.node), verify)
    if (result.kind === 'inadmissible') return result.code
    assert(
      result.kind === 'step',
      `the engine failed: ${result.kind === 'fault' ? result.why : 'a full tree misses nothing'}`
    )
    this.tree = this.tree.with(
      result.writes.map(({ key, value }) => {
        return value === null ? removeChange(key) : putChange(key, value)
      })
    )
    const encoded = encode(stepInputCodec, input)
    const leaf: TraceLeaf = {
      index: input.index,
      inputHash: inputHashOf(encoded),
      inputLength: encoded.length,
      root: rootOf(this.tree),
      effectsHash: result.effectsHash
    }
    const leafBytes = encodeTraceLeaf(leaf)
    this.trace = appendLeaf(this.trace, leafBytes)
    const { outcome, code } = result
    this.steps.push({
      index: input.index,
      sequence: this.#open.sequence,
      input: encoded,
      leaf,
      leafBytes,
      outcome,
      code
    })
    return undefined
  }
}

/**
 * Such a step alone closes nothing, or an idle asset would post for ever: each checkpoint brings the next
 * notice [CKP-1].
 */
function isSettledNotice(entry: Uint8Array): boolean {
  const decoded = decode(logEntryCodec, entry, LOG_ENTRY_BYTES)
  return decoded.ok && decoded.value.item.kind === 'settled'
}
