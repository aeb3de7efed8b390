// name.commit and name.claim: taking a free name in two steps, so that whoever watches what
// is sent cannot take it first [NAM-2]. Authority: commit, whoever pays; claim, the owner,
// since what the name points to is not in the commitment.
import { type Decoded, hex32, record } from '../../codec/codec.ts'
import { nameCodec } from '../../names/name.ts'
import { nameTargetsCodec } from '../../names/name-record.ts'
import type { Hash, PublicKey } from '../../primitives/ids.ts'

/** nameCommitmentOf(name, owner, salt). */
export const nameCommitCodec = record({ commitment: hex32<Hash>() })
export type NameCommit = Decoded<typeof nameCommitCodec>

export const nameClaimCodec = record({
  name: nameCodec,
  owner: hex32<PublicKey>(),
  salt: hex32<Hash>(),
  targets: nameTargetsCodec
})
export type NameClaim = Decoded<typeof nameClaimCodec>
