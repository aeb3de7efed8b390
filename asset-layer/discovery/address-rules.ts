// Records that say where a validator of an asset can be reached: key, validation and choice, as the DHT runs them at every
// node [COM-3]. What is found is still only a hint: membership comes from base state.
import { hostRecordKey } from './record-key.ts'
import type { RecordRules } from '#base-layer/runtime/host.ts'
import { decode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import { equalBytes } from '#contracts/primitives/bytes.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import { reject, accept, type Verdict } from '#contracts/primitives/verdict.ts'
import {
  ADDRESS_RECORD_BYTES,
  type AddressRecord,
  addressRecordCodec,
  addressSigningBytes
} from '#contracts/statements/address-record.ts'

export const ADDRESS_NAMESPACE = 'surety-addr'

export type AddressCode = 'E_ADDRESS_FORM' | 'E_ADDRESS_SIGNATURE'

/** The record in untrusted bytes, signed by the validator it names. Never throws. */
export function checkAddressRecord(genesis: GenesisHash, from: Uint8Array): Verdict<AddressRecord, AddressCode> {
  const decoded = decode(addressRecordCodec, from, ADDRESS_RECORD_BYTES)
  if (!decoded.ok) return reject('E_ADDRESS_FORM', decoded.why)
  const { address, signature } = decoded.value
  if (!verifySignature(address.validator, addressSigningBytes(genesis, address), signature)) {
    return reject('E_ADDRESS_SIGNATURE', 'the validator did not sign the address')
  }
  return accept(decoded.value)
}

/** Pass to `createHost` as `records`; the network's genesis hash is in every signature. */
export function addressRecordRules(genesis: GenesisHash): Readonly<Record<string, RecordRules>> {
  return {
    [ADDRESS_NAMESPACE]: {
      validate: (key, value) => {
        const record = checkAddressRecord(genesis, value)
        if (!record.ok) throw new Error(record.why)
        const { asset, validator } = record.value.address
        if (!equalBytes(key, hostRecordKey(asset, validator))) throw new Error('the record is of another key')
      },
      select: (_key, values) => {
        let best = 0
        let newest = -1
        values.forEach((value, place) => {
          const decoded = decode(addressRecordCodec, value, ADDRESS_RECORD_BYTES)
          if (!decoded.ok || decoded.value.address.version <= newest) return
          newest = decoded.value.address.version
          best = place
        })
        return best
      }
    }
  }
}
