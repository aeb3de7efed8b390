// The arithmetic of what wrongdoing costs and who gets it [BND-5, CLM-4, FIN-4, POS-5]. All amounts in atoms.
import { quorumOf } from '../committees/quorum.ts'
import type { AssetRegister } from '../ledger/actions/asset-register.ts'
import type { ClaimTarget } from '../ledger/actions/claim.ts'

/** One in so many of the expected reward is a claim's deposit [CLM-4]. */
const DEPOSIT_PART = 20n
/** One in so many of a burnt peer bond goes to whoever posted the evidence [FIN-4]. */
const FINDER_PART = 20n
/** One in so many of a peer bond burns for a double acknowledgement or proposal: ACK_PENALTY [POS-5]. */
const PENALTY_PART = 100n

/**
 * At most one in so many of what was taken comes back as fees. Whoever accuses itself chooses the fees of its own
 * transactions, and earns them in a block it proposes: without a bound its collateral would come back as fees.
 */
const FEES_PART = 20n

export interface ConvictionShares {
  /** Fees of the paid commit and reveal, up to a twentieth, and half of the rest, rounded down [BND-5]. */
  readonly claimant: bigint
  readonly burnt: bigint
}

/** How collateral taken is shared out; `fees` are those of the paid commit and its reveal. */
export function shareConviction(slashed: bigint, fees: bigint): ConvictionShares {
  const most = slashed / FEES_PART
  const repaid = fees < most ? fees : most
  const claimant = repaid + (slashed - repaid) / 2n
  return { claimant, burnt: slashed - claimant }
}

/**
 * Least deposit of a claim: 1/20 of the expected reward, which is half of the collateral it would take, rounded
 * up.
 */
export function claimDepositMin(
  terms: Pick<AssetRegister, 'seats' | 'collateralPerSeat'>,
  target: ClaimTarget['kind']
): bigint {
  const seats = target === 'checkpoint' ? quorumOf(terms.seats) : 1
  const reward = (terms.collateralPerSeat * BigInt(seats)) / 2n
  return (reward + DEPOSIT_PART - 1n) / DEPOSIT_PART
}

/** A peer bond that two votes cost: all of it, a part of which the finder gets [FIN-4]. */
export function shareVoteEvidence(bondAtoms: bigint): { readonly finder: bigint; readonly burnt: bigint } {
  const finder = bondAtoms / FINDER_PART
  return { finder, burnt: bondAtoms - finder }
}

/** What a double acknowledgement or proposal burns of a peer bond [POS-5]. */
export function ackPenaltyOf(bondAtoms: bigint): bigint {
  return bondAtoms / PENALTY_PART
}
