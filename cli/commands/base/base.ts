// surety base tip, block.
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { BlockSummary } from '#base-layer/index.ts'
import { misuse, refused } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { withChain } from '../../session.ts'

const lineOf = (name: string, block: BlockSummary): string =>
  `${name} ${block.height}  ${block.id}  slot ${block.slot}, tick ${block.ticks}, ${block.transactions} transactions, ` +
  `proposed by ${block.proposer.slice(0, 12)}`

export const showTip: Handler = async context => {
  await withChain(context, async ({ chain, info }) => {
    const [final, head] = await Promise.all([chain.tip('final'), chain.tip('head')])
    context.output.result('surety.base.tip/1', { genesis: info.genesis, final, head }, () => [
      lineOf('final', final),
      lineOf('head ', head)
    ])
  })
}

export const showBlock: Handler = async (context, [text = '']) => {
  if (!/^\d{1,15}$/.test(text)) throw misuse('E_HEIGHT', `${text} is not a height`)
  await withChain(context, async ({ chain }) => {
    const height = Number(text)
    const block = await chain.block(height)
    if (block === undefined) throw refused('E_BLOCK_UNKNOWN', `no block of height ${height} is final`)
    const transactions = ((await chain.transactions(height)) ?? []).map(one => ({
      id: transactionIdOf(one),
      action: one.action?.kind ?? null,
      inputs: one.inputs.length,
      outputs: one.outputs.length
    }))
    context.output.result('surety.base.block/1', { block, transactions }, () => [
      lineOf('block', block),
      ...(transactions.length === 0
        ? []
        : table(
            ['transaction', 'action', 'inputs', 'outputs'],
            transactions.map(one => [one.id, one.action ?? 'payment', String(one.inputs), String(one.outputs)])
          ))
    ])
  })
}
