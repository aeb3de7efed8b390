// The draw of a committee from the bonded units [COM-2, COM-4]: pure, so that anyone can repeat it from base
// state. The state transition calls it at every possible source block.
import { hashBytes } from '../crypto/hash.ts'
import { bytesToHex, compareText, hexToBytes, uintToBytes } from '../primitives/bytes.ts'
import type { AssetId, BondId, Hash, PublicKey } from '../primitives/ids.ts'
import { assert, present } from '../primitives/verdict.ts'
import { faultsOf } from './quorum.ts'

/** One unit of collateral that may take a seat. */
export interface Candidate {
  readonly bond: BondId
  readonly unit: number
  readonly validator: PublicKey
  readonly rewards: PublicKey
}

export interface DrawTerms {
  readonly seed: Hash
  readonly asset: AssetId
  /** The epoch that is drawn for. */
  readonly epoch: number
  /** n = 3f + 1. */
  readonly seats: number
}

/** A unit seated in the epoch before, by its place there. */
export type SeatedUnit = Pick<Candidate, 'bond' | 'unit'>

export interface PreviousEpoch {
  readonly seats: readonly SeatedUnit[]
  /** The base closed it for want of progress: its members rank last. */
  readonly halted: boolean
}

/**
 * The members of an epoch in order of seat, or undefined if the candidates do not fill every seat. Candidates
 * are units that may serve: bonded in time, not slashed, leaving, reserved elsewhere or out of their seat.
 * Members stay in their seats; those who are gone, then those who rank worse than an outsider, give way, at
 * most f together; if fewer than 2f + 1 are left, all seats are drawn anew.
 */
export function drawCommittee(
  terms: DrawTerms,
  candidates: readonly Candidate[],
  previous: PreviousEpoch | undefined
): readonly Candidate[] | undefined {
  if (candidates.length < terms.seats) return undefined
  const sitting = new Set(previous?.seats.map(nameOf))
  const ranked = rankCandidates(terms, candidates, previous?.halted === true ? sitting : new Set())
  const byName = new Map(ranked.map((candidate, place) => [nameOf(candidate), { candidate, place }]))
  const stay = previous?.seats.map(seat => byName.get(nameOf(seat))) ?? []
  const faults = faultsOf(terms.seats)
  if (stay.filter(member => member !== undefined).length < 2 * faults + 1) return ranked.slice(0, terms.seats)
  assert(stay.length === terms.seats, 'an asset keeps its number of seats')
  return rotate(
    stay,
    ranked.filter(candidate => !sitting.has(nameOf(candidate))),
    byName,
    faults
  )
}

/**
 * Rank = H(seed, asset, epoch, bond, unit) XOR H(asset), smallest first: distance in a space drawn anew each
 * epoch [COM-2].
 */
export function rankOf(terms: Omit<DrawTerms, 'seats'>, { bond, unit }: SeatedUnit): string {
  const { seed, asset, epoch } = terms
  const place = hashBytes(
    'rank',
    hexToBytes(seed),
    hexToBytes(asset),
    uintToBytes(epoch, 8),
    hexToBytes(bond),
    uintToBytes(unit, 4)
  )
  const origin = hashBytes('rank-origin', hexToBytes(asset))
  return bytesToHex(place.map((byte, i) => byte ^ present(origin[i], 'hashes of one length')))
}

function rankCandidates(
  terms: DrawTerms,
  candidates: readonly Candidate[],
  last: ReadonlySet<string>
): readonly Candidate[] {
  const keyed = candidates.map(candidate => {
    const prefix = last.has(nameOf(candidate)) ? '1' : '0'
    return { candidate, rank: prefix + rankOf(terms, candidate) }
  })
  return keyed.sort((a, b) => compareText(a.rank, b.rank)).map(one => one.candidate)
}

interface Ranked {
  readonly candidate: Candidate
  readonly place: number
}

function rotate(
  stay: readonly (Ranked | undefined)[],
  outsiders: readonly Candidate[],
  byName: ReadonlyMap<string, Ranked>,
  faults: number
): readonly Candidate[] | undefined {
  const seats = [...stay]
  const waiting = outsiders.map(one => present(byName.get(nameOf(one)), 'ranked'))
  for (let given = 0; given < faults; given++) {
    const newcomer = waiting[given]
    const gone = seats.indexOf(undefined)
    const worst = gone >= 0 ? gone : worstSeat(seats)
    const loser = seats[worst]
    if (newcomer === undefined || (loser !== undefined && loser.place < newcomer.place)) break
    seats[worst] = newcomer
  }
  const members = seats.flatMap(seat => (seat === undefined ? [] : [seat.candidate]))
  return members.length === seats.length ? members : undefined
}

/** The seat of the member that ranks last. */
function worstSeat(seats: readonly (Ranked | undefined)[]): number {
  const places = seats.map(seat => seat?.place ?? -1)
  return places.indexOf(Math.max(...places))
}

function nameOf({ bond, unit }: SeatedUnit): string {
  return `${bond}/${unit}`
}
