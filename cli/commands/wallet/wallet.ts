// surety wallet new, list, balance, receive.
import type { ChainInfo } from '#base-layer/index.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import type { Context } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { addressOf, resolveKey, withChain } from '../../session.ts'
import { createWallet, listWallets } from '../../wallets.ts'

export const makeWallet: Handler = async (context, [name = '']) => {
  const wallet = await createWallet(context, name)
  context.output.result('surety.wallet.new/1', { ...wallet }, () => [
    `${wallet.name}: key ${wallet.key}`,
    `Its address: surety wallet receive ${wallet.name}`
  ])
}

export const showWallets: Handler = async context => {
  const wallets = await listWallets(context)
  const network = await networkOf(context)
  const all = wallets.map(wallet => ({ ...wallet, address: addressOf(network, wallet.key) }))
  if (all.length === 0) context.output.note(`no wallet in ${context.settings.wallets.value}: see surety wallet new`)
  context.output.result('surety.wallet.list/1', { wallets: all }, () =>
    table(
      ['wallet', 'kind', 'address'],
      all.map(one => [one.name, one.kind, one.address])
    )
  )
}

/** What addresses are made of: from the genesis document if there is one, so that keys can be listed without a node. */
async function networkOf(context: Context): Promise<Pick<ChainInfo, 'prefix' | 'genesis'>> {
  const genesis = await readGenesis(context.settings.genesis.value)
  if (genesis.ok) return { prefix: genesis.value.prefix, genesis: genesisHashOf(genesis.value) }
  return await withChain(context, async ({ info }) => info)
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
