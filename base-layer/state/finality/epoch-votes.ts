// Who voted in one justified epoch, as a chain's state keeps it for standing [POS-9]: a bit for each entry of the
// period's table, and the keys of registered peers without weight.
import { bytes, type Decoded, hex32, list, nullable, record, uint } from '#contracts/codec/codec.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'
import { PEERS_MAX } from '#contracts/statements/vote.ts'

export const epochVotesCodec = record({
  /** Hash of the vote they all signed. */
  link: hex32<Hash>(),
  period: uint(),
  recovery: nullable(hex32<Hash>()),
  /** Recorded final height before the block that justified the epoch: who registered later owes no vote for it. */
  final: uint(),
  /** A bit for each entry of the period's table, the lowest of the first byte first. */
  voters: bytes(Math.ceil(PEERS_MAX / 8)),
  /** Ascending. */
  others: list(hex32<PublicKey>(), PEERS_MAX)
})
export type EpochVotes = Decoded<typeof epochVotesCodec>

/** Tells of a peer whether its vote is kept. */
export function voterTest(votes: EpochVotes, table: PeriodTable): (peer: PublicKey) => boolean {
  const others = new Set(votes.others)
  return peer => {
    const place = placeOf(table, peer)
    return place < 0 ? others.has(peer) : bitAt(votes.voters, place)
  }
}

/** With the votes of these peers, or undefined if the list of peers without weight would be longer than it may. */
export function withVotes(votes: EpochVotes, table: PeriodTable, peers: Iterable<PublicKey>): EpochVotes | undefined {
  const voters = Uint8Array.from(votes.voters)
  const others = new Set(votes.others)
  for (const peer of peers) {
    const place = placeOf(table, peer)
    if (place < 0) others.add(peer)
    else voters[place >> 3] = (voters[place >> 3] ?? 0) | (1 << (place & 7))
  }
  return others.size > PEERS_MAX ? undefined : { ...votes, voters, others: [...others].sort(compareText) }
}

/** Nobody's votes yet. */
export function noVoters(table: PeriodTable): Uint8Array {
  return new Uint8Array(Math.ceil(table.entries.length / 8))
}

/** Everyone whose vote is kept. */
export function* votersOf(votes: EpochVotes, table: PeriodTable): Generator<PublicKey, undefined> {
  for (const [place, { peer }] of table.entries.entries()) if (bitAt(votes.voters, place)) yield peer
  yield* votes.others
}

function bitAt(voters: Uint8Array, place: number): boolean {
  return (((voters[place >> 3] ?? 0) >> (place & 7)) & 1) === 1
}

/** Entries are in order of peer. */
function placeOf(table: PeriodTable, peer: PublicKey): number {
  let [low, high] = [0, table.entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const at = table.entries[middle]
    if (at !== undefined && at.peer < peer) low = middle + 1
    else high = middle
  }
  return table.entries[low]?.peer === peer ? low : -1
}
