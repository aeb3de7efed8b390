// Which certificates the next block of a chain carries [FIN-8]: those that say something its chain has not
// recorded, without votes that it may not hold. Called by finality when this node proposes.
import {
  type Certificate,
  type FinalityPoint,
  isSamePeriod,
  isSamePoint,
  type Vote
} from '#contracts/statements/vote.ts'
import type { ChainView } from './transition.ts'
import { heaviestVotes } from './vote-pool.ts'

/**
 * Of `stored`, those that a block on this state can carry, in order: each from a source that its chain recorded as
 * justified or that one before it justifies, to a target on this chain, and saying something new. The earliest target
 * first; then what came late, of a target older than one that the chain recorded meanwhile: whoever saw it may have
 * gone on to the next period by it, where the chain and all others must follow [FIN-2].
 */
export function chooseCarried(
  stored: Iterable<Certificate>,
  state: ChainView,
  isOnChain: (target: FinalityPoint) => boolean
): readonly Certificate[] {
  const points = [...state.justified]
  let { recordedFinal } = state
  const chosen: Certificate[] = []
  const late: Certificate[] = []
  const choose = (certificate: Certificate): void => {
    const { vote } = certificate
    if (!points.some(point => isSamePoint(point, vote.source)) || !isOnChain(vote.target)) return
    if (!saysSomethingNew(vote, { justified: points, recordedFinal })) return
    chosen.push(readableOn(state, certificate))
    points.push(vote.target)
    if (isFinalising(vote, recordedFinal)) recordedFinal = vote.source
  }
  for (const certificate of stored) {
    const { vote } = certificate
    if (!isSamePeriod(vote, state.finalityPeriod)) continue
    if (points.some(point => point.epoch >= vote.target.epoch)) late.push(certificate)
    else choose(certificate)
  }
  for (const certificate of late) choose(certificate)
  return chosen
}

/** Whether a chain in the period of this link has not recorded what it says: its target, or that its source is final. */
export function saysSomethingNew(
  vote: Vote,
  { justified, recordedFinal }: Pick<ChainView, 'justified' | 'recordedFinal'>
): boolean {
  if (isFinalising(vote, recordedFinal)) return true
  return vote.target.epoch > recordedFinal.epoch && !justified.some(point => isSamePoint(point, vote.target))
}

function isFinalising({ source, target }: Vote, final: FinalityPoint): boolean {
  const isHigher = source.height > final.height || (source.height === final.height && source.epoch > final.epoch)
  return source.epoch > 0 && target.epoch === source.epoch + 1 && isHigher
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
