// surety wallet new, list, balance, receive.
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { addressOf, resolveKey, withChain } from '../../session.ts'
import { createWallet, listWallets } from '../../wallets.ts'

export const makeWallet: Handler = async (context, [name = '']) => {
  const wallet = await createWallet(context, name)
  context.output.result('surety.wallet.new/1', { ...wallet }, () => [`${wallet.name}: ${wallet.key}`])
}

export const showWallets: Handler = async context => {
  const wallets = await listWallets(context)
  await withChain(context, async ({ info }) => {
    const all = wallets.map(wallet => ({ ...wallet, address: addressOf(info, wallet.key) }))
    context.output.result('surety.wallet.list/1', { wallets: all }, () =>
      table(
        ['wallet', 'kind', 'address'],
        all.map(one => [one.name, one.kind, one.address])
      )
    )
  })
}

export const showBalance: Handler = async (context, [owner]) => {
  await withChain(context, async session => {
    const key = await resolveKey(session, owner ?? context.settings.account.value)
    const { height } = await session.chain.tip('head')
    const outputs = await session.chain.outputsOf(key)
    const isMature = (maturesAt: number | null): boolean => maturesAt === null || maturesAt <= height
    const sum = (mature: boolean): bigint =>
      outputs
        .filter(({ record }) => isMature(record.maturesAt) === mature)
        .reduce((total, { record }) => total + record.output.atoms, 0n)
    const [spendable, pending] = [sum(true), sum(false)]
    context.output.result(
      'surety.wallet.balance/1',
      {
        key,
        address: addressOf(session.info, key),
        spendable,
        pending,
        decimals: SHARE_DECIMALS,
        outputs: outputs.length
      },
      () => [`spendable ${formatShares(spendable)}`, `pending   ${formatShares(pending)}`]
    )
  })
}

export const showAddress: Handler = async (context, [owner]) => {
  await withChain(context, async session => {
    const key = await resolveKey(session, owner ?? context.settings.account.value)
    const address = addressOf(session.info, key)
    context.output.result('surety.wallet.receive/1', { key, address }, () => [address])
  })
}
