// Finality votes and certificates [FIN-1]: what a peer signs once per finality epoch, and what more than two thirds
// of a period's table make of it. Certificates are not unique: nothing hashes one into state.
import { bytes, type Decoded, encode, hex32, list, nullable, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import type { BlockId, GenesisHash, Hash, PublicKey } from '../primitives/ids.ts'

/** A block as seen by finality: the same block may be the target of several epochs. */
export const finalityPointCodec = record({ epoch: uint(), height: uint(), id: hex32<BlockId>() })
export type FinalityPoint = Decoded<typeof finalityPointCodec>

export const voteCodec = record({
  period: uint(),
  /** Id of the recovery file whose table takes the place of the period's own; null without one [FIN-9]. */
  recovery: nullable(hex32<Hash>()),
  /**
   * Justified as epoch 0: {0, L_(j-1), id}, the last block of the
   * period before, or the block that a recovery names.
   */
  root: finalityPointCodec,
  source: finalityPointCodec,
  target: finalityPointCodec
})
export type Vote = Decoded<typeof voteCodec>

/** Which table's votes these are: a recovered period is another than the one whose place it takes [FIN-9]. */
export type PeriodId = Pick<Vote, 'period' | 'recovery'>

export function isSamePeriod(a: PeriodId, b: PeriodId): boolean {
  return a.period === b.period && a.recovery === b.recovery
}

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

/** One hash for one link: what a chain knows a vote by once it has justified the target [POS-9]. */
export function linkHashOf(vote: Vote): Hash {
  return hashHex('vote-link', encode(voteCodec, vote))
}

export function isSamePoint(a: FinalityPoint, b: FinalityPoint): boolean {
  return a.epoch === b.epoch && a.height === b.height && a.id === b.id
}

export function isSameVote(a: Vote, b: Vote): boolean {
  return (
    isSamePeriod(a, b) &&
    isSamePoint(a.root, b.root) &&
    isSamePoint(a.source, b.source) &&
    isSamePoint(a.target, b.target)
  )
}

/**
 * True if no honest peer signs both [FIN-4]: one period, and equal target epochs with different votes, one link
 * surrounding the other, or different roots. Heights and ancestry do not matter.
 */
export function contradicts(a: Vote, b: Vote): boolean {
  if (!isSamePeriod(a, b)) return false
  if (!isSamePoint(a.root, b.root)) return true
  if (a.target.epoch === b.target.epoch) return !isSameVote(a, b)
  return surrounds(a, b) || surrounds(b, a)
}

function surrounds(outer: Vote, inner: Vote): boolean {
  return outer.source.epoch < inner.source.epoch && inner.target.epoch < outer.target.epoch
}

/** All a peer must remember of its votes so as never to contradict them: the last vote, whichever it was [FIN-7]. */
export interface VoteMark extends PeriodId {
  /** Id of the root it voted from in that period. */
  readonly root: BlockId
  readonly sourceEpoch: number
  readonly targetEpoch: number
}

export function voteMarkOf(vote: Vote): VoteMark {
  const { period, recovery, root, source, target } = vote
  return { period, recovery, root: root.id, sourceEpoch: source.epoch, targetEpoch: target.epoch }
}

/**
 * Whether a peer whose last vote left this mark may sign `vote` [FIN-4, FIN-7]: later target, in the same
 * period no earlier source and the same root; never an earlier period, and of the tables of one period the
 * recovered one last, for a mark of the second could not tell of the first [FIN-9]. A chain of votes each
 * allowed by the one before holds no two that contradict each other.
 */
export function mayVote(mark: VoteMark | undefined, vote: Vote): boolean {
  if (mark === undefined) return true
  if (vote.period < mark.period || vote.target.epoch <= mark.targetEpoch) return false
  if (vote.period > mark.period) return true
  if (vote.recovery !== mark.recovery) return mark.recovery === null
  return vote.source.epoch >= mark.sourceEpoch && vote.root.id === mark.root
}
