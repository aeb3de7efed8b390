// What makes a vote and a certificate count, for state (certificates a block carries) and consensus (those received or
// collected) alike [FIN-1, FIN-2]. Whether a source is justified and a target lies on a chain is the caller's to know.
import { verifySignature } from '../crypto/signature.ts'
import type { Parameters } from '../ledger/parameters.ts'
import type { GenesisHash, PublicKey } from '../primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '../primitives/verdict.ts'
import { lastHeightOf, type PeriodTable } from './period-table.ts'
import { type Certificate, isSamePeriod, isSamePoint, type SignedVote, type Vote, voteSigningBytes } from './vote.ts'

export type PeriodLengths = Pick<Parameters, 'lag' | 'period'>
export type VoteCode = 'E_VOTE_PERIOD' | 'E_VOTE_ROOT' | 'E_VOTE_EPOCH' | 'E_VOTE_HEIGHT'
export type CertificateCode =
  | VoteCode
  | 'E_CERTIFICATE_ORDER'
  | 'E_CERTIFICATE_STRANGER'
  | 'E_CERTIFICATE_WEIGHT'
  | 'E_CERTIFICATE_SIGNATURE'

/**
 * What can be said of a vote without a chain [FIN-1]: the root is {0, L_(j-1), id}, the target's
 * epoch is later than the source's, heights do not fall from root to source to target to L_j, equal
 * heights mean equal blocks, and only the root has epoch 0. Which block a recovered period starts
 * from is in its file, and its targets lie above it [FIN-9].
 */
export function checkVote(vote: Vote, p: PeriodLengths): Verdict<Vote, VoteCode> {
  const { period, recovery, root, source, target } = vote
  const first = period === 0 ? 0 : lastHeightOf(period - 1, p)
  if (root.epoch !== 0 || (recovery === null && root.height !== first)) {
    return reject('E_VOTE_ROOT', 'the root is not the last block of the period before')
  }
  if (target.epoch <= source.epoch) return reject('E_VOTE_EPOCH', 'the target is not later than the source')
  if (source.epoch === 0 && !isSamePoint(source, root)) return reject('E_VOTE_EPOCH', 'only the root has epoch 0')
  if (source.height < root.height || target.height < source.height || target.height > lastHeightOf(period, p)) {
    return reject('E_VOTE_HEIGHT', 'heights do not rise from the root to the last of the period')
  }
  if (recovery !== null && target.height === root.height) {
    return reject('E_VOTE_HEIGHT', 'a recovered period finalises from the block after its root on')
  }
  const strays =
    (source.height === root.height && source.id !== root.id) ||
    (target.height === source.height && target.id !== source.id)
  return strays ? reject('E_VOTE_HEIGHT', 'two blocks at one height cannot follow each other') : accept(vote)
}

/** Weight of distinct peers in a table; those it does not list weigh nothing. */
export function weightOf(table: PeriodTable, peers: Iterable<PublicKey>): bigint {
  let weight = 0n
  for (const peer of new Set(peers)) weight += table.byPeer.get(peer)?.weight ?? 0n
  return weight
}

/** More than two thirds of the table [FIN-1]. */
export function isQuorum(table: PeriodTable, weight: bigint): boolean {
  return 3n * weight > 2n * table.total
}

/** More than half of a table or of the board: `likely`, a chief, a recovery file [FIN-1, GOV-1, FIN-9]. */
export function isMajority(table: Pick<PeriodTable, 'total'>, weight: bigint): boolean {
  return 2n * weight > table.total
}

/**
 * A certificate whose signatures are known to be good: the vote's form, the table's period, distinct peers in
 * order, and more than two thirds of the table [FIN-1, FIN-2]. `isPeer` tells registered peers without weight,
 * whose votes may be carried for their standing alone [POS-9]; nobody else outside the table may be listed.
 */
