// Which certificates the next block of a chain carries [FIN-8]: those that say something its chain has not
// recorded, without votes that it may not hold. Called by finality when this node proposes.
import { type Certificate, type FinalityPoint, isSamePeriod, isSamePoint } from '#contracts/statements/vote.ts'
import type { ChainView } from './transition.ts'
import { heaviestVotes } from './vote-pool.ts'

/**
 * Of `stored`, the earliest target first, those that a block on this state can carry, in order: each from a source
 * that its chain recorded as justified or that one before it justifies, to a target on this chain that it has not.
 */
export function chooseCarried(
  stored: Iterable<Certificate>,
  state: ChainView,
  isOnChain: (target: FinalityPoint) => boolean
): readonly Certificate[] {
  const points = [...state.justified]
  const chosen: Certificate[] = []
  for (const certificate of stored) {
    const { vote } = certificate
    if (!isSamePeriod(vote, state.finalityPeriod) || points.some(point => point.epoch >= vote.target.epoch)) continue
    if (!points.some(point => isSamePoint(point, vote.source)) || !isOnChain(vote.target)) continue
    chosen.push(readableOn(state, certificate))
    points.push(vote.target)
  }
  return chosen
}

/**
 * Without votes of peers that this chain does not know or that are
 * beyond what one certificate holds: the heaviest stay.
 */
function readableOn(state: ChainView, certificate: Certificate): Certificate {
  const table = state.votingTable(certificate.vote)
  const known = certificate.votes.filter(({ peer }) => table?.byPeer.has(peer) === true || state.isPeer(peer))
  return { ...certificate, votes: heaviestVotes(known, table) }
}
