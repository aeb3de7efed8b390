// bond.post, bond.leave, bond.release: opting into assets with collateral and leaving again [BND-1, BND-2]. All take
// lists, so that opting into many assets is one act. Authority: post, the owner of the inputs; leave, release, the
// bonds' owner.
import { type Decoded, hex32, list, record, uint } from '../../codec/codec.ts'
import { hashHex } from '../../crypto/hash.ts'
import { hexToBytes, uintToBytes } from '../../primitives/bytes.ts'
import type { AssetId, BondId, Hash, PublicKey, TransactionId } from '../../primitives/ids.ts'

/** Most bonds of one transaction. */
export const BONDS_PER_ACTION = 64
/** Most units of collateral of one bond; each is one candidate for a seat. */
export const UNITS_PER_BOND = 64

export const bondPostCodec = record({
  bonds: list(
    record({
      asset: hex32<AssetId>(),
      validator: hex32<PublicKey>(),
      owner: hex32<PublicKey>(),
      rewards: hex32<PublicKey>(),
      /** Hash of the registration it accepts: bond and registration together are the contract [BND-1]. */
      terms: hex32<Hash>(),
      units: uint(UNITS_PER_BOND)
    }),
    BONDS_PER_ACTION,
    1
  )
})
export type BondPost = Decoded<typeof bondPostCodec>
export type BondTerms = BondPost['bonds'][number]

const bondIds = list(hex32<BondId>(), BONDS_PER_ACTION, 1)
export const bondLeaveCodec = record({ bonds: bondIds })
export const bondReleaseCodec = record({ bonds: bondIds })
export type BondLeave = Decoded<typeof bondLeaveCodec>
export type BondRelease = Decoded<typeof bondReleaseCodec>

/** Id of the bond that a transaction posts at `index` of its list; also the id of its balance [LED-1]. */
export function bondIdOf(transaction: TransactionId, index: number): BondId {
  return hashHex<BondId>('bond', hexToBytes(transaction), uintToBytes(index, 4))
}
