// The share table of a period [POS-1]: who weighs how much, fixed for the whole period and committed in base state.
// Section `periods`: key j holds the head, key (j, 'table') the entries.
import { amount, bool, type Decoded, encode, hex32, list, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { compareTickets, deriveTickets, linkWeight, medianTicket, type Ticket } from '../crypto/tickets.ts'
import type { Hash, PublicKey, Slot } from '../primitives/ids.ts'
import { PEERS_MAX } from './vote.ts'

const entryCodec = record({
  peer: hex32<PublicKey>(),
  vrfKey: hex32<PublicKey>(),
  /** min(counted atoms, LEVERAGE * bond), above zero. */
  weight: amount()
})
export type PeriodEntry = Decoded<typeof entryCodec>

/** Entries in ascending order of peer key. */
export const periodEntriesCodec = list(entryCodec, PEERS_MAX)

export const periodHeadCodec = record({
  period: uint(),
  /** Hash of the entries. */
  root: hex32<Hash>(),
  total: amount(),
  /** seed_j; that of the period before until the reveals are in [POS-3]. */
  seed: hex32<Hash>(),
  /** Set once the reveals of [POS-3] are counted: the seed above is then seed_j. */
  seeded: bool
})
export type PeriodHead = Decoded<typeof periodHeadCodec>

/** Peers with no tickets in this period, for want of a reveal [POS-3]; their votes stay. In order of key. */
export const silentPeersCodec = list(hex32<PublicKey>(), PEERS_MAX)

/** Everything consensus needs of one period, assembled from its leaves. */
export interface PeriodTable {
  readonly period: number
  /** Id of the recovery file it comes from; null for the chain's own [FIN-9]. */
  readonly recovery: Hash | null
  readonly seed: Hash
  readonly seeded: boolean
  readonly total: bigint
  readonly entries: readonly PeriodEntry[]
  readonly byPeer: ReadonlyMap<PublicKey, PeriodEntry>
  /** Peers without tickets. */
  readonly silent: ReadonlySet<PublicKey>
}

export function periodRootOf(entries: readonly PeriodEntry[]): Hash {
  return hashHex('period-table', encode(periodEntriesCodec, entries))
}

/** Period of a height: max(0, floor((h - LAG) / PERIOD)) [POS-1]. */
export function periodOf(height: number, p: { readonly lag: number; readonly period: number }): number {
  return Math.max(0, Math.floor((height - p.lag) / p.period))
}

/** L_j: the last height whose weights, and whose finality, are period j's [FIN-1]. */
export function lastHeightOf(period: number, p: { readonly lag: number; readonly period: number }): number {
  return (period + 1) * p.period + p.lag - 1
}

/**
 * A peer's three tickets of a slot under this table, best first, or undefined if it has none: no weight, no reveal, or
 * a penalty in this period [POS-2, POS-3, POS-5].
 */
export function ticketsOf(table: PeriodTable, slot: Slot, peer: PublicKey): Tickets | undefined {
  const entry = table.byPeer.get(peer)
  if (entry === undefined || table.silent.has(peer)) return undefined
  const key = `${table.seed}/${slot}/${peer}/${entry.weight}`
  let tickets = remembered.get(key)
  if (tickets === undefined) {
    tickets = deriveTickets(table.seed, slot, peer, entry.weight)
    if (remembered.size >= TICKETS_REMEMBERED) remembered.clear()
    remembered.set(key, tickets)
  }
  return tickets
}

/** Tickets cost logarithms and every block of a slot asks for the same ones: several slots of a full table. */
const TICKETS_REMEMBERED = 8192
const remembered = new Map<string, Tickets>()
type Tickets = readonly [Ticket, Ticket, Ticket]

/** What acknowledgements by these peers make of the link to a block [POS-7]. */
export interface LinkStanding {
  /** x in Q32 bits: max(0, C - log2(M * total)), 0 without M. */
  readonly weight: bigint
  /**
   * Holders of the at most three best tickets, best first: a peer
   * stands once for each, and shares the fees so [LED-2].
   */
  readonly holders: readonly PublicKey[]
  /** The same without repeats: what a header records. */
  readonly best: readonly PublicKey[]
}

/**
 * The weight x of the link to a block of `slot` that `peers` acknowledged, and who decides it [POS-7]. `table` is the
 * one of the block's height, `linkBits` the parameter C. Peers without tickets count for nothing.
 */
export function deriveLink(table: PeriodTable, slot: Slot, peers: Iterable<PublicKey>, linkBits: number): LinkStanding {
  const tickets: Ticket[] = []
  for (const peer of new Set(peers)) tickets.push(...(ticketsOf(table, slot, peer) ?? []))
  tickets.sort(compareTickets)
  const three = tickets.slice(0, 3)
  const holders = three.map(ticket => ticket.peer)
  return { weight: linkWeight(medianTicket(three), table.total, linkBits), holders, best: [...new Set(holders)] }
}
