// In how few hands the weight of the chain is [POS-10]: wallets say so before a person relies on it.
import { periodOf } from '#contracts/statements/period-table.ts'
import type { BaseChain } from '../base-chain.ts'

/** Fewer peers with weight, or fewer that together hold half of it, are too few [POS-10]. */
export const PEERS_LEAST = 13
export const HALF_LEAST = 7

export interface Concentration {
  /** Peers that carry weight in the period of the head. */
  readonly peers: number
  /** The fewest of them that hold half. */
  readonly half: number
  readonly isThin: boolean
}

export function concentrationOf(weights: readonly bigint[]): Concentration {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  let [half, held] = [0, 0n]
  for (const weight of [...weights].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))) {
    if (2n * held >= total) break
    held += weight
    half += 1
  }
  return { peers: weights.length, half, isThin: weights.length < PEERS_LEAST || half < HALF_LEAST }
}

/** Undefined if the node does not know the table of the head's period. */
export async function readConcentration(chain: BaseChain): Promise<Concentration | undefined> {
  const [{ parameters }, head] = await Promise.all([chain.info(), chain.tip('head')])
  const found = await chain.read('periods', { kind: 'entries', period: periodOf(head.height, parameters) }, 'head')
  return found?.kind === 'entries' ? concentrationOf(found.entries.map(entry => entry.weight)) : undefined
}
