// Proposals of recent slots as their headers arrive [POS-4, POS-5]: which are worth relaying (the best three tickets of
// a slot), and who proposed twice. And when a peer's own turn comes. Owned by the machine.
import { compareTickets, proposalDelayMs, type Ticket } from '#contracts/crypto/tickets.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import type { SignedHeader } from '#contracts/statements/block.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import { type PeriodTable, ticketsOf } from '#contracts/statements/period-table.ts'
import { BASE_LIMITS } from './limits.ts'

interface Proposal {
  readonly id: BlockId
  readonly header: SignedHeader
}

interface Relayed {
  readonly id: BlockId
  readonly ticket: Ticket
}

export class SlotProposals {
  readonly #first = new Map<number, Map<PublicKey, Proposal>>()
  readonly #doubled = new Set<string>()
  readonly #relayed = new Map<number, Relayed[]>()

  /** Remembers who proposed what; evidence on the first contradiction of a peer in a slot [POS-5]. */
  note(id: BlockId, header: SignedHeader): Evidence | undefined {
    const { slot, proposer } = header.header
    const proposals = this.#first.get(slot) ?? new Map<PublicKey, Proposal>()
    this.#first.set(slot, proposals)
    const first = proposals.get(proposer)
    if (first === undefined) proposals.set(proposer, { id, header })
    if (first === undefined || first.id === id || this.isDoubled(slot, proposer)) return undefined
    this.#doubled.add(keyOf(slot, proposer))
    return { kind: 'proposals', first: first.header, second: header }
  }

  isDoubled(slot: number, proposer: PublicKey): boolean {
    return this.#doubled.has(keyOf(slot, proposer))
  }

  /** True once for a header that is among the best three of its slot so far; twins of a peer take two places. */
  isWorthRelaying(id: BlockId, header: SignedHeader['header'], table: PeriodTable): boolean {
    const ticket = ticketsOf(table, header.slot, header.proposer)?.[0]
    if (ticket === undefined) return false
    const relayed = this.#relayed.get(header.slot) ?? []
    if (relayed.some(other => other.id === id)) return false
    // Two of one proposer are the evidence; more would keep the other tickets of the slot away.
    if (relayed.filter(other => other.ticket.peer === header.proposer).length >= BASE_LIMITS.twins) return false
    const best = [...relayed, { id, ticket }].sort((a, b) => compareTickets(a.ticket, b.ticket))
    const kept = best.slice(0, BASE_LIMITS.relayedPerSlot)
    this.#relayed.set(header.slot, kept)
    return kept.some(other => other.id === id)
  }

  /** Forgets slots before this one. */
  prune(slot: number): void {
    for (const old of this.#first.keys()) if (old < slot) this.#first.delete(old)
    for (const old of this.#relayed.keys()) if (old < slot) this.#relayed.delete(old)
    for (const key of this.#doubled) if (Number(key.slice(0, key.indexOf('/'))) < slot) this.#doubled.delete(key)
  }
}

function keyOf(slot: number, peer: PublicKey): string {
  return `${slot}/${peer}`
}

/** A peer's turn in a slot: its best ticket and the earliest time it may state, or undefined if it has none [POS-4]. */
export function deriveTurn(
  table: PeriodTable,
  slot: number,
  peer: PublicKey,
  p: Parameters
): { readonly ticket: Ticket; readonly timeMs: number } | undefined {
  const ticket = ticketsOf(table, slot, peer)?.[0]
  if (ticket === undefined) return undefined
  const delay = proposalDelayMs(ticket.numerator, table.total, ticket.weight, p.deltaMs)
  return delay < p.slotMs ? { ticket, timeMs: slot * p.slotMs + delay } : undefined
}
