// In how few hands the weight of the chain is now [POS-10]: wallets say so before a person relies on it.
import { periodOf } from '#contracts/statements/period-table.ts'
import type { BaseChain } from '../base-chain.ts'
import { type FinalityPrice, finalityPrice } from '../light/finality-price.ts'
import { readTable } from '../state/period-tables.ts'
import { askRules } from './needs.ts'

/** Of the period of the head, as the node says; undefined if it does not know that period's table. */
export async function readConcentration(chain: BaseChain): Promise<FinalityPrice | undefined> {
  const [{ parameters }, head] = await Promise.all([chain.info(), chain.tip('head')])
  const table = await askRules(chain, read => readTable(read, periodOf(head.height, parameters)))
  return table === undefined ? undefined : finalityPrice(table, parameters)
}
