// A bond as base state holds it: section `bonds`, key bond id; its atoms are the balance of the same id [BND-1,
// LED-1].
import { amount, bool, type Decoded, hex32, list, nullable, oneOf, record, uint } from '../codec/codec.ts'
import { UNITS_PER_BOND } from '../ledger/actions/bond.ts'
import type { AssetId, Hash, PublicKey } from '../primitives/ids.ts'

const unitCodec = record({
  /** Epoch of the asset this unit is reserved to, or null [BND-6]. */
  epoch: nullable(uint()),
  slashed: bool
})

export const bondRecordCodec = record({
  asset: hex32<AssetId>(),
  validator: hex32<PublicKey>(),
  owner: hex32<PublicKey>(),
  rewards: hex32<PublicKey>(),
  terms: hex32<Hash>(),
  atomsPerUnit: amount(),
  units: list(unitCodec, UNITS_PER_BOND),
  status: oneOf(['active', 'leaving', 'released']),
  postedAt: uint(),
  /** Newest epoch any unit was seated in; 0 if never. */
  lastEpoch: uint(),
  leftAt: nullable(uint())
})
export type BondRecord = Decoded<typeof bondRecordCodec>
