// Builds claims from full data, for claimants [CLM-2, EXE-7]: the same interpreter tells which keys a step
// touches, so the witness shows exactly those. What is built here is judged with `judgeClaim` before it is
// filed.
import { STEP_INPUT_BYTES } from '../assets/limits.ts'
import { CURSOR_KEY, EXITS_KEY, OUTBOX_KEY } from '../assets/reserved.ts'
import { viewOf } from '../assets/state-view.ts'
import { type AssetContext, executeStep, type StepInput, stepInputCodec, type Verify } from '../assets/step.ts'
import type { TraceLeaf } from '../assets/trace.ts'
import { decode } from '../codec/codec.ts'
import type { MerkleLog } from '../merkle/log.ts'
import { pathOf, type TreeNode } from '../merkle/node.ts'
import { buildWitness, type Witness } from '../merkle/witness.ts'
import { bytesToHex, equalBytes } from '../primitives/bytes.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { type Statement, statementIdOf } from '../statements/statement.ts'
import type { ClaimOf, SeatClaim, SignedStatement } from './claim.ts'
import { contradictionOf, traceContradictionOf } from './contradiction.ts'
import { showLeaf, traceLogOf } from './shown-leaf.ts'

/** A sequence as its committee committed to it. */
export interface CommittedTrace {
  readonly statement: Statement
  /** All leaves, so that their log has the statement's traceRoot. */
  readonly leaves: readonly TraceLeaf[]
  /** The log of those leaves; built here if left out. */
  readonly log?: MerkleLog
}

/** A statement as one seat signed it, with all leaves it committed to. */
export interface SignedTrace extends SignedStatement {
  readonly leaves: readonly TraceLeaf[]
}

/**
 * Accuses a seat of two statements of one dag that contradict each other, by themselves or at the first place where
 * their traces differ [DAG-7]. E_CLAIM_BUILD if they do not, or if leaves are not those of their statement.
 */
export function buildContradictionClaim(
  seat: Pick<SeatClaim, 'asset' | 'epoch' | 'dag' | 'seat'>,
  one: SignedTrace,
  other: SignedTrace
): Verdict<ClaimOf<'contradiction'>, 'E_CLAIM_BUILD'> {
  const [first, second] = [one, other].map(({ statement, signature }) => ({ statement, signature }))
  if (first === undefined || second === undefined) return reject('E_CLAIM_BUILD', 'two statements are needed')
  const { asset, epoch, dag } = seat
  const fields = { kind: 'contradiction', asset, epoch, dag, seat: seat.seat, first, second } as const
  if (contradictionOf(first.statement, second.statement) !== undefined) return accept({ ...fields, shown: null })
  const logs = [logOf(one), logOf(other)] as const
  if (logs[0] === undefined || logs[1] === undefined) return reject('E_CLAIM_BUILD', NOT_OF_STATEMENT)
  const shared = Math.min(one.leaves.length, other.leaves.length)
  for (let place = 0; place < shared; place++) {
    const isLast = place === shared - 1
    const [a, b] = [logs[0].leafHash(place), logs[1].leafHash(place)]
    if (equalBytes(a, b) && !isLast) continue
    // At equal leaves what is left is a postRoot that is not the root of its last leaf.
    const show = ({ leaves }: SignedTrace, log: MerkleLog) =>
      equalBytes(a, b) && leaves.length === shared ? null : (showLeaf(leaves, log, place) ?? null)
    const shown = { place, first: show(one, logs[0]), second: show(other, logs[1]) }
    if (traceContradictionOf(first.statement, second.statement, shown) !== undefined) {
      return accept({ ...fields, shown })
    }
    break
  }
  return reject('E_CLAIM_BUILD', 'the two statements agree')
}

/** The part of a tree that executing a step needs; undefined if the engine failed. */
export function buildStepWitness(
  context: AssetContext,
  before: TreeNode<Uint8Array>,
  input: StepInput,
  verify: Verify
): Witness | undefined {
  const result = executeStep(context, input, viewOf(before), verify)
  if (result.kind === 'fault' || result.kind === 'missing') return undefined
  const deletes = result.kind === 'step' ? result.writes.filter(write => write.value === null) : []
  return buildWitness(
    before,
    result.touched.map(pathOf),
    deletes.map(write => pathOf(write.key))
  )
}

/**
 * Accuses step `place` of a committed sequence. `before` is the state whose root is the one before the step,
 * `input` the step's encoded input. E_CLAIM_BUILD if the data are not those of the trace or the engine failed.
 */
