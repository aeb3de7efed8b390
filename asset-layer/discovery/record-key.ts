// Where a validator's address record of one asset lives in the DHT [COM-3].
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'

export function hostRecordKey(asset: AssetId, validator: PublicKey): Uint8Array {
  return asciiToBytes(`/surety-addr/${asset}/${validator}`)
}
