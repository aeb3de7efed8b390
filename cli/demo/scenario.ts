// The whole story as one graph: every step names what it needs by awaiting it, and starts the moment it is there. Both
// registrations and all bonds are sent in the first blocks; the lie runs while the first asset's window is open.
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { createDevNetwork, type DevNetwork } from '../devnet/network.ts'
import { DEV_NODES } from '../devnet/plan.ts'
import { corrupt, observeLie } from './steps/false-checkpoint.ts'
import { type DemoAssets, observeRegistrations, registerAssets } from './steps/asset-registered.ts'
import { observeRestaffing } from './steps/asset-restaffed.ts'
import { observeSettlement } from './steps/checkpoint-settled.ts'
import { observeJudgement } from './steps/claim-judged.ts'
import { observeCollateral } from './steps/collateral-taken.ts'
import { drawnCommittees, observeCommittees, postBonds } from './steps/committee-live.ts'
import { observeInstructions, observeReceipts } from './steps/instructions.ts'
import { observeNetwork } from './steps/network-started.ts'
import { observePayment } from './steps/paid.ts'
import { trickle } from './steps/trickle.ts'
import type { Stage } from './stage.ts'
import { createWorld, type World } from './world.ts'

/** Names in the order of the document, with what each shows. */
export const STEPS = [
  ['network-started', 'peers find each other and finalise blocks'],
  ['paid', 'a payment becomes final'],
  ['asset-registered', 'an issuer registers assets with an opt-in committee'],
  ['committee-live', 'bonded nodes are drawn and found through the DHT'],
  ['instructions-accepted', 'the committee orders, executes and certifies'],
  ['receipt-verified', 'the wallet checks receipts by itself'],
  ['checkpoint-settled', 'a checkpoint survives its window; a balance is proved'],
  ['false-checkpoint-posted', 'a quorum of another committee lies'],
  ['claim-judged', 'a watcher proves it, the base chain convicts'],
  ['collateral-taken', 'the liars pay, the claimant is rewarded'],
  ['asset-restaffed', 'others take the seats and it goes on']
] as const

export interface ScenarioSettings {
  /** Where the network keeps everything. */
  readonly folder: string
  readonly logLevel: 'warn' | 'info' | 'debug'
}

/** Plays the story on a fresh network and ends its processes, whatever comes of it. Failures are the stage's. */
export async function playScenario(stage: Stage, settings: ScenarioSettings): Promise<void> {
  const network = await createDevNetwork(settings)
  try {
    await playOn(stage, network)
  } finally {
    await network.stop()
  }
}

async function playOn(stage: Stage, network: DevNetwork): Promise<void> {
  const founders = DEV_NODES.filter(node => node.role !== 'joiner').map(node => node.name)
  await stage.attempt('network-started', () => network.start(stage.signal, founders))
  const world = await stage.attempt('network-started', () => createWorld(network))
  try {
    await playSteps(stage, world)
  } finally {
    await world.stop()
  }
}

async function playSteps(stage: Stage, world: World): Promise<void> {
  void stage.fork(() => stage.step('network-started', () => observeNetwork(stage, world)))
  void stage.fork(() => stage.step('paid', () => observePayment(stage, world)))
  const assets = await stage.attempt('asset-registered', () => registerAssets(world))
  void stage.fork(() => stage.step('asset-registered', () => observeRegistrations(stage, world, assets)))
  await stage.attempt('committee-live', () => postBonds(stage, world, assets))
  const committees = await stage.attempt('committee-live', () => drawnCommittees(stage, world, assets))
  const liars = await stage.attempt('false-checkpoint-posted', () => corrupt(world, assets.false, committees.false))
  void stage.fork(() => stage.step('committee-live', () => observeCommittees(stage, world, assets, committees)))
  const { id: honest } = assets.honest
  const moved = stage.fork(() => stage.step('instructions-accepted', () => observeInstructions(stage, world, honest)))
  void stage.fork(async () => {
    const moves = await moved
    await stage.step('receipt-verified', () => observeReceipts(stage, world, honest, moves))
  })
  const settled = stage.fork(async () => {
    const moves = await moved
    await stage.step('checkpoint-settled', () => observeSettlement(stage, world, honest, moves))
  })
  const punished = stage.fork(() => playPunishment(stage, world, assets, committees.false, liars))
  // Both assets are kept busy to the end: a sequence without a step posts no checkpoint.
  const over = new AbortController()
  const keepBusy = (asset: AssetId): Promise<void> =>
    stage.attempt('instructions-accepted', () => trickle(stage, world, asset, 'issuer', over.signal))
  void stage.fork(() => keepBusy(assets.false.id))
  void stage.fork(() => moved.then(() => keepBusy(honest)))
  await Promise.all([settled, punished]).finally(() => over.abort())
  await stage.finish()
}

/** From the lie to the new committee. */
async function playPunishment(
  stage: Stage,
  world: World,
  assets: DemoAssets,
  committee: CommitteeRecord,
  liars: readonly string[]
): Promise<void> {
  const lie = await stage.step('false-checkpoint-posted', () =>
    observeLie(stage, world, assets.false, committee, liars)
  )
  const honestAtLie = (await world.chain.read('assets', assets.honest.id))?.sequence ?? 0
  await Promise.all([
    stage.step('claim-judged', () => observeJudgement(stage, world, assets.false, lie)),
    stage.step('collateral-taken', () => observeCollateral(stage, world, assets.false, lie)),
    stage.step('asset-restaffed', () => observeRestaffing(stage, world, assets, lie, honestAtLie))
  ])
}