export function checkCertificateWeight(
  table: PeriodTable,
  certificate: Certificate,
  p: PeriodLengths,
  isPeer: (peer: PublicKey) => boolean = () => false
): Verdict<Certificate, CertificateCode> {
  const vote = checkVote(certificate.vote, p)
  if (!vote.ok) return vote
  if (!isSamePeriod(certificate.vote, table)) return reject('E_VOTE_PERIOD', 'another period than the table')
  const voters = checkVoters(table, certificate.votes, isPeer)
  if (!voters.ok) return voters
  const weight = weightOf(
    table,
    certificate.votes.map(entry => entry.peer)
  )
  if (!isQuorum(table, weight)) return reject('E_CERTIFICATE_WEIGHT', 'two thirds of the table or less')
  return accept(certificate)
}

/** Distinct peers in order of key, each in the table or known to `isPeer`. */
export function checkVoters(
  table: PeriodTable,
  votes: Certificate['votes'],
  isPeer: (peer: PublicKey) => boolean
): Verdict<undefined, 'E_CERTIFICATE_ORDER' | 'E_CERTIFICATE_STRANGER'> {
  let previous = ''
  for (const { peer } of votes) {
    if (peer <= previous) return reject('E_CERTIFICATE_ORDER', 'peers are not in ascending order')
    previous = peer
    if (!table.byPeer.has(peer) && !isPeer(peer)) return reject('E_CERTIFICATE_STRANGER', 'a vote of no peer')
  }
  return accept()
}

/** The same and every signature [FIN-1]; signatures come last because they cost most. */
export function checkCertificate(
  table: PeriodTable,
  certificate: Certificate,
  genesis: GenesisHash,
  p: PeriodLengths,
  isPeer: (peer: PublicKey) => boolean = () => false
): Verdict<Certificate, CertificateCode> {
  const weighed = checkCertificateWeight(table, certificate, p, isPeer)
  if (!weighed.ok) return weighed
  return checkCertificateSignatures(certificate, genesis) ?? weighed
}

/** A rejection if any signature of the certificate is not its peer's; undefined if all are good. */
export function checkCertificateSignatures(
  certificate: Certificate,
  genesis: GenesisHash
): Rejection<'E_CERTIFICATE_SIGNATURE'> | undefined {
  const message = voteSigningBytes(genesis, certificate.vote)
  for (const { peer, signature } of certificate.votes) {
    if (!verifySignature(peer, message, signature)) {
      return reject('E_CERTIFICATE_SIGNATURE', `not signed by ${peer.slice(0, 8)}`)
    }
  }
  return undefined
}

/**
 * The fewest votes that pass two thirds, largest first: what a wallet is given [PRF-7]. Votes
 * that a block carries for their peers' standing alone are left out, so a checker needs the
 * table and nothing else. Unchanged without a quorum.
 */
export function fewestVotes(table: PeriodTable, certificate: Certificate): Certificate {
  const weightAt = (peer: PublicKey): bigint => table.byPeer.get(peer)?.weight ?? 0n
  // Equal weights keep the order of peers: sort is stable.
  const heaviest = [...certificate.votes].sort((a, b) => {
    const difference = weightAt(b.peer) - weightAt(a.peer)
    return difference > 0n ? 1 : difference < 0n ? -1 : 0
  })
  const chosen = new Set<PublicKey>()
  let weight = 0n
  for (const { peer } of heaviest) {
    if (isQuorum(table, weight)) break
    chosen.add(peer)
    weight += weightAt(peer)
  }
  if (!isQuorum(table, weight)) return certificate
  return { ...certificate, votes: certificate.votes.filter(({ peer }) => chosen.has(peer)) }
}

/** True if the vote is signed by its peer [SIG-2]. */
export function isSignedVote(signed: SignedVote, genesis: GenesisHash): boolean {
  return verifySignature(signed.peer, voteSigningBytes(genesis, signed.vote), signed.signature)
}
