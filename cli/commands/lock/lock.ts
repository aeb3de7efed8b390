// surety lock create, claim, refund, list: coin for whoever shows a secret in time, and for its owner after [LED-1, SWP-1].
import { hashOfPreimage, type Output, outputIdOf } from '#contracts/ledger/output.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type Hash, isHex32, type OutputId } from '#contracts/primitives/ids.ts'
import type { Coin } from '#base-layer/index.ts'
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { misuse, refused } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { openSigner, openWallet, preimageOf, type Signer } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { withChain } from '../../session.ts'

type Lock = Extract<Output, { readonly kind: 'hashlock' }>
/** Locks of other wallets' numbers are not looked for beyond this. */
const NUMBERS_MAX = 10_000

export const createLock: Handler = async (context, [amount = '', unit, word, payee = ''], options) => {
  if (!/^shares?$/i.test(unit ?? '') || word !== 'for')
    throw misuse('E_USAGE', 'say it as: lock create 25 share for bob')
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const atoms = parseAmount(amount, SHARE_DECIMALS)
    const claimant = await resolvePayee(session, payee)
    const ticks = numberOf(options['ticks'] ?? '100', '--ticks')
    const signer = await openSigner(session)
    const { hash, preimage } = secretOfLock(signer, options['hash'], context.dryRun)
    const timeout = (await session.chain.tip('head')).ticks + ticks
    const lock: Lock = {
      kind: 'hashlock',
      hash,
      claimant: claimant.key,
      refund: context.dryRun ? signer.key : signer.keyring.nextKey(),
      timeout,
      atoms
    }
    const description = `lock ${formatShares(atoms)} for ${payee} until tick ${timeout}`
    const details = [`${claimant.how}; it comes back to this wallet if nobody shows the secret in time`]
    const sent = await sendTransaction(session, signer, { outputs: [lock], fee }, description, { wait, details })
    const output = sent === undefined ? null : outputIdOf(sent.transaction, 0)
    const shown = sent === undefined || preimage === undefined ? null : bytesToHex(preimage)
    context.output.result(
      'surety.lock.create/1',
      { lock: output, hash, preimage: shown, claimant: lock.claimant, refund: lock.refund, timeout, atoms, ...sent },
      () => [
        sent === undefined ? `would ${description}` : sentLine(sent),
        `lock   ${output ?? '-'}`,
        `hash   ${hash}`,
        ...(shown === null ? [] : [`secret ${shown}`, 'Whoever learns the secret can claim: give it when you are paid'])
      ]
    )
  })
}

export const claimLock: Handler = async (context, [id = '', text = ''], options) => {
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const signer = await openSigner(session)
    const { coin, lock } = await findLock(signer, id)
    const preimage = text === '' ? ownPreimage(signer, lock.hash) : isHex32(text) ? hexToBytes(text) : undefined
    if (preimage === undefined || hashOfPreimage(preimage) !== lock.hash) {
      throw misuse('E_LOCK_SECRET', 'this is not the secret of the lock')
    }
    const description = `claim ${formatShares(lock.atoms)} of the lock`
    const wishes = { spend: [coin], preimages: [preimage], fee }
    const sent = await sendTransaction(session, signer, wishes, description, { wait })
    context.output.result('surety.lock.claim/1', { lock: id, atoms: lock.atoms, ...sent }, () => [
      sent === undefined ? `would ${description}` : sentLine(sent)
    ])
  })
}

export const refundLock: Handler = async (context, [id = ''], options) => {
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const signer = await openSigner(session)
    const { coin, lock } = await findLock(signer, id)
    const { ticks } = await session.chain.tip('head')
    if (ticks < lock.timeout) {
      throw refused('E_TX_LOCK_EARLY', `the lock can be refunded at tick ${lock.timeout}; it is tick ${ticks}`)
    }
    const description = `take back ${formatShares(lock.atoms)} of the lock`
    const sent = await sendTransaction(session, signer, { spend: [coin], fee }, description, { wait })
    context.output.result('surety.lock.refund/1', { lock: id, atoms: lock.atoms, ...sent }, () => [
      sent === undefined ? `would ${description}` : sentLine(sent)
    ])
  })
}

export const listLocks: Handler = async context => {
  await withChain(context, async session => {
    const wallet = await openWallet(session, context.settings.account.value)
    const own = new Set(wallet.keyring.keys)
    const [{ all }, { ticks }] = await Promise.all([wallet.account.coins(), session.chain.tip('head')])
    const locks = all.flatMap(({ id, record: { output } }) =>
      output.kind === 'hashlock'
        ? [{ id, ...output, mine: own.has(output.claimant) ? 'claim' : 'refund', open: ticks < output.timeout }]
        : []
    )
    context.output.result('surety.lock.list/1', { ticks, locks }, () =>
      table(
        ['lock', 'amount', 'mine to', 'until tick', 'state'],
        locks.map(one => [
          one.id,
          formatShares(one.atoms),
          one.mine,
          String(one.timeout),
          one.open ? 'waits for its secret' : 'over: refundable'
        ])
      )
    )
  })
}

/** A hash that was given, or that of the next secret of this wallet. A dry run uses no number up. */
function secretOfLock({ secret, store }: Signer, given: unknown, isDry: boolean) {
  if (typeof given === 'string') {
    if (!isHex32(given)) throw misuse('E_USAGE', '--hash is 64 hexadecimal digits')
    return { hash: given as Hash, preimage: undefined }
  }
  const preimage = preimageOf(secret, isDry ? store.locks : store.nextLock())
  return { hash: hashOfPreimage(preimage), preimage }
}

function ownPreimage({ secret, store }: Signer, hash: Hash): Uint8Array | undefined {
  for (let n = 0; n < Math.min(store.locks, NUMBERS_MAX); n++) {
    const preimage = preimageOf(secret, n)
    if (hashOfPreimage(preimage) === hash) return preimage
  }
  return undefined
}

async function findLock({ account }: Signer, id: string): Promise<{ readonly coin: Coin; readonly lock: Lock }> {
  const { all } = await account.coins()
  const coin = all.find(one => one.id === (id as OutputId))
  if (coin?.record.output.kind !== 'hashlock') throw refused('E_LOCK_UNKNOWN', `this wallet has no lock ${id}`)
  return { coin, lock: coin.record.output }
}

export function numberOf(value: unknown, flag: string): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number) || number === 0) throw misuse('E_NUMBER', `${flag} is a whole number above zero`)
  return number
}
