// In how few hands the weight of the chain is now [POS-10]: wallets say so before a person relies on it.
import { periodOf } from '#contracts/statements/period-table.ts'
import type { BaseChain } from '../base-chain.ts'
import { type FinalityPrice, finalityPrice } from '../light/finality-price.ts'

/** Of the period of the head, as the node says; undefined if it does not know that period's table. */
export async function readConcentration(chain: BaseChain): Promise<FinalityPrice | undefined> {
  const [{ parameters }, head] = await Promise.all([chain.info(), chain.tip('head')])
  const period = periodOf(head.height, parameters)
  const [found, entries] = await Promise.all([
    chain.read('periods', { kind: 'head', period }, 'head'),
    chain.read('periods', { kind: 'entries', period }, 'head')
  ])
  if (found?.kind !== 'head' || entries?.kind !== 'entries') return undefined
  return finalityPrice({ entries: entries.entries, total: found.head.total }, parameters)
}
