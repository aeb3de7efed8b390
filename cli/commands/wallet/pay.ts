// surety pay: coin on the base chain, or tokens through their asset's committee. The payee is an address, a key, a wallet
// here, a name of the chain or a wallet at its agent peer.
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { misuse } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { openSigner } from '../../open-wallet.ts'
import { resolvePayee } from '../../payees.ts'
import { addressOf, withChain } from '../../session.ts'
import { planFee, sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { payTokens } from '../asset/instruct.ts'

export const pay: Handler = async (context, args, options) => {
  const [amount = '', unit = '', word, payee = ''] = args
  if (word !== 'to') throw misuse('E_USAGE', 'say it as: pay 25 share to bob')
  if (!/^shares?$/i.test(unit)) return await payTokens(context, [amount, unit, 'to', payee], options)
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const atoms = parseAmount(amount, SHARE_DECIMALS)
    const to = await resolvePayee(
      session,
      payee,
      typeof options['loginNode'] === 'string' ? { loginNode: options['loginNode'] } : {}
    )
    const signer = await openSigner(session)
    if (options['named'] === true && to.name === undefined) throw misuse('E_USAGE', '--named is for a payee by name')
    const named = options['named'] === true && to.name !== undefined ? to.name : null
    // Names nobody on the chain unless told to [WAL-1]; the payment is the first output.
    const action = named === null ? null : ({ kind: 'name.pay', name: named, output: 0 } as const)
    const wishes = { payments: [{ to: to.key, atoms }], action, fee }
    const feeAtoms = await planFee(signer, wishes)
    const description = `pay ${formatShares(atoms)} to ${payee} (${to.key.slice(0, 12)})`
    const details = [`to ${addressOf(session.info, to.key)}, ${to.how}`]
    const sent = await sendTransaction(session, signer, wishes, description, { wait, details })
    context.output.result(
      'surety.pay/1',
      {
        unit: 'share',
        amount: atoms,
        decimals: SHARE_DECIMALS,
        to: to.key,
        known: to.how,
        fee: feeAtoms,
        dryRun: sent === undefined,
        ...sent
      },
      () => [sent === undefined ? `would ${description}; fee ${formatShares(feeAtoms)}` : sentLine(sent)]
    )
  })
  return undefined
}
