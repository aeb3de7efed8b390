// What of a finality vote a chain's state has kept and may still take [POS-9]: read by block production, which
// looks for votes to add, and by the rules that add them.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { PublicKey, Slot } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'
import { linkHashOf, PEERS_MAX, type PeriodId, type Vote } from '#contracts/statements/vote.ts'
import { type EpochVotes, voterTest } from './epoch-votes.ts'
import type { Reader } from './period-tables.ts'

/** The parts of a state that votes are read from. */
export interface VotesView {
  readonly get: Reader
  votingTable(period: PeriodId): PeriodTable | undefined
  isPeer(peer: PublicKey): boolean
}

/** The votes kept for this link, or undefined if it is not one whose votes are kept. */
export function keptVotes(get: Reader, vote: Vote): EpochVotes | undefined {
  const votes = get('finality', { kind: 'votes', epoch: vote.target.epoch })
  return votes?.kind === 'votes' && votes.link === linkHashOf(vote) ? votes : undefined
}

/** At most VOTE_AGE epochs before the block of this slot that carries it. */
export function isYoung({ slotMs, finalityEpochMs, voteAge }: Parameters, vote: Vote, slot: Slot): boolean {
  return Math.floor((slot * slotMs) / finalityEpochMs) - vote.target.epoch <= voteAge
}

/**
 * Of these peers, in order of key, those whose votes for this link the state knows, still takes and does not have:
 * as many as one certificate holds, those of the table first, and of others no more than there is room for.
 */
export function votersLacking(view: VotesView, vote: Vote, peers: Iterable<PublicKey>): readonly PublicKey[] {
  const kept = keptVotes(view.get, vote)
  if (kept === undefined) return []
  const table = present(view.votingTable(kept), 'votes are kept with their table')
  const hasVoted = voterTest(kept, table)
  const lacking = [...peers].filter(peer => !hasVoted(peer)).sort(compareText)
  const weighed = lacking.filter(peer => table.byPeer.has(peer))
  const room = PEERS_MAX - Math.max(kept.others.length, weighed.length)
  const others = lacking.filter(peer => !table.byPeer.has(peer) && view.isPeer(peer)).slice(0, room)
  return [...weighed, ...others].sort(compareText)
}
