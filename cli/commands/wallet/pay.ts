// surety pay: coin on the base chain, or tokens through their asset's committee.
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { misuse } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { openSigner, resolveKey, withChain } from '../../session.ts'
import { sendTransaction } from '../../sending.ts'
import { payTokens } from '../asset/instruct.ts'

export const pay: Handler = async (context, args, options) => {
  const [amount = '', unit = '', word, payee = ''] = args
  if (word !== 'to') throw misuse('E_USAGE', 'say it as: pay 25 share to bob')
  if (!/^shares?$/i.test(unit)) return await payTokens(context, [amount, unit, 'to', payee], options)
  await withChain(context, async session => {
    const atoms = parseAmount(amount, SHARE_DECIMALS)
    const to = await resolveKey(session, payee)
    const signer = await openSigner(session)
    const description = `pay ${formatShares(atoms)} to ${payee} (${to.slice(0, 12)})`
    const sent = await sendTransaction(session, signer, { payments: [{ to, atoms }] }, description)
    context.output.result(
      'surety.pay/1',
      {
        unit: 'share',
        amount: atoms,
        decimals: SHARE_DECIMALS,
        to,
        dryRun: sent === undefined,
        status: sent && 'final',
        ...sent
      },
      () => [sent === undefined ? `would ${description}` : `final at height ${sent.height}: ${sent.transaction}`]
    )
  })
  return undefined
}
