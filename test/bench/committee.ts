// One asset served by a four-member committee of operating system processes, the network's four founding peers, and a wallet
// that finds them through the DHT [COM-3]. Made for the benchmark; ends with every process it started.
import { setTimeout as delay } from 'node:timers/promises'
import { findTemplate } from '#contracts/assets/registry.ts'
import { termsHashOf } from '#contracts/bonds/terms.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { AMOUNT_LIMIT } from '#contracts/primitives/amounts.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { createWorld, type World } from '#cli/demo/world.ts'
import { deriveDevKey, ownerNameOf } from '#cli/devnet/accounts.ts'
import { createDevNetwork } from '#cli/devnet/network.ts'
import { DEV_NODES } from '#cli/devnet/plan.ts'
import { unwrap } from '#cli/exit-codes.ts'
import { InstructionSigner, tokenCall } from '#cli/instructions.ts'
import { ASSET_BENCH } from './limits.ts'
import type { Supply } from './load.ts'

export interface CommitteeSettings {
  readonly folder: string
  readonly signal: AbortSignal
  /** The first member writes a CPU profile here when it ends. */
  readonly profileDir: string | undefined
}

const POLL_MS = 100

/** Starts the network and gives `work` a wallet; whatever comes of it, every process is gone afterwards. */
export async function withNetwork<T>(settings: CommitteeSettings, work: (world: World) => Promise<T>): Promise<T> {
  const { folder, signal, profileDir } = settings
  const nodes = DEV_NODES.filter(node => node.role === 'peer')
  const network = await createDevNetwork({ folder, nodes, logLevel: 'warn' })
  try {
    const [first = '', ...others] = nodes.map(node => node.name)
    if (profileDir !== undefined) process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${profileDir}`
    const starting = network.start(signal, [first])
    delete process.env['NODE_OPTIONS']
    await Promise.all([starting, network.start(signal, others)])
    const world = await createWorld(network)
    try {
      return await work(world)
    } finally {
      await world.stop()
    }
  } finally {
    await network.stop()
  }
}

/** Registers the asset and bonds one unit of each member. */
export async function registerAsset(world: World, signal: AbortSignal): Promise<AssetId> {
  const issuer = world.account('issuer')
  const template = present(findTemplate('token', 1), 'the token template')
  const { interval, windowTicks } = world.network.genesis.parameters
  const rights = { mint: true, burn: false, freeze: false, recall: false }
  const registration: AssetRegister = {
    symbol: ASSET_BENCH.symbol,
    issuer: issuer.key,
    template: template.name,
    templateVersion: template.version,
    parameters: unwrap(
      template.encodeParameters({ name: 'Benchmark', decimals: 2, supplyCap: AMOUNT_LIMIT - 1n, ...rights })
    ),
    mode: 'opt-in',
    seats: ASSET_BENCH.seats,
    collateralPerSeat: ASSET_BENCH.collateralAtoms,
    termTicks: 100_000,
    interval,
    windowTicks,
    statedValue: ASSET_BENCH.collateralAtoms,
    reserveAtoms: ASSET_BENCH.reserveAtoms
  }
  const asset = unwrap(await issuer.act({ kind: 'asset.register', ...registration })) as string as AssetId
  await until(signal, () => world.chain.read('assets', asset, 'head'))
  for (const { name } of world.network.nodes) {
    const owner = world.account(ownerNameOf(name))
    const validator = deriveDevKey(name).publicKey
    const terms = termsHashOf(registration)
    const bond = { asset, validator, owner: owner.key, rewards: owner.key, terms, units: 1 }
    unwrap(await owner.act({ kind: 'bond.post', bonds: [bond] }))
  }
  return asset
}

/** Resolves when the asset is live and every member has an address in the DHT; gives the height at which it was seen. */
export async function committeeLive(world: World, asset: AssetId, signal: AbortSignal): Promise<number> {
  await until(signal, async () => {
    const record = await world.chain.read('assets', asset)
    if (record?.status !== 'live') return undefined
    const found = await world.client.committee(asset)
    return found.ok && found.value.members.every(member => member.addresses.length > 0) ? true : undefined
  })
  return (await world.chain.tip('final')).height
}

export interface Prepared {
  readonly mints: readonly Uint8Array[]
  readonly transfers: Supply
}

/** Signs mints to many accounts and transfers among them, in turns, before any clock runs. */
export async function prepareInstructions(world: World, asset: AssetId): Promise<Prepared> {
  const { accounts, mintedUnits, prepared, validHeights } = ASSET_BENCH
  const { height } = await world.chain.tip('final')
  const notAfter = height + validHeights
  const issuer = new InstructionSigner(world.genesis, asset, deriveDevKey('issuer').secret)
  const payers = Array.from({ length: accounts }, (_, place) => {
    return new InstructionSigner(world.genesis, asset, deriveDevKey(`payer-${place}`).secret)
  })
  const mints = payers.map(({ account: to }) => {
    return issuer.sign([tokenCall('mint', { to, amount: mintedUnits })], notAfter).bytes
  })
  const transfers: Uint8Array[] = []
  for (let place = 0; place < prepared; place++) {
    const payer = present(payers[place % accounts], 'a payer')
    const turn = Math.floor(place / accounts)
    const to = present(payers[(place + 1 + (turn % (accounts - 1))) % accounts], 'a payee').account
    transfers.push(payer.sign([tokenCall('transfer', { to, amount: 1n })], notAfter).bytes)
    // The wallet's own network must live meanwhile.
    if (place % 256 === 0) await delay(1)
  }
  let next = 0
  const take = (count: number): readonly Uint8Array[] => {
    if (next + count > transfers.length) throw new Error('every prepared transfer has been offered')
    next += count
    return transfers.slice(next - count, next)
  }
  return { mints, transfers: { take } }
}

async function until<T>(signal: AbortSignal, ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    const answer = await ask()
    if (answer !== undefined) return answer
    await delay(POLL_MS, undefined, { signal })
  }
}
