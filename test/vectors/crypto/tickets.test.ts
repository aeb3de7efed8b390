// Published vectors of the ticket arithmetic [POS-2]: U is the first 16 bytes of SHA-256 of the ASCII text.
import { describe, expect, test } from 'vitest'
import { sha256 } from '#contracts/crypto/hash.ts'
import { deriveTickets, log2Q, negLnU, ticketHash, ticketQuality } from '#contracts/crypto/tickets.ts'
import { asciiToBytes, bytesToBigint } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'

const VECTORS = [
  { text: 'a', u: 0xca978112ca1bbdcafac231b39a23dc4dn, l: 4316247796605800382n },
  { text: 'b', u: 0x3e23e8160039594a33894f6564e1b134n, l: 26116593209943121029n },
  { text: 'c', u: 0x2e7d2c03a9507ae265ecf5b5356885a5n, l: 31469457937204695120n }
] as const

describe('-ln(u) in Q64 [POS-2]', () => {
  test.each(VECTORS)('of "$text"', ({ text, u, l }) => {
    expect(bytesToBigint(sha256(asciiToBytes(text)).slice(0, 16))).toBe(u)
    expect(negLnU(u)).toBe(l)
  })

  test('is never zero, so that a ticket is never infinitely good', () => {
    expect(negLnU((1n << 128n) - 1n)).toBe(1n)
  })

  test('of the smallest u is 129 ln 2', () => {
    expect(negLnU(0n)).toBe(129n * 12786308645202655659n)
  })
})

describe('logarithms in Q32 [POS-7]', () => {
  test('log2(3)', () => {
    expect(log2Q(3n, 32)).toBe(6807362105n)
  })

  test('of powers of two are exact, below and above 2^128', () => {
    for (const bits of [0n, 1n, 64n, 127n, 128n, 129n, 300n]) expect(log2Q(1n << bits, 32)).toBe(bits << 32n)
  })

  test('ticket qualities', () => {
    expect(ticketQuality(VECTORS[0].l, 1n)).toBe(9000175263n)
    expect(ticketQuality(VECTORS[0].l, 1000n)).toBe(51802892844n)
    expect(ticketQuality(VECTORS[1].l, 1000n)).toBe(40648359757n)
    expect(ticketQuality(VECTORS[2].l, 123456789n)).toBe(112136634559n)
  })
})

// The hashes are SHA-256 over 06 'ticket' seed slot(8) peer index(1), computed apart; the sums anchor the
// consensus.
describe('ticket hashes [POS-2]', () => {
  const seed = '11'.repeat(32) as Hash
  const peer = '22'.repeat(32) as PublicKey

  test('bind seed, slot, peer and index', () => {
    expect(ticketHash(seed, 7, peer, 1)).toBe('ae8835a1699029e6a9a577eef4c437e13a81d92153f52174d8862669a9474083')
    expect(ticketHash(seed, 7, peer, 3)).toBe('ae0633634aba699c613224ceaf8ae59ff0ff6d3006ae8279b00a76c6dcf38277')
  })

  test('give three arrivals in order', () => {
    const [first, second, third] = deriveTickets(seed, 7, peer, 1000n)
    expect([first.numerator, second.numerator, third.numerator]).toEqual([
      7066374828222710036n,
      24855688088181968046n,
      31975816788454120483n
    ])
  })
})
