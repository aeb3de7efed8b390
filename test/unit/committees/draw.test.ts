// The draw of a committee [COM-2, COM-4]: who sits, who stays, who gives way.
import { describe, expect, it } from 'vitest'
import { type Candidate, drawCommittee, rankOf } from '#contracts/committees/draw.ts'
import { boundaryOf } from '#contracts/committees/schedule.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, BondId, PublicKey } from '#contracts/primitives/ids.ts'

const terms = { seed: hashHex('seed'), asset: hashHex<AssetId>('asset'), epoch: 1, seats: 4 }

function candidate(name: string, unit = 0): Candidate {
  const key = hashHex('key', asciiToBytes(name)) as string as PublicKey
  return { bond: hashHex<BondId>('bond', asciiToBytes(name)), unit, validator: key, rewards: key }
}

const seven = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => candidate(name))
const byRank = (epoch: number): readonly Candidate[] =>
  [...seven].sort((a, b) => (rankOf({ ...terms, epoch }, a) < rankOf({ ...terms, epoch }, b) ? -1 : 1))
const first = byRank(1).slice(0, 4)
const gone = (...who: readonly (Candidate | undefined)[]): readonly Candidate[] =>
  seven.filter(one => !who.includes(one))

describe('the first draw', () => {
  it('seats the smallest ranks, whatever the order of the candidates', () => {
    expect(drawCommittee(terms, seven, undefined)).toEqual(first)
    expect(drawCommittee(terms, [...seven].reverse(), undefined)).toEqual(first)
  })

  it('fills every seat or none', () => {
    expect(drawCommittee(terms, seven.slice(0, 3), undefined)).toBeUndefined()
    expect(drawCommittee(terms, [], undefined)).toBeUndefined()
  })

  it('gives one validator as many seats as it has units drawn', () => {
    const units = [0, 1, 2, 3].map(unit => candidate('a', unit))
    expect(new Set(drawCommittee(terms, units, undefined)?.map(one => one.unit))).toEqual(new Set([0, 1, 2, 3]))
  })

  it('depends on seed, epoch and asset', () => {
    const ranks = [
      terms,
      { ...terms, epoch: 2 },
      { ...terms, seed: hashHex('other') },
      { ...terms, asset: hashHex<AssetId>('other') }
    ]
    expect(new Set(ranks.map(one => rankOf(one, candidate('a')))).size).toBe(4)
  })
})

describe('the next draw', () => {
  const next = { ...terms, epoch: 2 }
  const previous = { seats: first, halted: false }

  it('replaces at most f members, each in its seat, and only by one that ranks better', () => {
    const drawn = drawCommittee(next, seven, previous) ?? []
    const changed = drawn.flatMap((one, seat) => (one === first[seat] ? [] : [seat]))
    expect(changed.length).toBeLessThanOrEqual(1)
    const ranked = byRank(2)
    const outsider = ranked.find(one => !first.includes(one))
    const worst = [...ranked].reverse().find(one => first.includes(one))
    const isBetter = outsider !== undefined && worst !== undefined && ranked.indexOf(outsider) < ranked.indexOf(worst)
    expect(changed).toEqual(isBetter ? [first.indexOf(worst)] : [])
  })

  it('gives the seat of a member that left to the best outsider, and no other', () => {
    const drawn = drawCommittee(next, gone(first[2]), previous) ?? []
    const outsider = byRank(2).find(one => !first.includes(one))
    expect(drawn).toEqual([first[0], first[1], outsider, first[3]])
  })

  it('draws all seats anew if fewer than 2f + 1 members remain', () => {
    const left = gone(first[0], first[1])
    const expected = byRank(2)
      .filter(one => left.includes(one))
      .slice(0, 4)
    expect(drawCommittee(next, left, previous)).toEqual(expected)
  })

  it('ranks members of a halted epoch last', () => {
    const drawn = drawCommittee(next, seven, { seats: first, halted: true }) ?? []
    const outsider = byRank(2).find(one => !first.includes(one))
    expect(drawn).toContain(outsider)
    expect(drawn.filter(one => first.includes(one))).toHaveLength(3)
  })

  it('is not made while a seat stays empty', () => {
    const members = first.slice(0, 3)
    expect(drawCommittee(next, members, previous)).toBeUndefined()
  })
})

it('an epoch ends EPOCH and MARGIN above its source [COM-4]', () => {
  expect(boundaryOf({ source: 38 }, DEV_PARAMETERS)).toBe(216)
})
