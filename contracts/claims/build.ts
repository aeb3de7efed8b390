// Builds claims from full data, for claimants [CLM-2, EXE-7]: the same interpreter tells which keys a step touches, so the
// witness shows exactly those.
import { hexToBytes } from '../primitives/bytes.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { STEP_INPUT_BYTES } from '../assets/limits.ts'
import { viewOf } from '../assets/state-view.ts'
import { type AssetContext, executeStep, type StepInput, stepInputCodec, type Verify } from '../assets/step.ts'
import { encodeTraceLeaf, type TraceLeaf } from '../assets/trace.ts'
import { decode } from '../codec/codec.ts'
import { leafHash } from '../merkle/hash.ts'
import { MerkleLog } from '../merkle/log.ts'
import { pathOf, type TreeNode } from '../merkle/node.ts'
import { buildWitness, type Witness } from '../merkle/witness.ts'
import { type Statement, statementIdOf } from '../statements/statement.ts'
import { type BadStepClaim, encodeClaim, type ShownLeaf } from './claim.ts'

/** A sequence as its committee committed to it. */
export interface CommittedTrace {
  readonly statement: Statement
  /** All leaves, so that their log has the statement's traceRoot. */
  readonly leaves: readonly TraceLeaf[]
  /** The log of those leaves; built here if left out. */
  readonly log?: MerkleLog
}

/** The log of a sequence's leaves, for paths. */
export function traceLogOf(leaves: readonly TraceLeaf[]): MerkleLog {
  return MerkleLog.ofHashes(leaves.map(leaf => leafHash(encodeTraceLeaf(leaf))))
}

/** A leaf with its path in a log of all leaves. */
export function showLeaf(leaves: readonly TraceLeaf[], log: MerkleLog, place: number): ShownLeaf | undefined {
  const leaf = leaves[place]
  return leaf === undefined || place >= log.size ? undefined : { leaf, path: log.inclusionProof(place) }
}

/** The part of a tree that executing a step needs; undefined if the engine failed. */
export function buildStepWitness(
  context: AssetContext, before: TreeNode<Uint8Array>, input: StepInput, verify: Verify
): Witness | undefined {
  const result = executeStep(context, input, viewOf(before), verify)
  if (result.kind === 'fault' || result.kind === 'missing') return undefined
  const deletes = result.kind === 'step' ? result.writes.filter(write => write.value === null) : []
  return buildWitness(before, result.touched.map(pathOf), deletes.map(write => pathOf(write.key)))
}

/** Accuses step `place` of a committed sequence. `before` is the state whose root is the one before the step, `input` the
 * step's encoded input. E_CLAIM_BUILD if the data are not those of the trace or the engine failed. */
export function buildBadStepClaim(
  context: AssetContext, trace: CommittedTrace, place: number, before: TreeNode<Uint8Array>, input: Uint8Array,
  verify: Verify
): Verdict<BadStepClaim, 'E_CLAIM_BUILD'> {
  const { statement, leaves } = trace
  const log = trace.log ?? traceLogOf(leaves)
  const root = log.size === statement.stepCount ? log.root() : undefined
  if (root === undefined || !sameHash(root, statement.traceRoot)) {
    return reject('E_CLAIM_BUILD', 'the leaves are not the ones of the statement')
  }
  const leaf = showLeaf(leaves, log, place)
  if (leaf === undefined) return reject('E_CLAIM_BUILD', 'the sequence has no such step')
  const decoded = decode(stepInputCodec, input, STEP_INPUT_BYTES)
  const witness = decoded.ok ? buildStepWitness(context, before, decoded.value, verify) : buildWitness(before, [], [])
  if (witness === undefined) return reject('E_CLAIM_BUILD', 'the step cannot be executed on this state')
  return accept({
    kind: 'bad-step',
    asset: statement.asset,
    sequence: statement.sequence,
    checkpoint: statementIdOf(statement),
    place,
    input,
    leaf,
    before: showLeaf(leaves, log, place - 1) ?? null,
    witness
  })
}

/** Bytes a claim takes in a block. */
export function claimSizeOf(claim: BadStepClaim): number {
  return encodeClaim(claim).length
}

function sameHash(bytes: Uint8Array, hex: string): boolean {
  const other = hexToBytes(hex)
  return bytes.every((byte, i) => byte === other[i])
}
