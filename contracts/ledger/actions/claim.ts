// claim.commit and claim.reveal: accusing a committee in two steps, so that nobody can steal the reward by copying
// [CLM-4]. The claim itself travels as bytes; contracts/claims defines and judges it.
import { amount, bytes, type Decoded, encode, hex32, nullable, record, uint, union } from '../../codec/codec.ts'
import { hashHex } from '../../crypto/hash.ts'
import type { AssetId, CheckpointId, ClaimId, DagId, Hash, PublicKey } from '../../primitives/ids.ts'
import { SEATS_MAX } from './asset-register.ts'

/** Most bytes of an encoded claim with its witness [CLM-2: typically 5 kB]. */
export const CLAIM_BYTES = 80 * 1024

export const claimTargetCodec = union({
  /** Of bad-*: a posted checkpoint. */
  checkpoint: [0, record({ asset: hex32<AssetId>(), sequence: uint(), checkpoint: hex32<CheckpointId>() })],
  /** Of equivocation and contradiction: one seat of one DAG. */
  seat: [1, record({ asset: hex32<AssetId>(), epoch: uint(), dag: hex32<DagId>(), seat: uint(SEATS_MAX - 1) })]
})
export type ClaimTarget = Decoded<typeof claimTargetCodec>

export const claimCommitCodec = record({
  target: claimTargetCodec,
  commitment: hex32<Hash>(),
  claimant: hex32<PublicKey>(),
  deposit: amount()
})
export type ClaimCommit = Decoded<typeof claimCommitCodec>

export const claimRevealCodec = record({
  /** The commit's transaction id, or null: judged all the same, pays nothing. */
  commit: nullable(hex32<ClaimId>()),
  claim: bytes(CLAIM_BYTES),
  claimant: hex32<PublicKey>(),
  salt: hex32<Hash>()
})
export type ClaimReveal = Decoded<typeof claimRevealCodec>

const commitmentCodec = record({ claim: bytes(CLAIM_BYTES), claimant: hex32<PublicKey>(), salt: hex32<Hash>() })

/** hash(claim, claimant, salt) of [CLM-4]. */
export function commitmentOf(reveal: Pick<ClaimReveal, 'claim' | 'claimant' | 'salt'>): Hash {
  const { claim, claimant, salt } = reveal
  return hashHex('claim-commitment', encode(commitmentCodec, { claim, claimant, salt }))
}
