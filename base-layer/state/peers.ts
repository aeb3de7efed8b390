// What becomes of a peer that retired [FIN-4]: how long it counts, and the return of its bond.
import { compareText } from '#contracts/primitives/bytes.ts'
import type { Height, PublicKey } from '#contracts/primitives/ids.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { takePeerBond } from './balances.ts'
import { BONDS_RETURNED } from './limits.ts'
import { tableIn } from './periods.ts'
import type { Work } from './work.ts'

/** The last height whose weights, and whose finality, count the peer: L_j of the newest table that holds it. */
export function lastHeightCounting(work: Work, peer: PublicKey): Height {
  // Tables before the one that finality is in have no votes to come, and their last heights lie below this one.
  for (let period = Math.floor(work.height / work.parameters.period); period >= work.now.period; period--) {
    if (tableIn(work, period)?.byPeer.has(peer) === true) {
      return Math.max(work.height, lastHeightOf(period, work.parameters))
    }
  }
  return work.height
}

/** Pays back bonds that no evidence can burn any more, those of the lowest height first. */
export function drivePeers(work: Work): void {
  const due = [...work.selected('peers')]
    .map(([peer, record]) => ({ peer, record, countedTo: record.countedTo ?? 0 }))
    .filter(({ countedTo }) => work.hasPassed(countedTo, work.parameters.evidenceAgeTicks))
    .sort((a, b) => a.countedTo - b.countedTo || compareText(a.peer, b.peer))
  for (const { peer, record } of due.slice(0, BONDS_RETURNED)) {
    takePeerBond(work, peer, record.bondAtoms)
    work.pay(record.rewards, record.bondAtoms)
  }
}
