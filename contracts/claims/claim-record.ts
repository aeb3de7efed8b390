// Claims as base state holds them: section `claims`. Key ('commit', id) is one claimant's commit; key
// ('conviction', asset, sequence) or ('conviction', dag, seat) is what a proven one left to be paid [CLM-4, BND-5].
import { amount, bool, type Decoded, hex32, nullable, oneOf, record, uint } from '../codec/codec.ts'
import { claimTargetCodec } from '../ledger/actions/claim.ts'
import type { ClaimId, Hash, PublicKey } from '../primitives/ids.ts'

export const claimCommitRecordCodec = record({
  target: claimTargetCodec,
  commitment: hex32<Hash>(),
  claimant: hex32<PublicKey>(),
  /** Who gets the deposit back: the owner of the commit's inputs. */
  refund: hex32<PublicKey>(),
  deposit: amount(),
  feeAtoms: amount(),
  committedAt: uint(),
  /** Order of commits within their block. */
  place: uint(),
  status: oneOf(['committed', 'proven', 'refuted', 'malformed', 'lapsed', 'returned']),
  /** Height of the reveal, if any. */
  revealedAt: nullable(uint()),
  revealFeeAtoms: amount()
})
export type ClaimCommitRecord = Decoded<typeof claimCommitRecordCodec>

export const convictionRecordCodec = record({
  target: claimTargetCodec,
  /** Height of the first valid reveal; paid REVEAL ticks later. */
  provenAt: uint(),
  /** Collateral taken; held as a balance under the conviction's key until paid. */
  slashed: amount(),
  paid: bool,
  paidTo: nullable(hex32<PublicKey>()),
  /** The earliest commit among those revealed in time, once paid. */
  paidCommit: nullable(hex32<ClaimId>()),
  reward: amount(),
  burnt: amount()
})
export type ConvictionRecord = Decoded<typeof convictionRecordCodec>
