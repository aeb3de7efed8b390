// Address records: what the DHT keeps, refuses and prefers [COM-3].
import { describe, expect, it } from 'vitest'
import { peerOf } from '#asset-layer/discovery/address-book.ts'
import { addressRecordRules, checkAddressRecord } from '#asset-layer/discovery/address-rules.ts'
import { hostRecordKey } from '#asset-layer/discovery/record-key.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import type { AssetId, GenesisHash } from '#contracts/primitives/ids.ts'
import { type Address, addressRecordCodec, addressSigningBytes } from '#contracts/statements/address-record.ts'

const genesis = hashHex<GenesisHash>('test-genesis')
const asset = hashHex<AssetId>('test-asset')
const other = hashHex<AssetId>('test-other')
const secret = hashBytes('test-secret')
const validator = derivePublicKey(secret)
const here = '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'
const rules = addressRecordRules(genesis)['surety-addr']

function record(change: Partial<Address> = {}, by = secret, chain = genesis): Uint8Array {
  const address: Address = { asset, validator, version: 1, addresses: [here], ...change }
  return encode(addressRecordCodec, { address, signature: signMessage(by, addressSigningBytes(chain, address)) })
}

const validate = (value: Uint8Array, key = hostRecordKey(asset, validator)): void => {
  void rules?.validate(key, value)
}

describe('COM-3: an address record', () => {
  it('is kept under its asset and validator', () => expect(() => validate(record())).not.toThrow())
  it.each([
    ['of another asset', record({ asset: other })],
    ['signed by someone else', record({}, hashBytes('test-mallory'))],
    ['of another network', record({}, secret, hashHex<GenesisHash>('test-elsewhere'))],
    ['that is cut off', record().subarray(0, 60)],
    ['of noise', hashBytes('noise')],
    ['of nothing', new Uint8Array(0)]
  ])('%s is refused', (_what, value) => expect(() => validate(value)).toThrow())
  it('under the key of another validator is refused', () => {
    const key = hostRecordKey(asset, derivePublicKey(hashBytes('test-bob')))
    expect(() => validate(record(), key)).toThrow()
  })
  it('gives way to one of a higher version', () => {
    const values = [record({ version: 3 }), record({ version: 9 }), record({ version: 5 }), hashBytes('noise')]
    expect(rules?.select(hostRecordKey(asset, validator), values)).toBe(1)
  })
  it('has its codes', () => {
    expect(checkAddressRecord(genesis, hashBytes('noise'))).toMatchObject({ code: 'E_ADDRESS_FORM' })
    expect(checkAddressRecord(genesis, record({}, hashBytes('test-mallory')))).toMatchObject({
      code: 'E_ADDRESS_SIGNATURE'
    })
  })
})

describe('the peer of an address', () => {
  it('is the one that all addresses end in', () => {
    expect(peerOf([here, here.replace('4001', '4002')])).toBe('12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo')
  })
  it('is nobody if they differ or name none', () => {
    expect(peerOf([here, `${here}1`])).toBeUndefined()
    expect(peerOf(['/ip4/127.0.0.1/tcp/4001'])).toBeUndefined()
    expect(peerOf([])).toBeUndefined()
  })
})
