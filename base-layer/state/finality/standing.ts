// Standing [POS-9]: which votes a chain carries for whom, in certificates and in later additions to them, and who of
// the registered peers has voted often enough at a snapshot. Called where certificates and periods are applied.
import type { Height, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, assert, present, reject, type Rejection, type Verdict } from '#contracts/primitives/verdict.ts'
import { checkCertificateSignatures, checkVoters } from '#contracts/statements/certificate.ts'
import { type Certificate, linkHashOf, type PeriodId, type Vote } from '#contracts/statements/vote.ts'
import { type EpochVotes, noVoters, votersOf, voterTest, withVotes } from './epoch-votes.ts'
import { isYoung, keptVotes } from './late-votes.ts'
import { type Reader, readVotingTable } from './period-tables.ts'
import type { PeerRecord } from '../trees/sections.ts'
import type { Work } from '../work.ts'

/** Keeps who voted for a link that a certificate in this block has justified, unless the votes are too old to count. */
export function recordVotes(work: Work, { vote, votes }: Certificate): void {
  const { epoch } = vote.target
  if (!isYoung(work.parameters, vote, work.slot) || work.get('finality', { kind: 'votes', epoch }) !== undefined) return
  const table = present(readerOf(work).votingTable(vote), 'a certificate that counts has a table')
  const empty: EpochVotes = {
    link: linkHashOf(vote),
    period: vote.period,
    recovery: vote.recovery,
    final: work.parent.recordedFinal.height,
    voters: noVoters(table),
    others: []
  }
  const kept = withVotes(
    empty,
    table,
    votes.map(one => one.peer)
  )
  work.put('finality', { kind: 'votes', epoch }, { kind: 'votes', ...present(kept, 'a certificate fits') })
  const epochs = [...windowOf(readerOf(work)), epoch].sort((a, b) => a - b)
  const gone = epochs.slice(0, Math.max(0, epochs.length - work.parameters.standingWindow))
  for (const old of gone) work.remove('finality', { kind: 'votes', epoch: old })
  work.put('finality', { kind: 'window' }, { kind: 'window', epochs: epochs.slice(gone.length) })
}

/** True if this link is one whose votes the chain keeps: a certificate of it can only add votes. */
export function isRecordedLink(work: Work, vote: Vote): boolean {
  return keptVotes(readerOf(work).get, vote) !== undefined
}

/** Adds votes to a link that is justified already: they need no quorum, but each must be young, new and good. */
export function addLateVotes(work: Work, { vote, votes }: Certificate): Verdict<undefined> {
  const { chain, parent, parameters } = work
  const reader = readerOf(work)
  const kept = present(keptVotes(reader.get, vote), 'a link whose votes are kept')
  const table = present(reader.votingTable(kept), 'votes are kept with their table')
  if (!isYoung(parameters, vote, work.slot)) return reject('E_CERT_OLD', 'votes are older than VOTE_AGE epochs')
  const voters = checkVoters(table, votes, peer => parent.isPeer(peer))
  if (!voters.ok) return voters
  const peers = votes.map(one => one.peer)
  if (peers.some(voterTest(kept, table))) return KNOWN
  const grown = withVotes(kept, table, peers)
  if (grown === undefined) return reject('E_CERT_FULL', 'no more votes of peers without weight are kept')
  const fault = checkCertificateSignatures({ vote, votes }, chain.genesis)
  if (fault !== undefined) return fault
  work.put('finality', { kind: 'votes', epoch: vote.target.epoch }, { kind: 'votes', ...grown })
  return accept()
}

/**
 * Who is in standing: voted in at least half of the epochs kept whose justification came after its registration was
 * recorded final, of which there are at least STANDING_MIN. While nothing is justified the window stays as it is, and
 * with it everyone's standing.
 */
export function deriveStanding(work: Work): (peer: PublicKey, record: PeerRecord) => boolean {
  const registered = new Map<PublicKey, Height>()
  for (const [peer, { registeredAt }] of work.entries('peers')) registered.set(peer, registeredAt)
  const reader = readerOf(work)
  const finals: Height[] = []
  const voted = new Map<PublicKey, number>()
  for (const epoch of windowOf(reader)) {
    const votes = reader.get('finality', { kind: 'votes', epoch })
    assert(votes?.kind === 'votes', 'every epoch of the window has its votes')
    finals.push(votes.final)
    const table = present(reader.votingTable(votes), 'votes are kept with their table')
    for (const peer of votersOf(votes, table)) {
      const since = registered.get(peer)
      if (since !== undefined && since <= votes.final) voted.set(peer, (voted.get(peer) ?? 0) + 1)
    }
  }
  return (peer, { registeredAt }) => {
    const owed = finals.filter(final => registeredAt <= final).length
    return owed >= work.parameters.standingMin && 2 * (voted.get(peer) ?? 0) >= owed
  }
}

export const KNOWN: Rejection = reject('E_CERT_KNOWN', 'the chain has recorded this already')

interface TableReader {
  readonly get: Reader
  votingTable(period: PeriodId): ReturnType<typeof readVotingTable>
}

function readerOf(work: Work): TableReader {
  const get: Reader = (section, key) => work.get(section, key)
  return { get, votingTable: period => readVotingTable(get, period) }
}

function windowOf({ get }: TableReader): readonly number[] {
  const window = get('finality', { kind: 'window' })
  return window?.kind === 'window' ? window.epochs : []
}
