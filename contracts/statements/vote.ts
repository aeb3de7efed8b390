// Finality votes and certificates [FIN-1]: what a peer signs once per finality epoch, and what more than two thirds of a
// period's table make of it. Certificates are not unique: nothing hashes one into state.
import { bytes, type Decoded, encode, hex32, list, record, uint } from '../codec/codec.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import type { BlockId, GenesisHash, PublicKey } from '../primitives/ids.ts'

/** A block as seen by finality: the same block may be the target of several epochs. */
export const finalityPointCodec = record({ epoch: uint(), height: uint(), id: hex32<BlockId>() })
export type FinalityPoint = Decoded<typeof finalityPointCodec>

export const voteCodec = record({
  period: uint(),
  /** {0, L_(j-1), id}: the last block of the period before, justified as epoch 0. */
  root: finalityPointCodec,
  source: finalityPointCodec,
  target: finalityPointCodec
})
export type Vote = Decoded<typeof voteCodec>

const signature = bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
export const signedVoteCodec = record({ vote: voteCodec, peer: hex32<PublicKey>(), signature })
export type SignedVote = Decoded<typeof signedVoteCodec>

/** Most peers of a table [POS-1]. */
export const PEERS_MAX = 1000

export const certificateCodec = record({
  vote: voteCodec,
  /** Distinct peers in ascending order of key. */
  votes: list(record({ peer: hex32<PublicKey>(), signature }), PEERS_MAX, 1)
})
/** More than two thirds of the table on one link from source to target. */
export type Certificate = Decoded<typeof certificateCodec>

export function voteSigningBytes(genesis: GenesisHash, vote: Vote): Uint8Array {
  return signingBytes('vote', genesis, encode(voteCodec, vote))
}

export function isSamePoint(a: FinalityPoint, b: FinalityPoint): boolean {
  return a.epoch === b.epoch && a.height === b.height && a.id === b.id
}
