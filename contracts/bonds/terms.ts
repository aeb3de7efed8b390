// The terms a bond accepts: bond and registration together are the contract [BND-1].
import { encode } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { type AssetRegister, assetRegisterCodec } from '../ledger/actions/asset-register.ts'
import type { Hash } from '../primitives/ids.ts'

/** Hash of the registration, which bond.post names as `terms`. */
export function termsHashOf(registration: AssetRegister): Hash {
  return hashHex('terms', encode(assetRegisterCodec, registration))
}
