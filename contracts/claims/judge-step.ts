// Judges a step by executing it again on its witness [CLM-2, CKP-4]. What is proven is compared with what was
// signed; a witness that shows too little proves nothing [CLM-3].
import { STEP_INPUT_BYTES } from '../assets/limits.ts'
import { deriveAssetContext } from '../assets/registry.ts'
import { viewOf } from '../assets/state-view.ts'
import { type ExecutedStep, type ExecuteStep, stepInputCodec, type Verify } from '../assets/step.ts'
import { inputHashOf, type TraceLeaf } from '../assets/trace.ts'
import { decode } from '../codec/codec.ts'
import { hashOf } from '../merkle/node.ts'
import { putChange, removeChange } from '../merkle/sparse-tree.ts'
import { update } from '../merkle/update.ts'
import type { Witness } from '../merkle/witness.ts'
import { bytesToHex } from '../primitives/bytes.ts'
import type { ClaimOf } from './claim.ts'
import { type CheckpointTarget, guilty, innocent, type JudgeFacts, type Judgement, malformed } from './judgement.ts'
import { isLeafAt, preRootOf } from './shown-leaf.ts'

/** Judges bad-step. */
export function judgeStep(
  claim: ClaimOf<'bad-step'>,
  target: CheckpointTarget,
  facts: JudgeFacts,
  verify: Verify,
  execute: ExecuteStep
): Judgement {
  const { statement, signers } = target
  const preRoot = preRootOf(statement, claim.place, claim.before)
  if (preRoot === undefined || !isLeafAt(claim.leaf, claim.place, statement)) {
    return malformed('E_CLAIM_LEAF', 'the leaves are not the ones of the trace')
  }
  const { leaf } = claim.leaf
  const index = statement.firstStep + claim.place
  if (leaf.index !== index) return guilty(signers, 'a leaf names another step than its own')
  if (leaf.inputLength > STEP_INPUT_BYTES) return guilty(signers, 'an input over length')
  if (inputHashOf(claim.input) !== leaf.inputHash)
    return malformed('E_CLAIM_INPUT', 'the input is not the one of the leaf')
  if (claim.input.length !== leaf.inputLength) return guilty(signers, 'a leaf names another length than its input has')
  const input = decode(stepInputCodec, claim.input, STEP_INPUT_BYTES)
  if (!input.ok) return guilty(signers, 'an undecodable input was run')
  if (input.value.index !== index) return guilty(signers, 'an input names another step than its own')
  if (bytesToHex(hashOf(claim.witness)) !== preRoot) {
    return malformed('E_CLAIM_WITNESS', 'the witness is not of the root before the step')
  }
  const context = deriveAssetContext(facts.genesis, facts.asset, statement.engine, facts.registration)
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
  const after = update(
    witness,
    step.writes.map(({ key, value }) => {
      return value === null ? removeChange(key) : putChange(key, value)
    })
  )
  if (!after.ok) return malformed('E_CLAIM_MISSING', 'the witness does not show a node that the step changes')
  if (bytesToHex(hashOf(after.value)) !== leaf.root) return guilty(signers, 'a step has another root')
  if (step.effectsHash !== leaf.effectsHash) return guilty(signers, 'a step has other effects')
  return innocent('the step is what its leaf says')
}
