// Asking outside the circle one was told by [NET-2]: before a certificate is treated as final, or a claim filed,
// peers of other address groups than those it came from say what is final at that height. Who controls everyone we
// heard from still has to control strangers drawn by lot. Whom to ask and what the answers mean are pure functions.
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { Chain } from '../chain/chain.ts'
import type { Asker } from './asker.ts'
import { SYNC_LIMITS } from './limits.ts'
import type { Questions } from './questions.ts'
import type { FinalAnswer } from './wire.ts'

/** A block that is said to be final. */
export interface FinalPoint {
  readonly height: number
  readonly id: BlockId
}

export interface GroupedPeer {
  readonly peer: string
  readonly group: string
}

export type SampleOutcome =
  /** So many strangers say the same. */
  | { readonly kind: 'agrees'; readonly asked: number; readonly same: number }
  /** Somebody has another final block there: stop, and get a proof of it [FIN-5]. */
  | { readonly kind: 'conflict'; readonly peers: readonly string[] }
  /** Nobody outside could tell: go on only if waiting is worse. */
  | { readonly kind: 'alone' }

/**
 * True if somebody else must be asked: everything about this point came from fewer
 * address groups than count as a circle of one's own choice.
 */
export function needsSample(heardFrom: Iterable<string>): boolean {
  return new Set(heardFrom).size < SYNC_LIMITS.sampleGroups
}

/**
 * Whom to ask: at most one of each group that nothing came from, by
 * lot; peers of known groups only if there is no other.
 */
export function chooseSample(
  peers: readonly GroupedPeer[],
  heardFrom: ReadonlySet<string>,
  random: () => number
): readonly string[] {
  const drawn = peers.map(one => ({ ...one, lot: random() })).sort((a, b) => a.lot - b.lot)
  const groups = new Set<string>()
  const outside: string[] = []
  for (const { peer, group } of drawn) {
    if (heardFrom.has(group) || groups.has(group)) continue
    groups.add(group)
    outside.push(peer)
  }
  const chosen = outside.length > 0 ? outside : drawn.map(one => one.peer)
  return chosen.slice(0, SYNC_LIMITS.samplePeers)
}

/** What the answers say of the point. A peer that is behind says nothing. */
export function compareSample(
  point: FinalPoint,
  answers: readonly { readonly peer: string; readonly answer: FinalAnswer | undefined }[]
): SampleOutcome {
  const told = answers.flatMap(({ peer, answer }) => (answer?.id == null ? [] : [{ peer, id: answer.id }]))
  const others = told.filter(one => one.id !== point.id)
  if (others.length > 0) return { kind: 'conflict', peers: others.map(one => one.peer) }
  return told.length === 0 ? { kind: 'alone' } : { kind: 'agrees', asked: answers.length, same: told.length }
}

export class Sampler {
  readonly #asker: Asker
  readonly #questions: Questions

  constructor(asker: Asker, questions: Questions) {
    this.#asker = asker
    this.#questions = questions
  }

  /** Asks peers outside the groups of `heardFrom` (peer ids) what is final at the point's height. */
  async sample(point: FinalPoint, heardFrom: Iterable<string> = []): Promise<SampleOutcome> {
    const { host } = this.#asker
    const groupOf = (peer: string): string => host.groupOf(peer) ?? 'unknown'
    const heard = new Set([...heardFrom].map(groupOf))
    const peers = host.peers().map(peer => ({ peer, group: groupOf(peer) }))
    const chosen = chooseSample(peers, heard, Math.random)
    const answers = chosen.map(async peer => ({
      peer,
      answer: await this.#asker.ask(peer, this.#questions.final, { height: point.height })
    }))
    return compareSample(point, await Promise.all(answers))
  }
}

/** The handler's side: what is final here at a height. */
export function finalAt(
  { final }: Pick<Chain, 'final'>,
  idAt: (height: number) => BlockId | undefined,
  height: number
): FinalAnswer {
  const id = height === final.height ? final.id : height < final.height ? idAt(height) : undefined
  return { finalHeight: final.height, id: id ?? null }
}
