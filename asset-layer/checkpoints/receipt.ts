// What a wallet keeps of an accepted step: the certified statement, the step's leaf with its path, its input
// and its effects [DAG-7, EXE-3]. Members build it; wallets check it without the asset's state. Pure and safe
// on any bytes.
import { STEP_INPUT_BYTES } from '#contracts/assets/limits.ts'
import { type StepInput, stepInputCodec, type Verify } from '#contracts/assets/step.ts'
import {
  type Effects,
  effectsCodec,
  effectsHashOf,
  encodeTraceLeaf,
  inputHashOf,
  type TraceLeaf,
  traceLeafCodec
} from '#contracts/assets/trace.ts'
import { bytes, type Decoded, decode, record } from '#contracts/codec/codec.ts'
import { leafHash } from '#contracts/merkle/hash.ts'
import { logPathCodec, verifyInclusion } from '#contracts/merkle/log-proof.ts'
import type { MerkleLog } from '#contracts/merkle/log.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { CertifiedStatement, Statement } from '#contracts/statements/statement.ts'
import { type CertificateCode, certifiedStatementCodec, checkCertificate, type CommitteeKeys } from './certificate.ts'

/** An input of 8 kB, 64 signatures, a statement and a path. */
export const RECEIPT_BYTES = 24 * 1024

export const receiptCodec = record({
  certified: certifiedStatementCodec,
  leaf: traceLeafCodec,
  path: logPathCodec,
  input: bytes(STEP_INPUT_BYTES),
  effects: effectsCodec
})
export type Receipt = Decoded<typeof receiptCodec>

/** What a good receipt proves: a quorum answers with its collateral for this step and its outcome. */
export interface ProvenStep {
  readonly statement: Statement
  readonly leaf: TraceLeaf
  readonly input: StepInput
  readonly effects: Effects
}

export type ReceiptCode = CertificateCode | 'E_RECEIPT_PATH' | 'E_RECEIPT_INPUT' | 'E_RECEIPT_EFFECTS'

/**
 * Whether the committee's quorum vouches for the step. Never throws. That the committee is the asset's current
 * one is for the caller to know from final base state [COM-6].
 */
export function checkReceipt(
  receipt: Receipt,
  committee: CommitteeKeys,
  verify: Verify
): Verdict<ProvenStep, ReceiptCode> {
  const { certified, leaf, path, effects } = receipt
  const { statement } = certified
  const isOfTrace = verifyInclusion({
    root: hexToBytes(statement.traceRoot),
    size: statement.stepCount,
    index: leaf.index - statement.firstStep,
    leafHash: leafHash(encodeTraceLeaf(leaf)),
    path
  })
  if (!isOfTrace) return reject('E_RECEIPT_PATH', "the leaf is not in the statement's trace")
  if (leaf.inputHash !== inputHashOf(receipt.input))
    return reject('E_RECEIPT_INPUT', 'the input is not the one of the leaf')
  const input = decode(stepInputCodec, receipt.input, STEP_INPUT_BYTES)
  if (!input.ok || input.value.index !== leaf.index)
    return reject('E_RECEIPT_INPUT', 'the input is not one of this step')
  if (leaf.effectsHash !== effectsHashOf(effects))
    return reject('E_RECEIPT_EFFECTS', 'the effects are not those of the leaf')
  const checked = checkCertificate(certified, committee, verify)
  return checked.ok ? accept({ statement, leaf, input: input.value, effects }) : checked
}

/**
 * The receipt of the step at `place` of the statement's sequence; undefined if it has no such step. `log` holds
 * the leaves.
 */
export function buildReceipt(
  certified: CertifiedStatement,
  leaves: readonly TraceLeaf[],
  log: MerkleLog,
  place: number,
  step: { readonly input: Uint8Array; readonly effects: Effects }
): Receipt | undefined {
  const { stepCount } = certified.statement
  const leaf = leaves[place]
  if (leaf === undefined || place >= stepCount || stepCount > log.size) return undefined
  return { certified, leaf, path: log.inclusionProof(place, stepCount), ...step }
}
