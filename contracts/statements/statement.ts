// What a committee member signs after executing a commit [DAG-7], and what a checkpoint is once a quorum signed it and
// somebody posted it [CKP-1]. The id hashes exactly the statement.
import { type Decoded, encode, hex32, oneOf, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { signingBytes } from '../crypto/signature.ts'
import type { SeatSignatures } from '../ledger/actions/checkpoint-post.ts'
import type { AssetId, CheckpointId, DagId, GenesisHash, Hash } from '../primitives/ids.ts'

export const statementCodec = record({
  asset: hex32<AssetId>(),
  epoch: uint(),
  dag: hex32<DagId>(),
  /** From 1 in each dag. */
  commitIndex: uint(),
  /** Runs on over epochs; 0 is the registration. */
  sequence: uint(),
  /** The checkpoint of the sequence before. */
  previous: hex32<CheckpointId>(),
  engine: uint(),
  /** The commit's base height [DAG-5]. */
  baseHeight: uint(),
  /** Log items consumed up to here. */
  logConsumed: uint(),
  /** Index of the sequence's first step. */
  firstStep: uint(),
  /** Steps of the open sequence so far. */
  stepCount: uint(),
  /** RFC 9162 root over the sequence's trace leaves alone. */
  traceRoot: hex32<Hash>(),
  preRoot: hex32<Hash>(),
  postRoot: hex32<Hash>(),
  exitCount: uint(),
  exitsRoot: hex32<Hash>(),
  outboxRoot: hex32<Hash>(),
  closes: oneOf(['open', 'interval', 'cap', 'epoch'])
})
export type Statement = Decoded<typeof statementCodec>

/** A statement with the signatures of a quorum of distinct seats, in order of seat. */
export interface CertifiedStatement {
  readonly statement: Statement
  readonly signatures: SeatSignatures
}

/** The statement's id; a posted checkpoint's id is its statement's [CKP-1]. */
export function statementIdOf(statement: Statement): CheckpointId {
  return hashHex<CheckpointId>('statement', encode(statementCodec, statement))
}

export function statementSigningBytes(genesis: GenesisHash, statement: Statement): Uint8Array {
  return signingBytes('statement', genesis, encode(statementCodec, statement))
}
