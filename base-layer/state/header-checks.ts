// What a header must say before its body is looked at: its place on the chain, the right to propose, the stated
// time [POS-4] and the recorded acknowledgements of its parent with the weight they give it [POS-5, POS-7].
import { proposalDelayMs } from '#contracts/crypto/tickets.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { PublicKey, Slot } from '#contracts/primitives/ids.ts'
import { accept, present, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import type { BlockHeader, RecordedAcknowledgement } from '#contracts/statements/block.ts'
import { deriveLink, type LinkStanding, type PeriodTable, ticketsOf } from '#contracts/statements/period-table.ts'
import type { ChainState } from './chain-state.ts'

export type HeaderPlace = Pick<BlockHeader, 'height' | 'slot' | 'parent' | 'proposer' | 'timeMs'>

/** Place, proposer and time of a header on `parent`. */
export function checkPlace(parent: ChainState, header: HeaderPlace): Verdict<undefined> {
  if (header.parent !== parent.id) return reject('E_BLOCK_PARENT', 'the header names another parent')
  if (header.height !== parent.height + 1) return reject('E_BLOCK_HEIGHT', 'the height is not one above the parent')
  if (header.slot <= parent.header.slot) return reject('E_BLOCK_SLOT', 'the slot is not after the parent')
  const earliest = earliestTimeMs(parent, header.slot, header.proposer)
  if (!earliest.ok) return earliest
  const { slotMs } = parent.chain.parameters
  if (header.timeMs < earliest.value)
    return reject('E_BLOCK_EARLY', `proposed before its ticket allows, ${earliest.value} ms`)
  if (header.timeMs >= (header.slot + 1) * slotMs) return reject('E_BLOCK_LATE', 'the stated time is after the slot')
  return accept()
}

/**
 * First millisecond after genesis at which a peer may propose in a slot on top of `parent` [POS-4]; it may lie
 * outside the slot, and then the peer may not. A rejection for a peer without tickets.
 */
export function earliestTimeMs(parent: ChainState, slot: Slot, proposer: PublicKey): Verdict<number> {
  const table = present(parent.tableAt(parent.height + 1), 'the seed of a period is fixed before its first height')
  const entry = table.byPeer.get(proposer)
  if (entry === undefined) return reject('E_BLOCK_PROPOSER', 'the proposer has no weight in this period')
  const tickets = ticketsOf(table, slot, proposer)
  if (tickets === undefined) return reject('E_BLOCK_SILENT', 'the proposer has no tickets in this period')
  const { slotMs, deltaMs } = parent.chain.parameters
  const [first] = tickets
  return accept(slot * slotMs + Math.min(proposalDelayMs(first.numerator, table.total, entry.weight, deltaMs), slotMs))
}

/** Checks the acknowledgements that a header records of `parent` and weighs them. */
export function checkLink(parent: ChainState, recorded: readonly RecordedAcknowledgement[]): Verdict<LinkStanding> {
  const table = tableOfLink(parent)
  const peers = recorded.map(one => one.peer)
  if (new Set(peers).size !== peers.length) return reject('E_ACK_TWICE', 'a peer is recorded twice')
  for (const one of recorded) {
    const fault = acknowledgementFault(parent, table, one)
    if (fault !== undefined) return fault
  }
  const link = linkOf(parent, table, peers)
  const isBest = link.best.length === peers.length && link.best.every((peer, i) => peer === peers[i])
  return isBest ? accept(link) : reject('E_ACK_ORDER', 'not the holders of the three best tickets, best first')
}

/** The valid ones among these that a header may record: the holders of the three best tickets, best first. */
export function selectLink(
  parent: ChainState,
  candidates: readonly RecordedAcknowledgement[]
): { readonly recorded: readonly RecordedAcknowledgement[]; readonly link: LinkStanding } {
  const table = tableOfLink(parent)
  const valid = new Map<PublicKey, RecordedAcknowledgement>()
  for (const one of candidates) {
    if (!valid.has(one.peer) && acknowledgementFault(parent, table, one) === undefined) valid.set(one.peer, one)
  }
  const { best } = linkOf(parent, table, valid.keys())
  const recorded = best.map(peer => present(valid.get(peer), 'a holder is a candidate'))
  return { recorded, link: linkOf(parent, table, best) }
}

function tableOfLink(parent: ChainState): PeriodTable {
  return present(parent.tableAt(parent.height), 'a block has a table')
}

/**
 * The digest cannot be checked here: it is judged live, and what a header recorded counts for ever [POS-5,
 * POS-6].
 */
function acknowledgementFault(
  parent: ChainState,
  table: PeriodTable,
  one: RecordedAcknowledgement
): Rejection | undefined {
  if (!table.byPeer.has(one.peer)) return reject('E_ACK_PEER', 'an acknowledgement of a peer without weight')
  if (table.silent.has(one.peer)) return reject('E_ACK_SILENT', 'an acknowledgement of a peer without tickets')
  const signed = acknowledgementSigningBytes(parent.chain.genesis, {
    slot: parent.header.slot,
    block: parent.id,
    digest: one.digest
  })
  return verifySignature(one.peer, signed, one.signature)
    ? undefined
    : reject('E_ACK_SIGNATURE', 'the signature of an acknowledgement does not verify')
}

function linkOf(parent: ChainState, table: PeriodTable, peers: Iterable<PublicKey>): LinkStanding {
  return deriveLink(table, parent.header.slot, peers, parent.chain.parameters.linkBits)
}
