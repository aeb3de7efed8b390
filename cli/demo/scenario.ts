// The whole story as one graph: every step names what it needs by awaiting it, and starts the moment it is there. Both
// registrations and all bonds are sent in the first blocks; the lie runs while the first asset's window is open.
import { createDevNetwork, type DevNetwork } from '../devnet/network.ts'
import type { NodeInfo } from '../node/node-methods.ts'
import { corrupt, observeLie } from './steps/false-checkpoint.ts'
import { observeRegistrations, registerAssets } from './steps/asset-registered.ts'
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
  const infos = await stage.attempt('network-started', () => network.start(stage.signal))
  const world = await stage.attempt('network-started', () => createWorld(network))
  try {
    await playSteps(stage, world, infos)
  } finally {
    await world.stop()
  }
}

async function playSteps(stage: Stage, world: World, infos: readonly NodeInfo[]): Promise<void> {
  const started = stage.step('network-started', () => observeNetwork(stage, world, infos))
  const paid = stage.step('paid', () => observePayment(stage, world))
  const assets = await stage.attempt('asset-registered', () => registerAssets(world))
  const registered = stage.step('asset-registered', () => observeRegistrations(stage, world, assets))
  const bonded = stage.attempt('committee-live', () => postBonds(stage, world, assets))
  const committees = await stage.attempt('committee-live', async () => {
    await bonded
    return await drawnCommittees(stage, world, assets)
  })
  const liars = await stage.attempt('false-checkpoint-posted', () => corrupt(world, assets.false, committees.false))
  const live = stage.step('committee-live', () => observeCommittees(stage, world, assets, committees))
  const moved = stage.step('instructions-accepted', () => observeInstructions(stage, world, assets.honest.id))
  const checked = moved.then(moves =>
    stage.step('receipt-verified', () => observeReceipts(stage, world, assets.honest.id, moves)))
  const settled = moved.then(moves =>
    stage.step('checkpoint-settled', () => observeSettlement(stage, world, assets.honest.id, moves)))
  // Both assets are kept busy to the end: a sequence without a step posts no checkpoint.
  const done = new AbortController()
  const busy = [
    stage.background('instructions-accepted', () => trickle(stage, world, assets.false.id, 'issuer', done.signal)),
    moved.then(() => stage.background('checkpoint-settled', () => trickle(stage, world, assets.honest.id, 'issuer', done.signal)))
  ]
  const lie = stage.step('false-checkpoint-posted', () => observeLie(stage, world, assets.false, committees.false, liars))
  const punished = lie.then(async seen => {
    const honestAtLie = (await world.chain.read('assets', assets.honest.id))?.sequence ?? 0
    const judged = stage.step('claim-judged', () => observeJudgement(stage, world, assets.false, seen))
    const taken = stage.step('collateral-taken', () => observeCollateral(stage, world, assets.false, seen))
    const restaffed = stage.step('asset-restaffed', () => observeRestaffing(stage, world, assets, seen, honestAtLie))
    await Promise.all([judged, taken, restaffed])
  })
  const outcomes = await Promise.allSettled([started, paid, registered, live, moved, checked, settled, lie, punished])
  done.abort()
  await Promise.allSettled(busy)
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
