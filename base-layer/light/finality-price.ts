// What stands behind a final block, for a wallet to show: how many peers, how few of them hold half, and what
// it would cost to make two histories final [FIN-10, POS-10]. From the table of the period alone. Pure.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'

/** Below these a wallet says so [POS-10]. */
export const PEERS_FEW = 13
export const PEERS_OF_HALF_FEW = 7

export interface FinalityPrice {
  /**
   * Least collateral that is burnt if two histories become final: a third of the table at the lowest bond it
   * allows.
   */
  readonly leastAtoms: bigint
  /** Shares that vote, capped by the bonds. */
  readonly weightAtoms: bigint
  /** Peers with weight. */
  readonly peers: number
  /** The fewest peers that hold at least half of the weight. */
  readonly peersOfHalf: number
  /** Fewer than 13 peers, or fewer than 7 with half. */
  readonly isNarrow: boolean
}

/** What it would cost whoever makes two final blocks at one height, and in how few hands that is [FIN-10, POS-10]. */
export function finalityPrice(
  table: Pick<PeriodTable, 'entries' | 'total'>,
  { leverage }: Pick<Parameters, 'leverage'>
): FinalityPrice {
  // Two certificates of more than two thirds share more than a third of the weight, and weight is at most
  // leverage bonds.
  const parts = 3n * BigInt(leverage)
  const leastAtoms = parts === 0n ? 0n : (table.total + parts - 1n) / parts
  const peers = table.entries.length
  const peersOfHalf = fewestOfHalf(table)
  const isNarrow = peers < PEERS_FEW || peersOfHalf < PEERS_OF_HALF_FEW
  return { leastAtoms, weightAtoms: table.total, peers, peersOfHalf, isNarrow }
}

function fewestOfHalf(table: Pick<PeriodTable, 'entries' | 'total'>): number {
  const weights = table.entries.map(one => one.weight).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  let held = 0n
  let count = 0
  for (const weight of weights) {
    if (2n * held >= table.total) break
    held += weight
    count += 1
  }
  return count
}