export function buildBadStepClaim(
  context: AssetContext,
  trace: CommittedTrace,
  place: number,
  before: TreeNode<Uint8Array>,
  input: Uint8Array,
  verify: Verify
): Verdict<ClaimOf<'bad-step'>, 'E_CLAIM_BUILD'> {
  const fields = stepFieldsOf(trace, place, input)
  if (!fields.ok) return fields
  const decoded = decode(stepInputCodec, input, STEP_INPUT_BYTES)
  const witness = decoded.ok ? buildStepWitness(context, before, decoded.value, verify) : buildWitness(before, [], [])
  if (witness === undefined) return reject('E_CLAIM_BUILD', 'the step cannot be executed on this state')
  const { log, ...step } = fields.value
  return accept({ kind: 'bad-step', ...step, before: showLeaf(trace.leaves, log, place - 1) ?? null, witness })
}

/** An entry of the base log with its path to the head as of the checkpoint's posting. */
export interface BaseEntry {
  readonly entry: Uint8Array
  readonly path: readonly Uint8Array[]
}

/**
 * Accuses step `place` of having taken another log item than base state holds at its index; null if it holds
 * none there.
 */
export function buildBadEntryClaim(
  trace: CommittedTrace,
  place: number,
  input: Uint8Array,
  base: BaseEntry | null
): Verdict<ClaimOf<'bad-input'>, 'E_CLAIM_BUILD'> {
  const shown = base ?? { entry: new Uint8Array(0), path: [] }
  return badInput(trace, place, input, () => ({ kind: 'entry', ...shown }))
}

/**
 * Accuses step `place` of having run an instruction while `base`, the item at the cursor before it, was
 * waiting.
 */
export function buildWaitingClaim(
  trace: CommittedTrace,
  place: number,
  input: Uint8Array,
  before: TreeNode<Uint8Array>,
  base: BaseEntry
): Verdict<ClaimOf<'bad-input'>, 'E_CLAIM_BUILD'> {
  const witness = buildWitness(before, [pathOf(CURSOR_KEY)], [])
  return badInput(trace, place, input, log => {
    return { kind: 'waiting', before: showLeaf(trace.leaves, log, place - 1) ?? null, witness, ...base }
  })
}

/**
 * Accuses step `place` of a base height outside of its sequence, or below that of the step before if that input
 * is given.
 */
export function buildBadHeightClaim(
  trace: CommittedTrace,
  place: number,
  input: Uint8Array,
  beforeInput?: Uint8Array
): Verdict<ClaimOf<'bad-input'>, 'E_CLAIM_BUILD'> {
  return badInput(trace, place, input, log => {
    const before = showLeaf(trace.leaves, log, place - 1)
    return beforeInput === undefined || before === undefined
      ? { kind: 'height' }
      : { kind: 'order', before, beforeInput }
  })
}

/**
 * Accuses the end of a statement: its postRoot if the last leaf has another root, else the cursor, exits and
 * outbox of the state at postRoot, which is `after`.
 */
export function buildBadEdgeClaim(
  trace: CommittedTrace,
  after: TreeNode<Uint8Array>
): Verdict<ClaimOf<'bad-edge'>, 'E_CLAIM_BUILD'> {
  const { statement, leaves } = trace
  const log = logOf(trace)
  if (log === undefined) return reject('E_CLAIM_BUILD', NOT_OF_STATEMENT)
  const leaf = showLeaf(leaves, log, leaves.length - 1)
  const fields = { kind: 'bad-edge', ...checkpointFieldsOf(statement) } as const
  if (leaf !== undefined && leaf.leaf.root !== statement.postRoot)
    return accept({ ...fields, edge: { kind: 'last', leaf } })
  const witness = buildWitness(after, [CURSOR_KEY, EXITS_KEY, OUTBOX_KEY].map(pathOf), [])
  return accept({ ...fields, edge: { kind: 'state', witness } })
}

const NOT_OF_STATEMENT = 'the leaves are not the ones of the statement'

function badInput(
  trace: CommittedTrace,
  place: number,
  input: Uint8Array,
  lieOf: (log: MerkleLog) => ClaimOf<'bad-input'>['lie']
): Verdict<ClaimOf<'bad-input'>, 'E_CLAIM_BUILD'> {
  const fields = stepFieldsOf(trace, place, input)
  if (!fields.ok) return fields
  const { log, ...step } = fields.value
  return accept({ kind: 'bad-input', ...step, lie: lieOf(log) })
}

function stepFieldsOf(trace: CommittedTrace, place: number, input: Uint8Array) {
  const log = logOf(trace)
  if (log === undefined) return reject('E_CLAIM_BUILD', NOT_OF_STATEMENT)
  const leaf = showLeaf(trace.leaves, log, place)
  if (leaf === undefined) return reject('E_CLAIM_BUILD', 'the sequence has no such step')
  return accept({ ...checkpointFieldsOf(trace.statement), place, input, leaf, log })
}

function checkpointFieldsOf(statement: Statement) {
  return { asset: statement.asset, sequence: statement.sequence, checkpoint: statementIdOf(statement) }
}

function logOf({ statement, leaves, log = traceLogOf(leaves) }: CommittedTrace): MerkleLog | undefined {
  return log.size === statement.stepCount && bytesToHex(log.root()) === statement.traceRoot ? log : undefined
}
