// A committee's closed sequence with everything a claimant and the judge have of it.
import type { CommitOutcome } from '#asset-layer/execution/execute-commit.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { executeStep, type StepInput, stepInputCodec } from '#contracts/assets/step.ts'
import { inputHashOf, type TraceLeaf } from '#contracts/assets/trace.ts'
import { buildBadStepClaim } from '#contracts/claims/build.ts'
import type { Claim, ClaimOf } from '#contracts/claims/claim.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import type { CheckpointTarget, JudgeFacts, Judgement } from '#contracts/claims/judgement.ts'
import { traceLogOf } from '#contracts/claims/shown-leaf.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { BlockId, BondId } from '#contracts/primitives/ids.ts'
import { EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import { putChange, removeChange, type SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Statement, statementIdOf } from '#contracts/statements/statement.ts'
import {
  ASSET,
  contextOf,
  fakeVerify,
  firstTree,
  GENESIS,
  nth,
  registrationWith,
  expectValue
} from '../assets/fixtures.ts'
import { DAG, SEATS } from '../execution/fixtures.ts'

export const SIGNERS = [0, 2, 3, 4, 6]

const committee: JudgeFacts['committee'] = {
  source: 38,
  sourceId: hashHex<BlockId>('test-source'),
  begins: 56,
  engine: 1,
  closedAt: null,
  seats: SEATS.map((validator, unit) => ({
    bond: hashHex<BondId>('test-bond'),
    unit,
    validator,
    rewards: validator,
    slashed: false
  }))
}

export interface Trial {
  readonly statement: Statement
  readonly leaves: readonly TraceLeaf[]
  readonly inputs: readonly Uint8Array[]
  /** The true state before each step. */
  readonly trees: readonly SparseTree<Uint8Array>[]
}

/** The sequence of one commit; the states are what an honest watcher has. */
export function trialOf(outcome: CommitOutcome, start: SparseTree<Uint8Array> = firstTree()): Trial {
  const inputs = outcome.steps.map(({ input }) => input)
  const trees = [start]
  for (const input of inputs) trees.push(treeAfter(nth(trees, trees.length - 1), input))
  return {
    statement: present(outcome.statement, 'a statement'),
    leaves: outcome.steps.map(({ leaf }) => leaf),
    inputs,
    trees
  }
}

/** The true state after a step; what is no step changes nothing. */
export function treeAfter(tree: SparseTree<Uint8Array>, input: Uint8Array): SparseTree<Uint8Array> {
  const result = executeStep(
    contextOf(),
    expectValue(decode(stepInputCodec, input, 9000)),
    viewOf(tree.node),
    fakeVerify
  )
  if (result.kind !== 'step') return tree
  return tree.with(result.writes.map(({ key, value }) => (value === null ? removeChange(key) : putChange(key, value))))
}

export function claimOf(trial: Trial, place: number): ClaimOf<'bad-step'> {
  return expectValue(
    buildBadStepClaim(contextOf(), trial, place, nth(trial.trees, place).node, nth(trial.inputs, place), fakeVerify)
  )
}

export function factsOf(
  statement: Statement,
  log: LogFrontier = EMPTY_LOG
): JudgeFacts & { readonly target: CheckpointTarget } {
  return {
    genesis: GENESIS,
    asset: ASSET,
    registration: registrationWith(),
    committee,
    log,
    target: { kind: 'checkpoint', id: statementIdOf(statement), statement, signers: SIGNERS, previousBaseHeight: 2 }
  }
}

export function seatFacts(seat: number): JudgeFacts {
  return {
    genesis: GENESIS,
    asset: ASSET,
    registration: registrationWith(),
    committee,
    log: EMPTY_LOG,
    target: { kind: 'seat', epoch: 1, dag: DAG, seat }
  }
}

export function judge(claim: Claim, facts: JudgeFacts): Judgement {
  return judgeClaim(claim, facts, fakeVerify)
}

/**
 * The same trial with one leaf replaced and the trace made to match: what a committee signs that lies about a
 * leaf.
 */
export function withLeaf(trial: Trial, place: number, changes: Partial<TraceLeaf>): Trial {
  const leaves = trial.leaves.map((leaf, i) => (i === place ? { ...leaf, ...changes } : leaf))
  return {
    ...trial,
    leaves,
    statement: { ...trial.statement, traceRoot: bytesToHex(traceLogOf(leaves).root()) as TraceLeaf['root'] }
  }
}

/** The same trial with another input at one place, whose leaf names it rightly. */
export function withInput(trial: Trial, place: number, input: Uint8Array): Trial {
  const inputs = trial.inputs.map((old, i) => (i === place ? input : old))
  return withLeaf({ ...trial, inputs }, place, { inputHash: inputHashOf(input), inputLength: input.length })
}

export function inputOf(trial: Trial, place: number): StepInput {
  return expectValue(decode(stepInputCodec, nth(trial.inputs, place), 9000))
}

export function encodeInput(input: StepInput): Uint8Array {
  return encode(stepInputCodec, input)
}
