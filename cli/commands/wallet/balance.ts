// surety wallet balance, receive: what a wallet owns, and where it is paid.
import { createAccount, type Keyring, type Locked, lockedOf } from '#base-layer/index.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import { showConcentration } from '../../concentration.ts'
import type { Handler } from '../../handler.ts'
import { openWallet } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { addressOf, resolveKey, type Session, withChain } from '../../session.ts'
import { publicKeyOf } from '../../wallets.ts'

export const showBalance: Handler = async (context, [owner]) => {
  await withChain(context, async session => {
    const { account, keyring } = await accountOf(session, owner ?? context.settings.account.value)
    const { spendable, pending, hosted } = await account.balance()
    const { all } = await account.coins()
    const locked = await lockedOf(session.chain, account, new Set(keyring.keys))
    const total = locked.reduce((sum, one) => sum + one.atoms, 0n)
    const immature = atomsFor(locked, 'immature')
    context.output.result(
      'surety.wallet.balance/1',
      {
        key: keyring.key,
        address: addressOf(session.info, keyring.key),
        spendable,
        hosted,
        // What is not mature is shown as locked.
        pending: pending - immature,
        locked: total,
        lockedFor: locked,
        decimals: SHARE_DECIMALS,
        outputs: all.length,
        concentration: await showConcentration(session)
      },
      () => [
        `spendable ${formatShares(spendable)}${hosted > 0n ? `, of it ${formatShares(hosted)} with a host` : ''}`,
        `locked    ${formatShares(total)}`,
        `pending   ${formatShares(pending - immature)}`,
        ...(locked.length === 0 ? [] : ['', ...lockedTable(locked)])
      ]
    )
  })
}

function atomsFor(locked: readonly Locked[], purpose: Locked['purpose']): bigint {
  return locked.filter(one => one.purpose === purpose).reduce((sum, one) => sum + one.atoms, 0n)
}

function lockedTable(locked: readonly Locked[]): readonly string[] {
  return table(
    ['locked for', 'amount', 'of', 'until'],
    locked.map(one => [one.purpose, formatShares(one.atoms), one.of.slice(0, 12), one.until])
  )
}

/** A wallet here with all its keys, or any one key to look at. */
async function accountOf(session: Session, owner: string) {
  if ((await publicKeyOf(session.context, owner)) !== undefined) return await openWallet(session, owner)
  const key = await resolveKey(session, owner)
  const keyring: Keyring = { key, keys: [key], secretOf: () => undefined, nextKey: () => key }
  return { keyring, account: createAccount(session.chain, keyring) }
}

export const showAddress: Handler = async (context, [owner], options) => {
  await withChain(context, async session => {
    const key = await receivingKey(session, owner ?? context.settings.account.value, options['new'] === true)
    const address = addressOf(session.info, key)
    const concentration = await showConcentration(session)
    context.output.result('surety.wallet.receive/1', { key, address, concentration }, () => [address])
  })
}

/** The newest key that was given out; with --new one that never was [WAL-1]. */
async function receivingKey(session: Session, owner: string, isNew: boolean): Promise<PublicKey> {
  if ((await publicKeyOf(session.context, owner)) === undefined) return await resolveKey(session, owner)
  const { keyring, store } = await openWallet(session, owner)
  if (isNew) return keyring.nextKey()
  return store.keys[Math.max(0, store.given - 1)] ?? keyring.key
}
