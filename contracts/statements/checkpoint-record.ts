// A posted checkpoint as base state holds it: section `checkpoints`, key (asset, sequence) [CKP-1 to CKP-3, CLM-4].
import { type Decoded, hex32, list, nullable, oneOf, record, uint } from '../codec/codec.ts'
import { SEATS_MAX } from '../ledger/actions/asset-register.ts'
import type { CheckpointId } from '../primitives/ids.ts'
import { statementCodec } from './statement.ts'

export const checkpointRecordCodec = record({
  id: hex32<CheckpointId>(),
  /** Null for sequence 0, the registration, whose terms the asset's record holds. */
  statement: nullable(statementCodec),
  postedAt: uint(),
  status: oneOf(['standing', 'settled', 'void']),
  /** Seats whose signatures were attached, ascending. */
  signers: list(uint(SEATS_MAX - 1), SEATS_MAX),
  /** Claim commits made inside the window and not yet revealed or lapsed; settlement waits for them [CLM-4]. */
  openCommits: uint(),
  settledAt: nullable(uint())
})
export type CheckpointRecord = Decoded<typeof checkpointRecordCodec>
