// What a claim says: an accusation with everything needed to judge it [CLM-1, CLM-2]. Claimants build it,
// claim.reveal carries its bytes, the judge decodes them.
import { LOG_ENTRY_BYTES, STEP_INPUT_BYTES } from '../assets/limits.ts'
import { bytes, type Decoded, decode, encode, hex32, nullable, record, uint, union } from '../codec/codec.ts'
import { SIGNATURE_BYTES } from '../crypto/signature.ts'
import { SEATS_MAX } from '../ledger/actions/asset-register.ts'
import { CLAIM_BYTES, type ClaimTarget } from '../ledger/actions/claim.ts'
import { logPathCodec } from '../merkle/log-proof.ts'
import { witnessCodec } from '../merkle/witness.ts'
import type { AssetId, CheckpointId, DagId } from '../primitives/ids.ts'
import type { Verdict } from '../primitives/verdict.ts'
import { signedDagHeaderCodec } from '../statements/dag-header.ts'
import { statementCodec } from '../statements/statement.ts'
import { shownLeafCodec } from './shown-leaf.ts'

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

const checkpointFields = {
  asset: hex32<AssetId>(),
  sequence: uint(),
  checkpoint: hex32<CheckpointId>()
} as const

const stepFields = {
  ...checkpointFields,
  /** Place of the step in its sequence. */
  place: uint(),
  /** Encoded step input; empty if the leaf alone shows that it is over length. */
  input: bytes(STEP_INPUT_BYTES),
  leaf: shownLeafCodec
} as const

/** The leaf before a step; null for the first, which starts from the statement's preRoot. */
const beforeCodec = nullable(shownLeafCodec)
const twoStatements = { first: signedStatementCodec, second: signedStatementCodec } as const
/** An encoded entry of the base log with its path to the head as of the checkpoint's posting. */
const shownEntry = { entry: bytes(LOG_ENTRY_BYTES), path: logPathCodec } as const

const twinsCodec = union({
  /** Two headers of one (dag, round, author). */
  headers: [0, record({ first: signedDagHeaderCodec, second: signedDagHeaderCodec })],
  /** Two statements of one (dag, commitIndex). */
  statements: [1, record(twoStatements)]
})

const inputLieCodec = union({
  /**
   * The item is not the one that the base log holds at its index; no bytes and no path if the log holds none
   * there.
   */
  entry: [0, record(shownEntry)],
  /** An instruction ran while this item, of its base height or lower, was next in the log. */
  waiting: [1, record({ before: beforeCodec, witness: witnessCodec, ...shownEntry })],
  /** The base height is outside of what the sequence spans. */
  height: [2, record({})],
  /** The base height is below that of the step before. */
  order: [3, record({ before: shownLeafCodec, beforeInput: bytes(STEP_INPUT_BYTES) })]
})

const edgeCodec = union({
  /** The root after the last step is not postRoot. */
  last: [0, record({ leaf: shownLeafCodec })],
  /**
   * The state at postRoot has another log cursor, exits or outbox than stated; the witness shows at least one
   * of them.
   */
  state: [1, record({ witness: witnessCodec })]
})

/**
 * What two statements of one sequence say of its step at `place`: the leaf in the trace of each, or null where the step
 * is the last of its statement, whose postRoot then speaks for it.
 */
const shownPairCodec = record({ place: uint(), first: nullable(shownLeafCodec), second: nullable(shownLeafCodec) })
export type ShownPair = Decoded<typeof shownPairCodec>

/** Tags are append-only. */
export const claimCodec = union({
  /** One seat signed two different things where it may sign one [DAG-7]. */
  equivocation: [0, record({ ...seatFields, twins: twinsCodec })],
  /** Two statements of one seat and dag that cannot both be true; `shown` is null if they alone tell [DAG-7]. */
  contradiction: [1, record({ ...seatFields, ...twoStatements, shown: nullable(shownPairCodec) })],
  /**
   * A step whose root, effects or admissibility is a lie [CKP-4]. `witness` is of the root before the step, for
   * every key the step touches [EXE-7].
   */
  'bad-step': [2, record({ ...stepFields, before: beforeCodec, witness: witnessCodec })],
  /** A step whose input is not what base state says [CKP-4]. */
  'bad-input': [3, record({ ...stepFields, lie: inputLieCodec })],
  /** A statement that its own last leaf or state refutes [CKP-4]. */
  'bad-edge': [4, record({ ...checkpointFields, edge: edgeCodec })]
})
export type Claim = Decoded<typeof claimCodec>
export type ClaimOf<Kind extends Claim['kind']> = Extract<Claim, { readonly kind: Kind }>
/** Claims against one seat of one DAG, and against all signers of a checkpoint. */
export type SeatClaim = ClaimOf<'equivocation' | 'contradiction'>
export type CheckpointClaim = Exclude<Claim, SeatClaim>

export function encodeClaim(claim: Claim): Uint8Array {
  return encode(claimCodec, claim)
}

/** The claim in untrusted bytes of at most CLAIM_BYTES. Never throws. */
export function decodeClaim(from: Uint8Array): Verdict<Claim> {
  return decode(claimCodec, from, CLAIM_BYTES)
}

/** What the claim accuses: the commit's target must be the same [CLM-4]. */
export function claimTargetOf(claim: Claim): ClaimTarget {
  if (claim.kind === 'equivocation' || claim.kind === 'contradiction') {
    const { asset, epoch, dag, seat } = claim
    return { kind: 'seat', asset, epoch, dag, seat }
  }
  const { asset, sequence, checkpoint } = claim
  return { kind: 'checkpoint', asset, sequence, checkpoint }
}
