// surety asset mint, pay, balance: through the committee found by the asset's id; every answer checked here.
import { formatAmount, parseAmount } from '../../amounts.ts'
import { type Context, confirm } from '../../context.ts'
import { misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { InstructionSigner, tokenCall } from '../../instructions.ts'
import { openSigner } from '../../open-wallet.ts'
import { findAsset, resolveKey, withAssets } from '../../session.ts'

/** Heights an instruction stays valid. */
const VALID_HEIGHTS = 60

export const mintTokens: Handler = (context, args) => instruct(context, args, 'mint')
export const payTokens: Handler = (context, args) => instruct(context, args, 'transfer')

async function instruct(context: Context, args: readonly string[], call: 'mint' | 'transfer'): Promise<undefined> {
  const [amountText = '', symbol = '', word, payee = ''] = args
  const verb = call === 'mint' ? 'mint' : 'pay'
  if (word !== 'to') throw misuse('E_USAGE', `say it as: asset ${verb} 25 ${symbol || 'HBR'} to bob`)
  await withAssets(context, async session => {
    const { id, decimals, record } = await findAsset(session, symbol)
    const amount = parseAmount(amountText, decimals)
    const to = await resolveKey(session, payee)
    const signer = await openSigner(session)
    const { height } = await session.chain.tip('final')
    const sequence = unwrap(await session.client.nextSequence(id, signer.key))
    const instructions = new InstructionSigner(session.info.genesis, id, signer.secret.reveal(), sequence)
    const signed = instructions.sign([tokenCall(call, { to, amount })], height + VALID_HEIGHTS)
    const document = { asset: id, symbol: record.registration.symbol, amount, decimals, to, instruction: signed.id }
    const what = `${verb} ${formatAmount(amount, decimals)} ${record.registration.symbol} to ${payee}`
    if (context.dryRun) {
      context.output.result(`surety.asset.${verb}/1`, { ...document, dryRun: true }, () => [`would ${what}`])
      return
    }
    await confirm(context, `${what}?`)
    context.output.note(`sending instruction ${signed.id}`)
    const [notice] = unwrap(await session.client.submit(id, [signed.bytes]))
    if (notice === undefined) throw new Error('one notice for each instruction')
    if (notice.kind === 'refused') throw refused(notice.code, notice.why)
    const { outcome, code, index, latencyMs } = notice
    if (outcome !== 'applied') throw refused(code, `it was ordered as step ${index} and failed: ${code}`)
    context.output.result(
      `surety.asset.${verb}/1`,
      {
        ...document,
        status: 'accepted',
        index,
        sequence: notice.sequence,
        latencyMs: Math.round(latencyMs)
      },
      () => [`accepted as step ${index} after ${Math.round(latencyMs)} ms: ${what}`]
    )
  })
}

export const showTokens: Handler = async (context, [symbol = '', owner], options) => {
  await withAssets(context, async session => {
    const { id, decimals, record } = await findAsset(session, symbol)
    const account = await resolveKey(session, owner ?? context.settings.account.value)
    const at = options['settled'] === true ? 'settled' : 'accepted'
    const units = unwrap(await session.client.balance(id, account, at))
    context.output.result(
      'surety.asset.balance/1',
      {
        asset: id,
        symbol: record.registration.symbol,
        account,
        units,
        decimals,
        how: at
      },
      () => [`${formatAmount(units, decimals)} ${record.registration.symbol} (${at})`]
    )
  })
}
