// The terms a bond accepts: bond and registration together are the contract [BND-1].
import { encode } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { type AssetRegister, assetRegisterCodec } from '../ledger/actions/asset-register.ts'
import type { Parameters } from '../ledger/parameters.ts'
import type { Hash } from '../primitives/ids.ts'

/** One in so many of a peer's bond is the least collateral of a seat. */
const COLLATERAL_PART = 1000n

/** Least collateral of a seat, in atoms: every draw ranks every unit, so units must not be had for nothing. */
export function leastCollateral({ peerBondAtoms }: Pick<Parameters, 'peerBondAtoms'>): bigint {
  return peerBondAtoms / COLLATERAL_PART
}

/** Hash of the registration, which bond.post names as `terms`. */
export function termsHashOf(registration: AssetRegister): Hash {
  return hashHex('terms', encode(assetRegisterCodec, registration))
}
