// Step 3: the issuer registers two tokens, each with an opt-in committee of four seats and collateral per seat [AST-1].
import { findTemplate } from '#contracts/assets/registry.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { AMOUNT_LIMIT } from '#contracts/primitives/amounts.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { formatShares } from '../../amounts.ts'
import { unwrap } from '../../exit-codes.ts'
import { COLLATERAL_ATOMS, DECIMALS, FALSE_SYMBOL, HONEST_SYMBOL, RESERVE_ATOMS, SEATS } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'

export interface DemoAssets {
  readonly honest: DemoAsset
  readonly false: DemoAsset
}
export interface DemoAsset {
  readonly id: AssetId
  readonly registration: AssetRegister
}

/** Sends both registrations; they stand long before the first snapshot. */
export async function registerAssets(world: World): Promise<DemoAssets> {
  const honest = await register(world, HONEST_SYMBOL)
  return { honest, false: await register(world, FALSE_SYMBOL) }
}

async function register(world: World, symbol: string): Promise<DemoAsset> {
  const issuer = world.account('issuer')
  const template = present(findTemplate('token', 1), 'the token template')
  const {
    parameters: { interval, windowTicks }
  } = world.network.genesis
  const registration: AssetRegister = {
    symbol,
    issuer: issuer.key,
    template: template.name,
    templateVersion: template.version,
    parameters: unwrap(
      template.encodeParameters({
        name: `Demo ${symbol}`,
        decimals: DECIMALS,
        supplyCap: AMOUNT_LIMIT - 1n,
        mint: true,
        burn: true,
        freeze: false,
        recall: false
      })
    ),
    mode: 'opt-in',
    seats: SEATS,
    collateralPerSeat: COLLATERAL_ATOMS,
    termTicks: 100_000,
    interval,
    windowTicks,
    statedValue: COLLATERAL_ATOMS,
    reserveAtoms: RESERVE_ATOMS
  }
  const id = unwrap(await issuer.act({ kind: 'asset.register', ...registration }))
  return { id: id as string as AssetId, registration }
}

export async function observeRegistrations(stage: Stage, world: World, assets: DemoAssets): Promise<Sight<undefined>> {
  const seen = await Promise.all(
    [assets.honest, assets.false].map(async ({ id, registration }) => {
      const record = await stage.until(`${registration.symbol} in final state`, () => world.chain.read('assets', id))
      const { symbol, template, mode, seats, collateralPerSeat, interval, windowTicks } = record.registration
      return {
        asset: id,
        symbol,
        template,
        mode,
        seats,
        collateralPerSeat,
        interval,
        windowTicks,
        registeredAt: record.registeredAt,
        status: record.status,
        firstRoot: record.firstRoot
      }
    })
  )
  return {
    value: undefined,
    height: Math.max(...seen.map(one => one.registeredAt)),
    summary: seen.map(one => `${one.symbol}: ${one.seats} seats at ${formatShares(one.collateralPerSeat)}`).join('; '),
    detail: { issuer: world.account('issuer').key, assets: seen }
  }
}
