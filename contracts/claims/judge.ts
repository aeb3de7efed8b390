// Decides a claim in the block that reveals it [CLM-1, JDG-1]. Called by the base chain's state transition and, before filing,
// by the claimant. Pure and bounded: a claim's bytes and one step's meter. Guilty needs proof; what is short of it is
// malformed, and a fault of the engine is neither [CLM-3].
import { STEP_INPUT_BYTES } from '../assets/limits.ts'
import { deriveAssetContext } from '../assets/registry.ts'
import { viewOf } from '../assets/state-view.ts'
import { type ExecutedStep, type ExecuteStep, executeStep, stepInputCodec, type Verify } from '../assets/step.ts'
import { encodeTraceLeaf, inputHashOf, type TraceLeaf } from '../assets/trace.ts'
import { decode, encode } from '../codec/codec.ts'
import type { CommitteeRecord } from '../committees/committee-record.ts'
import { signingBytes } from '../crypto/signature.ts'
import type { AssetRegister } from '../ledger/actions/asset-register.ts'
import { leafHash } from '../merkle/hash.ts'
import { verifyInclusion } from '../merkle/log-proof.ts'
import { hashOf } from '../merkle/node.ts'
import { putChange, removeChange } from '../merkle/sparse-tree.ts'
import { update } from '../merkle/update.ts'
import type { Witness } from '../merkle/witness.ts'
import { bytesToHex, hexToBytes } from '../primitives/bytes.ts'
import type { AssetId, CheckpointId, DagId, GenesisHash, Hash } from '../primitives/ids.ts'
import { dagHeaderCodec, isDagEquivocation } from '../statements/dag-header.ts'
import { type Statement, statementCodec, statementIdOf } from '../statements/statement.ts'
import type { BadStepClaim, Claim, SeatClaim, ShownLeaf, SignedStatement } from './claim.ts'
import { contradictionOf } from './contradiction.ts'

/** The accused: a posted checkpoint (of bad-*), or one seat of one DAG (of equivocation and contradiction). */
export type JudgeTarget =
  | {
      readonly kind: 'checkpoint'
      readonly id: CheckpointId
      readonly statement: Statement
      /** Seats whose signatures are recorded. */
      readonly signers: readonly number[]
    }
  | { readonly kind: 'seat', readonly epoch: number, readonly dag: DagId, readonly seat: number }

/** What base state says about the target; the caller has found it by `claimTargetOf`. */
export interface JudgeFacts {
  readonly genesis: GenesisHash
  readonly asset: AssetId
  readonly registration: AssetRegister
  /** Of the target's epoch. */
  readonly committee: CommitteeRecord
  readonly target: JudgeTarget
}

export type Judgement =
  /** `seats` lose the collateral reserved to them. */
  | { readonly kind: 'guilty', readonly seats: readonly number[], readonly why: string }
  | { readonly kind: 'not-guilty', readonly why: string }
  | { readonly kind: 'malformed', readonly code: string, readonly why: string }
  /** The claim is refused, the asset halts, nothing is paid [JDG-1]. */
  | { readonly kind: 'engine-fault', readonly why: string }

/** Judges a decoded claim. Never throws, whatever the claim holds. `execute` is another engine only in tests. */
export function judgeClaim(
  claim: Claim, facts: JudgeFacts, verify: Verify, execute: ExecuteStep = executeStep
): Judgement {
  if (claim.asset !== facts.asset) return malformed('E_CLAIM_TARGET', 'the claim is about another asset')
  return claim.kind === 'bad-step' ? judgeBadStep(claim, facts, verify, execute) : judgeSeat(claim, facts, verify)
}

function judgeSeat(claim: SeatClaim, facts: JudgeFacts, verify: Verify): Judgement {
  const { target, committee } = facts
  if (target.kind !== 'seat' || claim.dag !== target.dag || claim.seat !== target.seat || claim.epoch !== target.epoch) {
    return malformed('E_CLAIM_TARGET', 'the claim is not about this seat')
  }
  const key = committee.seats[claim.seat]?.validator
  if (key === undefined) return malformed('E_CLAIM_SEAT', 'the committee has no such seat')
  const accusation = claim.kind === 'contradiction' ? accuseContradiction(claim) : accuseTwins(claim)
  if (accusation === undefined) return malformed('E_CLAIM_TARGET', 'what was signed is not of this seat and dag')
  if (accusation.why === undefined) return innocent('both may be signed by an honest seat')
  for (const { kind, object, signature } of accusation.signed) {
    if (!verify(key, signingBytes(kind, facts.genesis, object), signature)) {
      return malformed('E_CLAIM_SIGNATURE', 'the seat did not sign what it is accused of')
    }
  }
  return guilty([claim.seat], accusation.why)
}

interface Accusation {
  /** Undefined if the two do not accuse anybody. */
  readonly why: string | undefined
  readonly signed: readonly {
    readonly kind: 'dag-header' | 'statement', readonly object: Uint8Array, readonly signature: Uint8Array
  }[]
}

type ClaimOf<Kind extends Claim['kind']> = Extract<Claim, { readonly kind: Kind }>

function accuseContradiction({ first, second, ...claim }: ClaimOf<'contradiction'>): Accusation | undefined {
  return isOfSeat(claim, first) && isOfSeat(claim, second)
    ? { why: contradictionOf(first.statement, second.statement), signed: [first, second].map(toSigned) } : undefined
}

