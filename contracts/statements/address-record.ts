// Where a validator can be reached: signed, versioned, published in the DHT under the asset's key, and believed only
// after a check against the committee in final base state [COM-3].
import { bytes, type Decoded, encode, hex32, list, record, text, uint } from '../codec/codec.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import type { AssetId, GenesisHash, PublicKey } from '../primitives/ids.ts'

export const ADDRESSES_MAX = 8
export const ADDRESS_RECORD_BYTES = 2048

export const addressCodec = record({
  asset: hex32<AssetId>(),
  validator: hex32<PublicKey>(),
  /** Newer wins: milliseconds since genesis when it was made. */
  version: uint(),
  /** Multiaddresses that end in the peer id. */
  addresses: list(text(256), ADDRESSES_MAX, 1)
})
export type Address = Decoded<typeof addressCodec>

export const addressRecordCodec = record({ address: addressCodec, signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES) })
export type AddressRecord = Decoded<typeof addressRecordCodec>

export function addressSigningBytes(genesis: GenesisHash, address: Address): Uint8Array {
  return signingBytes('address', genesis, encode(addressCodec, address))
}
