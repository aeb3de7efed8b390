// surety base tx, supply: one transaction and what became of it; where all the coin is [LED-2].
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import { isHex32, type TransactionId } from '#contracts/primitives/ids.ts'
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import { showConcentration } from '../../concentration.ts'
import { misuse, refused } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { addressOf, withChain } from '../../session.ts'

export const showTransaction: Handler = async (context, [text = '']) => {
  if (!isHex32(text)) throw misuse('E_USAGE', 'a transaction is named by its 64 hexadecimal digits')
  await withChain(context, async ({ chain, info }) => {
    const status = await chain.status(text as TransactionId)
    if (status.kind === 'unknown') throw refused('E_TRANSACTION_UNKNOWN', `nobody here knows transaction ${text}`)
    const block = status.kind === 'final' ? await chain.transactions(status.height) : undefined
    const found = block?.find(one => transactionIdOf(one) === text)
    const outputs = (found?.outputs ?? []).map(output =>
      output.kind === 'key'
        ? { kind: output.kind, atoms: output.atoms, owner: output.owner, host: output.host }
        : output
    )
    const { kind, ...where } = status
    context.output.result(
      'surety.base.tx/1',
      {
        transaction: text,
        status: kind,
        ...where,
        action: found?.action ?? null,
        inputs: found?.inputs ?? null,
        outputs: found === undefined ? null : outputs,
        decimals: SHARE_DECIMALS
      },
      () => [
        `${text}: ${kind}${'height' in status ? ` at height ${status.height}` : ''}` +
          `${status.kind === 'refused' ? `: ${status.code} ${status.why}` : ''}`,
        ...(found === undefined ? [] : [`${found.inputs.length} inputs, action ${found.action?.kind ?? 'none'}`]),
        ...table(
          ['amount', 'to'],
          outputs.map(one => [
            formatShares(one.atoms),
            one.kind === 'key'
              ? `${addressOf(info, one.owner)}${one.host === null ? '' : ` host ${one.host.slice(0, 12)}`}`
              : `lock for ${one.claimant.slice(0, 12)} until tick ${one.timeout}`
          ])
        ).slice(outputs.length === 0 ? 1 : 0)
      ]
    )
  })
}

export const showSupply: Handler = async context => {
  await withChain(context, async session => {
    const { chain } = session
    const [finality, balances, peers] = await Promise.all([
      chain.read('finality', { kind: 'head' }),
      chain.list('balances'),
      chain.list('peers')
    ])
    if (finality?.kind !== 'head') throw refused('E_PROOF_NONE', 'the node has no final state')
    const byPurpose = new Map<string, bigint>()
    for (const { value } of balances) {
      byPurpose.set(value.purpose, (byPurpose.get(value.purpose) ?? 0n) + value.atoms)
    }
    const held = Object.fromEntries([...byPurpose].sort())
    const locked = balances.reduce((sum, { value }) => sum + value.atoms, 0n)
    const concentration = await showConcentration(session)
    context.output.result(
      'surety.base.supply/1',
      { burnt: finality.burnt, locked, held, peers: peers.length, concentration, decimals: SHARE_DECIMALS },
      () => [
        `burnt   ${formatShares(finality.burnt)}`,
        `locked  ${formatShares(locked)}`,
        ...Object.entries(held).map(([purpose, atoms]) => `  ${purpose.padEnd(12)} ${formatShares(atoms)}`)
      ]
    )
  })
}
