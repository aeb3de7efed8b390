// Addresses name their chain and refuse what was mistyped or meant for another [KEY-2].
import { bech32, bech32m } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AddressKind, decodeAddress, encodeAddress } from '#contracts/crypto/address.ts'
import type { GenesisHash, Hash } from '#contracts/primitives/ids.ts'

const genesis = '0badc0de'.repeat(8) as GenesisHash
const otherGenesis = 'ff'.repeat(32) as GenesisHash
const id = 'ab'.repeat(32) as Hash
const address = encodeAddress({ prefix: 'surety', kind: 'wallet', genesis, id })

function payload(change: (bytes: Uint8Array) => Uint8Array | undefined): string {
  const bytes = bech32m.decodeToBytes(address).bytes
  return bech32m.encodeFromBytes('surety', change(bytes) ?? bytes)
}

describe('an address [KEY-2]', () => {
  test('keeps its form', () => {
    expect(address).toMatch(/^surety1qqq/)
    expect(address).toHaveLength(74)
    expect(address).toBe('surety1qqqqhtwqm646h2at4w46h2at4w46h2at4w46h2at4w46h2at4w46h2at4w46ksks74a')
  })

  test('gives back its parts, for every kind and prefix', () => {
    for (const kind of ['wallet', 'asset', 'node'] as const satisfies readonly AddressKind[]) {
      for (const prefix of ['surety', 'stest', 'sdev', 'isle2']) {
        const text = encodeAddress({ prefix, kind, genesis, id })
        const value = { prefix, kind, genesisTag: '0badc0de', id }
        expect(decodeAddress(text, { prefix, genesis })).toEqual({ ok: true, value })
        expect(decodeAddress(text)).toEqual({ ok: true, value })
        expect(decodeAddress(text.toUpperCase())).toEqual({ ok: true, value })
      }
    }
  })

  test('is not made from parts that are not well formed', () => {
    expect(() => encodeAddress({ prefix: 'Surety', kind: 'wallet', genesis, id })).toThrow('prefix')
    expect(() => encodeAddress({ prefix: 's', kind: 'wallet', genesis, id })).toThrow('prefix')
    expect(() => encodeAddress({ prefix: 'surety', kind: 'wallet', genesis, id: '00'.repeat(32) as Hash })).toThrow(
      'id'
    )
    expect(() => encodeAddress({ prefix: 'surety', kind: 'wallet', genesis: 'ab' as GenesisHash, id })).toThrow('id')
  })
})

describe('what is not an address is refused with its reason [KEY-2]', () => {
  test('E_ADDRESS_OTHER_CHAIN for another prefix or another genesis', () => {
    expect(decodeAddress(address, { prefix: 'stest' })).toMatchObject({ code: 'E_ADDRESS_OTHER_CHAIN' })
    expect(decodeAddress(address, { genesis: otherGenesis })).toMatchObject({ code: 'E_ADDRESS_OTHER_CHAIN' })
    expect(decodeAddress(address, { prefix: 'surety', genesis: otherGenesis })).toMatchObject({
      code: 'E_ADDRESS_OTHER_CHAIN'
    })
  })

  test('E_ADDRESS_CHECKSUM for each single wrong character, and for the older checksum', () => {
    for (let at = 7; at < address.length; at++) {
      const wrong = address[at] === 'q' ? 'p' : 'q'
      const text = address.slice(0, at) + wrong + address.slice(at + 1)
      expect(decodeAddress(text), text).toMatchObject({ ok: false, code: 'E_ADDRESS_CHECKSUM' })
    }
    const older = bech32.encodeFromBytes('surety', bech32m.decodeToBytes(address).bytes)
    expect(decodeAddress(older)).toMatchObject({ code: 'E_ADDRESS_CHECKSUM' })
    expect(decodeAddress(address.slice(0, -1))).toMatchObject({ code: 'E_ADDRESS_CHECKSUM' })
    expect(decodeAddress(address.replace('surety', 'surely'))).toMatchObject({ code: 'E_ADDRESS_CHECKSUM' })
  })

  test('E_ADDRESS_FORMAT for mixed case, foreign characters, spaces, bare ids and excess length', () => {
    const mixed = address.slice(0, 20) + address.slice(20).toUpperCase()
    for (const text of ['', '1', mixed, ` ${address}`, `${address}\n`, id, `${address}${'q'.repeat(20)}`]) {
      expect(decodeAddress(text), text).toMatchObject({ ok: false, code: 'E_ADDRESS_FORMAT' })
    }
    expect(decodeAddress(address.replace(/.$/, 'b'))).toMatchObject({ code: 'E_ADDRESS_FORMAT' })
    // The Kelvin sign lowers to k and must not pass for it.
    expect(decodeAddress(address.toUpperCase().replace('K', '\u212a'))).toMatchObject({ ok: false })
  })

  test('E_ADDRESS_FORMAT for a shorter or longer payload and for the zero id', () => {
    expect(decodeAddress(payload(bytes => bytes.slice(0, 37)))).toMatchObject({ code: 'E_ADDRESS_FORMAT' })
    expect(decodeAddress(payload(bytes => Uint8Array.of(...bytes, 1)))).toMatchObject({ code: 'E_ADDRESS_FORMAT' })
    expect(decodeAddress(payload(() => new Uint8Array(0)))).toMatchObject({ code: 'E_ADDRESS_FORMAT' })
    expect(decodeAddress(payload(bytes => bytes.fill(0, 6)))).toMatchObject({ code: 'E_ADDRESS_FORMAT' })
  })

  test('E_ADDRESS_FORMAT for padding bits that are not zero, so that an id has one address', () => {
    const words = bech32m.decode(address as `surety1${string}`).words
    words[words.length - 1] = (words[words.length - 1] ?? 0) | 1
    expect(decodeAddress(bech32m.encode('surety', words))).toMatchObject({ code: 'E_ADDRESS_FORMAT' })
  })

  test('E_ADDRESS_VERSION and E_ADDRESS_KIND for what a later program may write', () => {
    expect(decodeAddress(payload(bytes => bytes.fill(1, 0, 1)))).toMatchObject({ code: 'E_ADDRESS_VERSION' })
    expect(decodeAddress(payload(bytes => bytes.fill(3, 1, 2)))).toMatchObject({ code: 'E_ADDRESS_KIND' })
  })

  test('never with a throw, and what is read encodes to the same text', () => {
    const near = fc
      .tuple(fc.nat(73), fc.string({ maxLength: 2 }))
      .map(([at, put]) => address.slice(0, at) + put + address.slice(at + put.length))
    const property = fc.property(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 100 })), text => {
      const verdict = decodeAddress(text)
      if (!verdict.ok) return
      const tail = verdict.value.genesisTag.repeat(8) as GenesisHash
      expect(encodeAddress({ ...verdict.value, genesis: tail })).toBe(text.toLowerCase())
    })
    fc.assert(property, { seed: 7, numRuns: 1000 })
  })
})
