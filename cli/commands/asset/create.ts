// surety asset create: registers a token of the template, with an opt-in committee [AST-1].
import { checkRegistration, findTemplate } from '#contracts/assets/registry.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { misuse, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { sendTransaction } from '../../sending.ts'
import { openSigner } from '../../open-wallet.ts'
import { withChain } from '../../session.ts'

export const createAsset: Handler = async (context, [symbol = ''], options) => {
  await withChain(context, async session => {
    const { parameters } = session.info
    const signer = await openSigner(session)
    const registration = buildRegistration(symbol.toUpperCase(), signer.key, parameters, options)
    unwrap(checkRegistration(registration, parameters))
    const { seats, collateralPerSeat, reserveAtoms } = registration
    const description =
      `register ${registration.symbol} with ${seats} seats at ${formatShares(collateralPerSeat)} each; locks ` +
      `${formatShares(parameters.registrationLockAtoms)}, reserves ${formatShares(reserveAtoms)}`
    const sent = await sendTransaction(
      session,
      signer,
      { action: { kind: 'asset.register', ...registration } },
      description
    )
    context.output.result(
      'surety.asset.create/1',
      {
        asset: sent?.transaction ?? null,
        dryRun: sent === undefined,
        height: sent?.height ?? null,
        symbol: registration.symbol,
        issuer: signer.key,
        seats,
        collateralPerSeat,
        collateralDecimals: SHARE_DECIMALS
      },
      () => [
        sent === undefined
          ? `would ${description}`
          : `${registration.symbol} is ${sent.transaction}, registered at ${sent.height}`
      ]
    )
  })
}

function buildRegistration(symbol: string, issuer: PublicKey, network: Parameters, options: Options): AssetRegister {
  const template = present(findTemplate('token', 1), 'the token template')
  const decimals = whole(options, 'decimals')
  const text = (name: string): string => String(options[name] ?? '')
  return {
    symbol,
    issuer,
    template: template.name,
    templateVersion: template.version,
    parameters: unwrap(
      template.encodeParameters({
        name: text('name') || symbol,
        decimals,
        supplyCap: parseAmount(text('cap'), decimals),
        mint: true,
        burn: true,
        freeze: options['freezable'] === true,
        recall: options['recallable'] === true
      })
    ),
    mode: 'opt-in',
    seats: whole(options, 'seats'),
    collateralPerSeat: parseAmount(text('collateral'), SHARE_DECIMALS),
    termTicks: whole(options, 'term'),
    interval: network.interval,
    windowTicks: network.windowTicks,
    statedValue: 0n,
    reserveAtoms: parseAmount(text('reserve'), SHARE_DECIMALS)
  }
}

function whole(options: Options, name: string): number {
  const text = String(options[name] ?? '')
  if (!/^\d{1,9}$/.test(text)) throw misuse('E_NUMBER', `--${name} takes a whole number`)
  return Number(text)
}
