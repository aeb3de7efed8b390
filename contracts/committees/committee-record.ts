// The members of one epoch of an asset, fixed by its source block: section `committees`, key (asset, epoch)
// [COM-4].
import { bool, type Decoded, hex32, list, nullable, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { SEATS_MAX } from '../ledger/actions/asset-register.ts'
import { hexToBytes, uintToBytes } from '../primitives/bytes.ts'
import type { AssetId, BlockId, BondId, CheckpointId, DagId, PublicKey } from '../primitives/ids.ts'

const seatCodec = record({
  bond: hex32<BondId>(),
  /** Which unit of the bond stands behind this seat [BND-6]. */
  unit: uint(),
  validator: hex32<PublicKey>(),
  rewards: hex32<PublicKey>(),
  /** Lost by a proven equivocation or contradiction, or slashed. */
  slashed: bool
})
export type CommitteeSeat = Decoded<typeof seatCodec>

export const committeeRecordCodec = record({
  /** Height of the source block. */
  source: uint(),
  /**
   * Id of the source block: known to the state only from the block after it; null in the source's own state.
   */
  sourceId: nullable(hex32<BlockId>()),
  /** source + MARGIN. */
  begins: uint(),
  engine: uint(),
  seats: list(seatCodec, SEATS_MAX),
  /** Height of the block in which the base closed this epoch; null while it did not. */
  closedAt: nullable(uint())
})
export type CommitteeRecord = Decoded<typeof committeeRecordCodec>

/** dag id = H(asset, epoch, source block id, id of the checkpoint it starts from) [COM-4]. */
export function dagIdOf(asset: AssetId, epoch: number, source: BlockId, start: CheckpointId): DagId {
  return hashHex<DagId>('dag', hexToBytes(asset), uintToBytes(epoch, 8), hexToBytes(source), hexToBytes(start))
}
