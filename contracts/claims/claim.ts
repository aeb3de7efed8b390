// What a claim says: an accusation with everything needed to judge it [CLM-1, CLM-2]. Claimants build it, claim.reveal carries
// its bytes, the judge decodes them.
import { bytes, type Decoded, decode, encode, hex32, nullable, record, uint, union } from '../codec/codec.ts'
import { SIGNATURE_BYTES } from '../crypto/signature.ts'
import { CLAIM_BYTES, type ClaimTarget } from '../ledger/actions/claim.ts'
import { SEATS_MAX } from '../ledger/actions/asset-register.ts'
import { STEP_INPUT_BYTES } from '../assets/limits.ts'
import { traceLeafCodec } from '../assets/trace.ts'
import { logPathCodec } from '../merkle/log-proof.ts'
import { witnessCodec } from '../merkle/witness.ts'
import type { AssetId, CheckpointId, DagId } from '../primitives/ids.ts'
import type { Verdict } from '../primitives/verdict.ts'
import { signedDagHeaderCodec } from '../statements/dag-header.ts'
import { statementCodec } from '../statements/statement.ts'

export const signedStatementCodec = record({
  statement: statementCodec,
  signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
})
/** A statement with one seat's signature; the seat is told beside it. */
export type SignedStatement = Decoded<typeof signedStatementCodec>

const seatFields = {
  asset: hex32<AssetId>(),
  epoch: uint(),
  dag: hex32<DagId>(),
  seat: uint(SEATS_MAX - 1)
} as const

const twoStatements = { first: signedStatementCodec, second: signedStatementCodec } as const

const twinsCodec = union({
  /** Two headers of one (dag, round, author). */
  headers: [0, record({ first: signedDagHeaderCodec, second: signedDagHeaderCodec })],
  /** Two statements of one (dag, commitIndex). */
  statements: [1, record(twoStatements)]
})

/** A leaf of the trace and the path that puts it there. */
const shownLeafCodec = record({ leaf: traceLeafCodec, path: logPathCodec })
export type ShownLeaf = Decoded<typeof shownLeafCodec>

const badStepCodec = record({
  asset: hex32<AssetId>(),
  sequence: uint(),
  checkpoint: hex32<CheckpointId>(),
  /** Place of the step in its sequence. */
  place: uint(),
  /** Encoded step input; empty if the leaf alone shows that it is over length. */
  input: bytes(STEP_INPUT_BYTES),
  leaf: shownLeafCodec,
  /** The leaf before; null for the first, which starts from the statement's preRoot. */
  before: nullable(shownLeafCodec),
  /** Of the root before the step, for every key it touches [EXE-7]. */
  witness: witnessCodec
})

/** Tags are append-only; 3 is kept for bad-input, 4 for bad-edge. */
export const claimCodec = union({
  /** One seat signed two different things where it may sign one [DAG-7]. */
  equivocation: [0, record({ ...seatFields, twins: twinsCodec })],
  /** Two statements of one seat and dag that cannot both be true [DAG-7]. */
  contradiction: [1, record({ ...seatFields, ...twoStatements })],
  /** A step whose root, effects or admissibility is a lie [CKP-4]. */
  'bad-step': [2, badStepCodec]
})
export type Claim = Decoded<typeof claimCodec>
export type BadStepClaim = Extract<Claim, { readonly kind: 'bad-step' }>
export type SeatClaim = Exclude<Claim, BadStepClaim>

export function encodeClaim(claim: Claim): Uint8Array {
  return encode(claimCodec, claim)
}

/** The claim in untrusted bytes of at most CLAIM_BYTES. Never throws. */
export function decodeClaim(from: Uint8Array): Verdict<Claim> {
  return decode(claimCodec, from, CLAIM_BYTES)
}

/** What the claim accuses: the commit's target must be the same [CLM-4]. */
export function claimTargetOf(claim: Claim): ClaimTarget {
  if (claim.kind === 'bad-step') {
    const { asset, sequence, checkpoint } = claim
    return { kind: 'checkpoint', asset, sequence, checkpoint }
  }
  const { asset, epoch, dag, seat } = claim
  return { kind: 'seat', asset, epoch, dag, seat }
}
