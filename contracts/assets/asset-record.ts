// An asset as base state holds it: section `assets`, key asset id [AST-1, AST-2, COM-4].
import { type Decoded, hex32, nullable, oneOf, record, uint } from '../codec/codec.ts'
import { assetRegisterCodec } from '../ledger/actions/asset-register.ts'
import type { Hash } from '../primitives/ids.ts'

export const ASSET_STATUSES = [
  'registered',
  'staffing',
  'live',
  'halted',
  'restaffing',
  'wound-up',
  'retiring',
  'retired',
  'lapsed'
] as const
export type AssetStatus = (typeof ASSET_STATUSES)[number]

export const assetRecordCodec = record({
  registration: assetRegisterCodec,
  registeredAt: uint(),
  /** Root of the template's first state: postRoot of sequence 0. */
  firstRoot: hex32<Hash>(),
  status: oneOf(ASSET_STATUSES),
  /** Height of the block that brought this status. */
  since: uint(),
  /** Newest epoch that has a source; 0 before the first. */
  epoch: uint(),
  /** Height from which a draw may be a source after the base closed an epoch; null while none is closed. */
  redrawFrom: nullable(uint()),
  /** Epoch current by height: the newest whose beginning is reached and that is not closed; 0 if none. */
  current: uint(),
  /** Height at which the current epoch began: INBOX and IDLE deadlines count no earlier [VAL-3]. */
  liveSince: uint(),
  /** Newest standing or settled sequence; 0 is the registration. */
  sequence: uint(),
  /** Newest settled sequence. */
  settled: uint()
})
export type AssetRecord = Decoded<typeof assetRecordCodec>
