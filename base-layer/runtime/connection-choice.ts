// Which links a node seeks, keeps and lets in, decided as a pure function of what it knows [NET-1]: its own choice at
// random from different address groups, one changed an hour, two kept over restarts. Nothing here depends on inbound
// links, so nobody can push ours out by dialling in. Called by the connector and the connection gate.
import { LOOPBACK_GROUP } from './address-groups.ts'
import { NETWORK_LIMITS } from './limits.ts'

/** A peer that could be dialled. */
export interface Candidate {
  readonly id: string
  readonly group: string
  /** A link of the last run, dialled before all others [NET-1]. */
  readonly isAnchor: boolean
  /** Named by the operator. */
  readonly isBootstrap: boolean
  readonly nextDialMs: number
}

export interface Link {
  readonly id: string
  readonly direction: 'inbound' | 'outbound'
  /** Chosen and dialled by the connector; links opened for a request are not. */
  readonly isChosen: boolean
  readonly group: string
  readonly sinceMs: number
}

export interface ConnectionRules {
  /** Links this node chooses itself, whatever dials in. */
  readonly outboundMin: number
  /** Links of any kind to seek: a smaller network is connected in full. */
  readonly peersTarget: number
  /** Exempts loopback from the rules of groups: for networks on one machine. */
  readonly isLocal: boolean
  readonly lastRotationMs: number
}

export interface ConnectionDecision {
  /** To dial, in this order. */
  readonly dial: readonly string[]
  /** To hang up once the dialled one is connected: the hourly change. */
  readonly rotate: string | undefined
}

const { anchors: ANCHORS, outboundPerGroupMax, inboundPerGroupMax, inboundConnectionsMax, rotateMs } = NETWORK_LIMITS

/** `random` gives numbers in [0, 1). */
export function decideConnections(
  candidates: readonly Candidate[],
  links: readonly Link[],
  nowMs: number,
  random: () => number,
  rules: ConnectionRules
): ConnectionDecision {
  const connected = new Set(links.map(link => link.id))
  const chosen = links.filter(link => link.isChosen)
  const due = candidates.filter(one => !connected.has(one.id) && one.nextDialMs <= nowMs)
  const wanted = Math.max(rules.outboundMin - chosen.length, rules.peersTarget - links.length)
  if (wanted > 0) return { dial: pick(due, chosen, wanted, random, rules), rotate: undefined }
  if (nowMs - rules.lastRotationMs < rotateMs) return { dial: [], rotate: undefined }
  const anchors = new Set(anchorsOf(links).map(link => link.id))
  const leaving = shuffled(
    chosen.filter(link => !anchors.has(link.id)),
    random
  )[0]
  if (leaving === undefined) return { dial: [], rotate: undefined }
  const staying = chosen.filter(link => link !== leaving)
  const fresh = pick(due, staying, 1, random, rules)
  return fresh.length === 0 ? { dial: [], rotate: undefined } : { dial: fresh, rotate: leaving.id }
}

/** The chosen links that have lasted longest: dialled first after a restart, so an eclipse must outlast it. */
export function anchorsOf(links: readonly Link[]): readonly Link[] {
  return links
    .filter(link => link.isChosen)
    .sort((a, b) => a.sinceMs - b.sinceMs)
    .slice(0, ANCHORS)
}

/** True if one more stranger of this group may come in. */
export function admitsInbound(
  links: readonly Pick<Link, 'direction' | 'group'>[],
  group: string,
  isLocal: boolean
): boolean {
  const inbound = links.filter(link => link.direction === 'inbound')
  if (inbound.length >= inboundConnectionsMax) return false
  if (isLocal && group === LOOPBACK_GROUP) return true
  return inbound.filter(link => link.group === group).length < inboundPerGroupMax
}

/**
 * Anchors, then bootstrap peers of a node that has no link yet, then
 * the rest by lot; groups not yet linked go first.
 */
function pick(
  due: readonly Candidate[],
  chosen: readonly Link[],
  count: number,
  random: () => number,
  { isLocal }: ConnectionRules
): string[] {
  const used = new Map<string, number>()
  for (const { group } of chosen) used.set(group, (used.get(group) ?? 0) + 1)
  const rank = (one: Candidate): number => (one.isAnchor ? 0 : one.isBootstrap && chosen.length === 0 ? 1 : 2)
  const ordered = shuffled(due, random).sort((a, b) => rank(a) - rank(b))
  const picked: string[] = []
  // A second of a group only when every other group has had its turn: a network in one building must connect as well.
  for (let perGroup = 1; perGroup <= outboundPerGroupMax; perGroup++) {
    for (const { id, group } of ordered) {
      if (picked.length >= count) return picked
      const isExempt = isLocal && group === LOOPBACK_GROUP
      const taken = used.get(group) ?? 0
      if (picked.includes(id) || (!isExempt && taken >= perGroup)) continue
      used.set(group, taken + 1)
      picked.push(id)
    }
  }
  return picked
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const drawn = [...items]
  for (let last = drawn.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [drawn[last], drawn[other]]
    if (a === undefined || b === undefined) continue
    drawn[last] = b
    drawn[other] = a
  }
  return drawn
}