function accuseTwins({ twins, ...claim }: ClaimOf<'equivocation'>): Accusation | undefined {
  if (twins.kind === 'statements') {
    const { first, second } = twins
    if (!isOfSeat(claim, first) || !isOfSeat(claim, second)) return undefined
    const signed = [first, second].map(toSigned)
    const oneCommit = first.statement.commitIndex === second.statement.commitIndex
    const differ = statementIdOf(first.statement) !== statementIdOf(second.statement)
    return { why: oneCommit && differ ? 'two statements of one commit' : undefined, signed }
  }
  const { first, second } = twins
  if (first.header.dag !== claim.dag || first.header.author !== claim.seat) return undefined
  const signed = [first, second].map(({ header, signature }) => {
    return { kind: 'dag-header', object: encode(dagHeaderCodec, header), signature } as const
  })
  return { why: isDagEquivocation(first.header, second.header) ? 'two headers of one round' : undefined, signed }
}

/** A seat's statement names no seat: whose it is only the signature tells. */
function isOfSeat(claim: Pick<SeatClaim, 'asset' | 'epoch' | 'dag'>, { statement }: SignedStatement): boolean {
  return statement.dag === claim.dag && statement.asset === claim.asset && statement.epoch === claim.epoch
}

function toSigned({ statement, signature }: SignedStatement): Accusation['signed'][number] {
  return { kind: 'statement', object: encode(statementCodec, statement), signature }
}

function judgeBadStep(claim: BadStepClaim, facts: JudgeFacts, verify: Verify, execute: ExecuteStep): Judgement {
  const { target, genesis, asset, registration } = facts
  if (target.kind !== 'checkpoint' || claim.checkpoint !== target.id || claim.sequence !== target.statement.sequence) {
    return malformed('E_CLAIM_TARGET', 'the claim is not about this checkpoint')
  }
  const { statement, signers } = target
  const preRoot = preRootOf(claim, statement)
  if (preRoot === undefined) return malformed('E_CLAIM_LEAF', 'the leaves are not the ones of the trace')
  const { leaf } = claim.leaf
  const index = statement.firstStep + claim.place
  if (leaf.index !== index) return guilty(signers, 'a leaf names another step than its own')
  if (leaf.inputLength > STEP_INPUT_BYTES) return guilty(signers, 'an input over length')
  if (inputHashOf(claim.input) !== leaf.inputHash) return malformed('E_CLAIM_INPUT', 'the input is not the one of the leaf')
  if (claim.input.length !== leaf.inputLength) return guilty(signers, 'a leaf names another length than its input has')
  const input = decode(stepInputCodec, claim.input, STEP_INPUT_BYTES)
  if (!input.ok) return guilty(signers, 'an undecodable input was run')
  if (input.value.index !== index) return guilty(signers, 'an input names another step than its own')
  if (bytesToHex(hashOf(claim.witness)) !== preRoot) {
    return malformed('E_CLAIM_WITNESS', 'the witness is not of the root before the step')
  }
  const context = deriveAssetContext(genesis, asset, statement.engine, registration)
  if (!context.ok) return { kind: 'engine-fault', why: context.why }
  const result = execute(context.value, input.value, viewOf(claim.witness), verify)
  switch (result.kind) {
    case 'fault':
      return { kind: 'engine-fault', why: result.why }
    case 'missing':
      return malformed('E_CLAIM_MISSING', 'the witness does not show a key that the step reads')
    case 'inadmissible':
      return guilty(signers, `an inadmissible step was run: ${result.code}`)
    case 'step':
      return compare(claim.witness, result, leaf, signers)
  }
}

function compare(witness: Witness, step: ExecutedStep, leaf: TraceLeaf, signers: readonly number[]): Judgement {
  const after = update(witness, step.writes.map(({ key, value }) => {
    return value === null ? removeChange(key) : putChange(key, value)
  }))
  if (!after.ok) return malformed('E_CLAIM_MISSING', 'the witness does not show a node that the step changes')
  if (bytesToHex(hashOf(after.value)) !== leaf.root) return guilty(signers, 'a step has another root')
  if (step.effectsHash !== leaf.effectsHash) return guilty(signers, 'a step has other effects')
  return innocent('the step is what its leaf says')
}

/** Root before the step, if the leaves shown are the trace's at their places. */
function preRootOf({ place, leaf, before }: BadStepClaim, statement: Statement): Hash | undefined {
  if (!isLeafAt(leaf, place, statement)) return undefined
  if (place === 0) return before === null ? statement.preRoot : undefined
  return before !== null && isLeafAt(before, place - 1, statement) ? before.leaf.root : undefined
}

function isLeafAt({ leaf, path }: ShownLeaf, index: number, { traceRoot, stepCount }: Statement): boolean {
  return verifyInclusion({
    root: hexToBytes(traceRoot), size: stepCount, index, leafHash: leafHash(encodeTraceLeaf(leaf)), path
  })
}

function guilty(seats: readonly number[], why: string): Judgement {
  return { kind: 'guilty', seats, why }
}

function innocent(why: string): Judgement {
  return { kind: 'not-guilty', why }
}

function malformed(code: string, why: string): Judgement {
  return { kind: 'malformed', code, why }
}
