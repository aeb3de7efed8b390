// Votes of single peers, collected by link until a link is a certificate [FIN-1], and compared with what the same peer
// signed before [FIN-4]. Knows no blocks: whether a link lies on a chain is finality's question. Owned by the machine.
import { compareText } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'
import {
  type Certificate,
  contradicts,
  isSamePeriod,
  isSameVote,
  type PeriodId,
  PEERS_MAX,
  type SignedVote,
  type Vote
} from '#contracts/statements/vote.ts'
import { BASE_LIMITS } from './limits.ts'

/** All votes known for one link from a source to a target. */
export interface Link {
  readonly vote: Vote
  readonly signatures: Map<PublicKey, Uint8Array>
}

export type VoteOutcome =
  | { readonly kind: 'known' | 'full' }
  | { readonly kind: 'counted'; readonly link: Link; readonly evidence: Evidence | undefined }

export class VotePool {
  readonly #links = new Map<string, Link>()
  /** Per peer, newest last: enough to find a vote that surrounds an older one. */
  readonly #byPeer = new Map<PublicKey, SignedVote[]>()

  /**
   * Counts a vote whose signature, form and epoch are checked. A contradicting one counts too: it is signed.
   * `weighs`: its peer is in the table, and nobody without weight takes its place.
   */
  add(signed: SignedVote, weighs: boolean): VoteOutcome {
    const { vote, peer, signature } = signed
    const before = this.#byPeer.get(peer) ?? []
    const sameEpoch = before.filter(other => other.vote.target.epoch === vote.target.epoch)
    if (sameEpoch.some(other => isSameVote(other.vote, vote))) return { kind: 'known' }
    if (sameEpoch.length >= BASE_LIMITS.votesPerEpoch) return { kind: 'known' }
    if (!weighs && before.length === 0 && this.#byPeer.size >= BASE_LIMITS.voters) return { kind: 'full' }
    const other = before.find(earlier => contradicts(earlier.vote, vote))
    this.#byPeer.set(peer, [...before, signed].slice(-BASE_LIMITS.votesRemembered))
    const key = linkKeyOf(vote)
    const link = this.#links.get(key) ?? { vote, signatures: new Map<PublicKey, Uint8Array>() }
    this.#links.set(key, link)
    link.signatures.set(peer, signature)
    const evidence: Evidence | undefined =
      other === undefined ? undefined : { kind: 'votes', first: other, second: signed }
    return { kind: 'counted', link, evidence }
  }

  linkOf(vote: Vote): Link | undefined {
    return this.#links.get(linkKeyOf(vote))
  }

  /** Every link, the earliest target first. */
  links(): readonly Link[] {
    return [...this.#links.values()].sort((a, b) => a.vote.target.epoch - b.vote.target.epoch)
  }

  linksOf(period: PeriodId): readonly Link[] {
    return [...this.#links.values()].filter(link => isSamePeriod(link.vote, period))
  }

  /** Forgets links whose target is before this epoch. */
  prune(epoch: number): void {
    for (const [key, link] of this.#links) if (link.vote.target.epoch < epoch) this.#links.delete(key)
    for (const [peer, votes] of this.#byPeer) {
      if ((votes[votes.length - 1]?.vote.target.epoch ?? 0) < epoch - BASE_LIMITS.votesRemembered)
        this.#byPeer.delete(peer)
    }
  }
}

/**
 * The certificate of a link with every vote known for it: those beyond two thirds serve their peers' standing [POS-9].
 * Registered peers may be more than a certificate holds; the heaviest of this table stay.
 */
export function certificateOf(link: Link, table: PeriodTable): Certificate {
  const votes = [...link.signatures].map(([peer, signature]) => ({ peer, signature }))
  return { vote: link.vote, votes: heaviestVotes(votes, table) }
}

/** At most as many votes as one certificate holds, the heaviest of the table first to stay, in order of key. */
export function heaviestVotes(votes: Certificate['votes'], table: PeriodTable | undefined): Certificate['votes'] {
  const weightOf = (peer: PublicKey): bigint => table?.byPeer.get(peer)?.weight ?? 0n
  const heavier = (a: PublicKey, b: PublicKey): number => {
    const [left, right] = [weightOf(a), weightOf(b)]
    return left > right ? -1 : left < right ? 1 : compareText(a, b)
  }
  const kept =
    votes.length <= PEERS_MAX ? [...votes] : [...votes].sort((a, b) => heavier(a.peer, b.peer)).slice(0, PEERS_MAX)
  return kept.sort((a, b) => compareText(a.peer, b.peer))
}

/** One text for one link: equal votes have equal keys. */
export function linkKeyOf(vote: Vote): string {
  const { period, recovery, root, source, target } = vote
  return [
    period,
    recovery,
    root.id,
    source.epoch,
    source.height,
    source.id,
    target.epoch,
    target.height,
    target.id
  ].join('/')
}

/** The pairs of votes in two certificates that contradict each other, as evidence against their signers [FIN-4]. */
export function contradictionsOf(a: Certificate, b: Certificate): readonly Evidence[] {
  if (!contradicts(a.vote, b.vote)) return []
  const others = new Map(b.votes.map(({ peer, signature }) => [peer, signature]))
  const found: Evidence[] = []
  for (const { peer, signature } of a.votes) {
    const other = others.get(peer)
    if (other === undefined) continue
    found.push({
      kind: 'votes',
      first: { vote: a.vote, peer, signature },
      second: { vote: b.vote, peer, signature: other }
    })
  }
  return found
}
