// evidence.post: two signed things of one peer that contradict each other [FIN-4, POS-5]. Votes cost the bond;
// a double acknowledgement or proposal costs a part of it and the tickets of the rest of the period.
import { ackPenaltyOf, shareVoteEvidence } from '#contracts/bonds/slashing.ts'
import type { EvidencePost } from '#contracts/ledger/actions/evidence-post.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { PublicKey, Slot } from '#contracts/primitives/ids.ts'
import { accept, present, reject } from '#contracts/primitives/verdict.ts'
import { checkEvidence, type Offence } from '#contracts/statements/evidence.ts'
import { periodOf } from '#contracts/statements/period-table.ts'
import { takePeerBond } from '../transactions/balances.ts'
import { PENALISED_SLOTS } from '../limits.ts'
import { tableIn } from '../finality/periods.ts'
import type { PeerRecord } from '../trees/sections.ts'
import type { Work } from '../work.ts'
import { evidenceOf } from './carried.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyEvidencePost({ work, payer }: ActionContext, action: EvidencePost): Locked {
  const evidence = evidenceOf(action)
  if (!evidence.ok) return evidence
  const offence = checkEvidence(evidence.value, work.chain.genesis)
  if (!offence.ok) return offence
  const peer = work.get('peers', offence.value.peer)
  if (peer === undefined) return reject('E_EVIDENCE_PEER', 'not a registered peer')
  return offence.value.kind === 'votes'
    ? punishVotes(work, offence.value.peer, peer, payer)
    : punishSlot(work, offence.value, peer)
}

function punishVotes(work: Work, key: PublicKey, peer: PeerRecord, finder: PublicKey): Locked {
  if (peer.bondAtoms === 0n) return reject('E_EVIDENCE_PUNISHED', 'the peer has lost its bond')
  const shares = shareVoteEvidence(peer.bondAtoms)
  takePeerBond(work, key, peer.bondAtoms)
  work.pay(finder, shares.finder)
  work.burn(shares.burnt)
  return accept(0n)
}

function punishSlot(work: Work, { peer: key, when }: Offence, peer: PeerRecord): Locked {
  if (when > work.slot) return reject('E_EVIDENCE_FUTURE', 'the slot is still to come')
  if (when < peer.penalisedFrom || peer.penalised.includes(when))
    return reject('E_EVIDENCE_PUNISHED', 'the slot is punished')
  const penalty = ackPenaltyOf(peer.bondAtoms)
  if (penalty === 0n) return reject('E_EVIDENCE_PUNISHED', 'the peer has no bond left to lose')
  takePeerBond(work, key, penalty)
  work.burn(penalty)
  const left = present(work.get('peers', key), 'a registered peer')
  work.put('peers', key, { ...left, ...withSlot(peer, when) })
  silence(work, key)
  return accept(0n)
}

/** The slots remembered as punished; where they are too many, the lowest and all before it are out of reach. */
function withSlot(
  { penalised, penalisedFrom }: PeerRecord,
  slot: Slot
): Pick<PeerRecord, 'penalised' | 'penalisedFrom'> {
  const slots = [...penalised, slot].sort((a, b) => a - b)
  const [lowest, ...rest] = slots
  if (slots.length <= PENALISED_SLOTS || lowest === undefined) return { penalised: slots, penalisedFrom }
  return { penalised: rest, penalisedFrom: lowest + 1 }
}

/** Takes the peer's tickets on this chain until the next period [POS-5]. */
function silence(work: Work, peer: PublicKey): void {
  const period = periodOf(work.height, work.parameters)
  const table = present(tableIn(work, period), 'a block has a table')
  if (!table.byPeer.has(peer) || table.silent.has(peer)) return
  const peers = [...table.silent, peer].sort(compareText)
  work.put('periods', { kind: 'silent', period }, { kind: 'silent', peers })
}
