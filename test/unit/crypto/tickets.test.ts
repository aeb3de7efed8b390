// The lottery is proportional to weight and blind to splitting [POS-2]; delay and link weight follow their
// formulas [POS-4, POS-7].
import { describe, expect, test } from 'vitest'
import {
  compareTickets,
  deriveTickets,
  linkWeight,
  medianTicket,
  proposalDelayMs,
  type Ticket,
  ticketHash
} from '#contracts/crypto/tickets.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'

const seed = 'c0'.repeat(32) as Hash
const alice = 'a1'.repeat(32) as PublicKey
const bob = 'b0'.repeat(32) as PublicKey

function ticket(numerator: bigint, weight: bigint, hash = 'aa'): Ticket {
  return { peer: alice, index: 1, numerator, weight, hash: hash.repeat(32) as Hash }
}

describe('ticket hashes [POS-2]', () => {
  test('differ by seed, slot, peer and index', () => {
    const hashes = [
      ticketHash(seed, 1, alice, 1),
      ticketHash(seed, 1, alice, 2),
      ticketHash(seed, 1, alice, 3),
      ticketHash(seed, 2, alice, 1),
      ticketHash(seed, 1, bob, 1),
      ticketHash('c1'.repeat(32) as Hash, 1, alice, 1),
      ticketHash(seed, 2 ** 32 + 1, alice, 1)
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

describe('a peer has three tickets a slot [POS-2]', () => {
  test('each later than the one before, under one weight', () => {
    for (let slot = 0; slot < 50; slot++) {
      const [first, second, third] = deriveTickets(seed, slot, alice, 1000n)
      expect([first.index, second.index, third.index]).toEqual([1, 2, 3])
      expect(compareTickets(first, second)).toBeLessThan(0)
      expect(compareTickets(second, third)).toBeLessThan(0)
    }
  })

  test('and none without weight', () => {
    expect(() => deriveTickets(seed, 1, alice, 0n)).toThrow('weight')
  })
})

describe('tickets compare as exact fractions [POS-2]', () => {
  test('where a division would see no difference', () => {
    const huge = 1n << 70n
    expect(compareTickets(ticket(huge, huge + 1n), ticket(huge + 1n, huge + 2n))).toBeLessThan(0)
    expect(compareTickets(ticket(huge + 1n, huge + 2n), ticket(huge, huge + 1n))).toBeGreaterThan(0)
  })

  test('and equal ones by hash', () => {
    expect(compareTickets(ticket(1n, 2n, 'aa'), ticket(2n, 4n, 'bb'))).toBeLessThan(0)
    expect(compareTickets(ticket(1n, 2n, 'bb'), ticket(2n, 4n, 'aa'))).toBeGreaterThan(0)
    expect(compareTickets(ticket(1n, 2n), ticket(1n, 2n))).toBe(0)
  })
})

describe('the median ticket [POS-7]', () => {
  const tickets = [ticket(5n, 1n, '05'), ticket(2n, 1n, '02'), ticket(9n, 1n, '09'), ticket(3n, 1n, '03')]

  test('is the second smallest, in whatever order they come', () => {
    expect(medianTicket(tickets)).toBe(tickets[3])
    expect(medianTicket([...tickets].reverse())).toBe(tickets[3])
    expect(medianTicket(new Set(tickets))).toBe(tickets[3])
  })

  test('is absent with fewer than two', () => {
    expect(medianTicket([])).toBeUndefined()
    expect(medianTicket([ticket(1n, 1n)])).toBeUndefined()
  })

  test('does not count one ticket twice', () => {
    const best = ticket(1n, 1n, '01')
    expect(medianTicket([best, { ...best }, best])).toBeUndefined()
    expect(medianTicket([best, ticket(7n, 1n, '07'), { ...best }])?.numerator).toBe(7n)
  })
})

describe('the proposal delay [POS-4]', () => {
  const one = 1n << 64n

  test('is delta times the expected rank, rounded down', () => {
    expect(proposalDelayMs(one, 1000n, 1000n, 2000)).toBe(2000)
    expect(proposalDelayMs(one, 1000n, 100n, 2000)).toBe(20_000)
    expect(proposalDelayMs(one / 2n, 1000n, 999n, 2000)).toBe(1001)
    expect(proposalDelayMs(one - 1n, 1000n, 1000n, 2000)).toBe(1999)
    expect(proposalDelayMs(1n, 1n, 1n, 2000)).toBe(0)
  })

  test('never leaves the safe integers', () => {
    expect(proposalDelayMs(one * 89n, 1n << 62n, 1n, 2000)).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('is for peers of some weight', () => {
    expect(() => proposalDelayMs(one, 1n, 0n, 2000)).toThrow('weight')
  })
})

describe('the weight of a link [POS-7]', () => {
  const one = 1n << 64n

  test('is C when the median arrives at 1 / total', () => {
    expect(linkWeight(ticket(one, 1024n), 1024n, 10)).toBe(10n << 32n)
  })

  test('grows by a bit when the median is twice as good', () => {
    expect(linkWeight(ticket(one / 2n, 1024n), 1024n, 10)).toBe(11n << 32n)
    expect(linkWeight(ticket(one, 2048n), 1024n, 10)).toBe(11n << 32n)
  })

  test('is never negative, and nothing without a median', () => {
    expect(linkWeight(ticket(one << 10n, 1024n), 1024n, 10)).toBe(0n)
    expect(linkWeight(ticket(one << 20n, 1024n), 1024n, 10)).toBe(0n)
    expect(linkWeight(undefined, 1024n, 10)).toBe(0n)
  })
})

describe('the lottery over 1000 slots [POS-2]', () => {
  const SLOTS = 1000
  const weights = { alice: 100n, bob: 200n, carol: 300n, dave: 400n }
  const whole = Object.entries(weights).map(([owner, weight]) => ({ owner, weight, peer: peerOf(owner) }))
  const split = whole.flatMap(entry =>
    entry.owner !== 'dave'
      ? [entry]
      : Array.from({ length: 8 }, (_, i) => ({ owner: 'dave', weight: 50n, peer: peerOf(`dave ${i}`) }))
  )
  const wholeSlots = drawSlots(whole)
  const splitSlots = drawSlots(split)

  test('gives the best ticket in proportion to weight', () => {
    expect(chiSquare(wholeSlots, 1)).toBeLessThan(LIMIT)
  })

  test('gives the three best seats in proportion to weight', () => {
    expect(chiSquare(wholeSlots, 3)).toBeLessThan(LIMIT)
  })

  test('gives the same to an owner split in eight', () => {
    expect(chiSquare(splitSlots, 1)).toBeLessThan(LIMIT)
    expect(chiSquare(splitSlots, 3)).toBeLessThan(LIMIT)
  })

  test('would not be blind to splitting if a peer had one ticket only', () => {
    const firstOnly = wholeSlots.map(slot => slot.filter(entry => entry.ticket.index === 1))
    expect(chiSquare(firstOnly, 3)).toBeGreaterThan(LIMIT)
  })

  interface Entry {
    readonly owner: string
    readonly ticket: Ticket
  }

  function drawSlots(peers: readonly { owner: string; weight: bigint; peer: PublicKey }[]): readonly Entry[][] {
    return Array.from({ length: SLOTS }, (_, slot) =>
      peers
        .flatMap(({ owner, weight, peer }) =>
          deriveTickets(seed, slot, peer, weight).map(drawn => ({ owner, ticket: drawn }))
        )
        .sort((a, b) => compareTickets(a.ticket, b.ticket))
    )
  }

  /**
   * Pearson's statistic of who holds the best `seats` seats; they are independent draws, so three degrees of
   * freedom.
   */
  function chiSquare(slots: readonly (readonly Entry[])[], seats: number): number {
    let statistic = 0
    for (const [owner, weight] of Object.entries(weights)) {
      const seen = slots.flatMap(slot => slot.slice(0, seats)).filter(entry => entry.owner === owner).length
      const expected = (SLOTS * seats * Number(weight)) / 1000
      statistic += (seen - expected) ** 2 / expected
    }
    return statistic
  }
})

/** The 99.9 % quantile of chi-square with three degrees of freedom. */
const LIMIT = 16.27

function peerOf(name: string): PublicKey {
  return hashHex('test-peer', asciiToBytes(name)) as string as PublicKey
}
