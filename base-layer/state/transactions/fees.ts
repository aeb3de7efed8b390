// Sharing out the fees of the parent [LED-2]: half to its proposer, a sixth for each of the three best tickets
// that acknowledged it; what has no owner or does not divide burns.
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { LinkStanding } from '#contracts/statements/period-table.ts'
import type { Work } from '../work.ts'

export function shareFees(work: Work, link: LinkStanding): void {
  const fees = work.parent.finality.fees
  if (fees === 0n) return
  const shares = new Map<PublicKey, bigint>([[work.parent.header.proposer, fees / 2n]])
  for (const holder of link.holders) shares.set(holder, (shares.get(holder) ?? 0n) + fees / 6n)
  let paid = 0n
  for (const [peer, atoms] of shares) {
    const rewards = work.get('peers', peer)?.rewards
    if (rewards === undefined) continue
    work.pay(rewards, atoms, work.height)
    paid += atoms
  }
  work.burn(fees - paid)
}
