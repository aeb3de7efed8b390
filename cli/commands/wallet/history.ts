// surety wallet history, resend, bump: what a wallet has sent, what became of it, and what to do about what has not ended.
import { formatShares } from '../../amounts.ts'
import { confirm } from '../../context.ts'
import { misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { openSigner, openWallet } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { keepProofs } from '#base-layer/index.ts'
import { followTransaction, planFee, sendingOptions, sentLine } from '../../sending.ts'
import { withChain } from '../../session.ts'
import { isHex32, type TransactionId } from '#contracts/primitives/ids.ts'

const SHOWN = 50

export const showHistory: Handler = async context => {
  await withChain(context, async session => {
    const { store, account, name } = await openWallet(session, context.settings.account.value)
    await account.resume()
    await keepProofs(session.chain, store)
    const all = store.history(SHOWN).map(({ id, state, note, height, atMs, proof, transaction }) => ({
      transaction: id,
      state,
      note,
      height,
      at: new Date(atMs).toISOString(),
      atoms: transaction.outputs.reduce((sum, output) => sum + output.atoms, 0n),
      proofBytes: proof?.length ?? null
    }))
    if (all.some(one => one.state === 'built')) {
      context.output.note('Some were signed and never sent: surety wallet resend ID [--release]')
    }
    context.output.result('surety.wallet.history/1', { wallet: name, transactions: all }, () =>
      table(
        ['when', 'state', 'height', 'transaction', 'what'],
        all.map(one => [
          one.at.slice(0, 19),
          one.state,
          one.height === null ? '' : String(one.height),
          one.transaction.slice(0, 16),
          one.note
        ])
      )
    )
  })
}

/** Sends what was signed and, so a crash or the network would have it, not sent. */
export const resend: Handler = async (context, [text = ''], options) => {
  const { wait } = sendingOptions(options)
  await withChain(context, async session => {
    const wallet = await openWallet(session, context.settings.account.value)
    const open = wallet.store.open().filter(one => one.id.startsWith(text))
    const [found] = open
    if (found === undefined || open.length > 1) {
      throw refused('E_TRANSACTION_UNKNOWN', `${open.length} transactions under way begin with ${text}`)
    }
    if (context.dryRun) {
      const state = options['release'] === true ? 'released' : 'sent'
      context.output.result('surety.wallet.resend/1', { dryRun: true, transaction: found.id, state }, () => [
        `would be ${state}: ${found.note}`
      ])
      return
    }
    if (options['release'] === true) {
      // What a node holds may be in the next block, whatever is forgotten here.
      if ((await session.chain.status(found.id)).kind !== 'unknown') {
        throw refused('E_RELEASE', 'the network holds it: it may still be paid; see surety wallet bump')
      }
      wallet.account.release(found.transaction)
      context.output.result('surety.wallet.resend/1', { transaction: found.id, state: 'released' }, () => [
        `released ${found.id}: its coin can be spent again`
      ])
      return
    }
    unwrap(await wallet.account.submit(found.transaction))
    const sent = await followTransaction(session, wallet, found.id, wait)
    context.output.result('surety.wallet.resend/1', { ...sent }, () => [sentLine(sent)])
  })
}

/** The same payment with a larger fee. */
export const bumpFee: Handler = async (context, [id = ''], options) => {
  const { wait, fee } = sendingOptions({ fee: 'high', ...options })
  if (!isHex32(id)) throw misuse('E_USAGE', 'a transaction is named by its whole id')
  await withChain(context, async session => {
    const signer = await openSigner(session)
    const wishes = unwrap(await signer.account.replacement(id as TransactionId, fee))
    const atoms = await planFee(signer, wishes)
    const description = `pay a fee of ${formatShares(atoms)} instead of ${formatShares(wishes.replacedFee ?? 0n)}`
    context.output.note(`${description}: ${wishes.note ?? ''}, signed by ${signer.name}`)
    if (context.dryRun) {
      context.output.result('surety.wallet.bump/1', { dryRun: true, replaces: id, fee: atoms }, () => [
        `would ${description}`
      ])
      return
    }
    await confirm(context, `${description}?`)
    const replaced = unwrap(await signer.account.replace(id as TransactionId, fee))
    const sent = await followTransaction(session, signer, replaced, wait)
    context.output.result('surety.wallet.bump/1', { dryRun: false, replaces: id, fee: atoms, ...sent }, () => [
      sentLine(sent)
    ])
  })
}
