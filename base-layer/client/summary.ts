// A block as readers of BaseChain see it.
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { BlockHeader } from '#contracts/statements/block.ts'
import type { BlockSummary } from '../base-chain.ts'

export function summaryOf(id: BlockId, header: BlockHeader, transactions: number): BlockSummary {
  const { height, slot, timeMs, ticks, recordedFinal, proposer } = header
  return { height, id, slot, timeMs, ticks, recordedFinal, proposer, transactions }
}
