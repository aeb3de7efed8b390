// What becomes of a peer that retired [FIN-4]: how long it counts, and the return of its bond.
import { compareText } from '#contracts/primitives/bytes.ts'
import type { Height, PublicKey } from '#contracts/primitives/ids.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { takePeerBond } from '../transactions/balances.ts'
import { BONDS_RETURNED } from '../limits.ts'
import { type Reader, readTable, readVotingTable } from './period-tables.ts'
import type { Work } from '../work.ts'

/**
 * The last height whose weights, and whose finality, count the peer: L_j of the newest table that holds it, a
 * recovered one included. Undefined if no table does that finality has still to come to the end of.
 */
export function lastHeightCounting(work: Work, peer: PublicKey): Height | undefined {
  const { parameters, now } = work
  const read: Reader = (section, key) => work.get(section, key)
  const newest = Math.max(Math.floor(work.height / parameters.period), now.period)
  for (let period = newest; period >= now.period; period--) {
    const voting = period === now.period ? readVotingTable(read, now) : undefined
    const isCounted = [readTable(read, period), voting].some(table => table?.byPeer.has(peer) === true)
    if (isCounted) return lastHeightOf(period, parameters)
  }
  return undefined
}

/** Pays back bonds that no evidence can burn any more, those of the lowest height first. */
export function drivePeers(work: Work): void {
  const due = [...work.selected('peers')]
    .map(([peer, record]) => ({ peer, record, countedTo: record.countedTo ?? 0 }))
    .filter(({ countedTo }) => work.hasPassed(countedTo, work.parameters.evidenceAgeTicks))
    .sort((a, b) => a.countedTo - b.countedTo || compareText(a.peer, b.peer))
  for (const { peer, record, countedTo } of due.slice(0, BONDS_RETURNED)) {
    const last = lastHeightCounting(work, peer)
    // A recovery may have called back a peer that had retired [FIN-9].
    if (last !== undefined && last > countedTo) {
      work.put('peers', peer, { ...record, countedTo: last })
      continue
    }
    takePeerBond(work, peer, record.bondAtoms)
    work.pay(record.rewards, record.bondAtoms)
  }
}
