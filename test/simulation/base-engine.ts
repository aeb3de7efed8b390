// The base chain's consensus under drawn faults: four to seven peers with the real state transition, crashes with lost
// writes, partitions, bad weather, clocks that differ, and sometimes a peer that contradicts itself. Then everything
// heals, and finality must move on. Checks [POS-4] to [POS-8], [FIN-1] to [FIN-8] and [LED-2].
import { createRandom, type Random } from '#test/support/random.ts'
import { createMemoryDisk } from '#test/support/simulator/disk.ts'
import { createFaultCounts } from '#test/support/simulator/faults.ts'
import { createKernel, type Kernel } from '#test/support/simulator/kernel.ts'
import { createMemoryNetwork, type MemoryNetwork, type NetworkWeather } from '#test/support/simulator/network.ts'
import type { RunVerdict, SimEngine, SimRun } from '#test/support/simulator/report.ts'
import { BaseChecks } from './base-checks.ts'
import { publishLies } from './base-liar.ts'
import { type BaseMessage, BaseNode, type BaseRow, type BaseSim, publishHonestly } from './base-node.ts'
import { createBaseWorld, installFakeSignatures, simPeer } from './base-world.ts'

/** Faults happen before this time; then the weather is calm and everyone is up. */
const HEAL_MS = 36_000
/** By then every honest node must have the final blocks below. */
const END_MS = 60_000
const FINAL_AFTER_HEAL = 16
/** The chain itself records what is final a little later [FIN-8]. */
const RECORDING_LAG = 6
const MAX_SYNC_MS = 8
/** Clocks differ by at most this much either way: within delta of each other, as the protocol assumes. */
const MAX_OFFSET_MS = 30
const CALM: NetworkWeather = { minDelayMs: 3, maxDelayMs: 40, lossPercent: 0, repeatPercent: 0, slowPercent: 0 }

/** A third of the table decides: both sides of a partition go on finalising. */
const WEAK_QUORUM = 'weak-quorum'
/** A restarted peer does not remember what it signed. */
const FORGET_GUARD = 'forget-guard'
const SEND_BEFORE_WRITE = 'send-before-write'

export interface BaseSimOptions {
  readonly peers?: number
  /** Whether peer 0 contradicts itself; drawn if left out. */
  readonly lies?: boolean
  readonly breakRule?: string
}

export interface BaseSimRun extends SimRun {
  readonly head: number
  readonly final: number
  readonly isLiarAccused: boolean
}

export const baseEngine: SimEngine = {
  name: 'base',
  breakable: [WEAK_QUORUM, FORGET_GUARD, SEND_BEFORE_WRITE],
  run: (seed, breakRule) => runBaseSimulation(seed, breakRule === undefined ? {} : { breakRule })
}

/** One run, fully determined by its arguments. */
export function runBaseSimulation(seed: number, options: BaseSimOptions = {}): BaseSimRun {
  installFakeSignatures()
  const random = createRandom(`base/${seed}`)
  const setup = random.split('setup')
  const count = options.peers ?? setup.between(4, 7)
  const lies = options.lies ?? setup.chance(40)
  const kernel = createKernel()
  const world = createBaseWorld(seed, setup.split('genesis'), count, options.breakRule === WEAK_QUORUM ? 2n : 1n)
  const checks = new BaseChecks(kernel, world, peer => !lies || peer !== simPeer(0).key)
  const fired = createFaultCounts()
  const sim: BaseSim = {
    kernel,
    world,
    checks,
    fired,
    nodes: count,
    breaks: {
      sendBeforeWrite: options.breakRule === SEND_BEFORE_WRITE,
      forgetGuard: options.breakRule === FORGET_GUARD
    },
    network: () => net
  }
  const nodes = Array.from({ length: count }, (_, index) => {
    const own = random.split(`node/${index}`)
    const disk = createMemoryDisk<BaseRow>(kernel, own.split('disk'), MAX_SYNC_MS, fired)
    const offsetMs = own.between(-MAX_OFFSET_MS, MAX_OFFSET_MS)
    return new BaseNode(sim, index, simPeer(index), disk, offsetMs, lies && index === 0 ? publishLies : publishHonestly)
  })
  const net = createMemoryNetwork<BaseMessage>(
    kernel,
    random.split('network'),
    drawWeather(setup),
    fired,
    (to, from, message) => nodes[to]?.receive(from, message)
  )
  for (const node of nodes) kernel.at(setup.below(100), () => node.start())
  scheduleFaults(kernel, random.split('faults'), nodes, net, lies)

  const hasFailed = (): boolean => checks.divergence !== undefined
  kernel.run(HEAL_MS, hasFailed)
  net.partition(null)
  net.setWeather(CALM)
  const honest = nodes.filter(node => !lies || node.index !== 0)
  const goal = checks.final.length - 1 + FINAL_AFTER_HEAL
  const hasArrived = (): boolean =>
    honest.every(
      ({ machine }) =>
        machine !== undefined &&
        machine.final.header.height >= goal &&
        machine.head.recordedFinal.height >= goal - RECORDING_LAG
    )
  kernel.run(END_MS, () => hasFailed() || hasArrived())
  const reached = honest[0]?.machine
  if (reached !== undefined) checks.checkSupply(reached.final)

  const why =
    checks.divergence ??
    (hasArrived()
      ? undefined
      : `final at ${honest.map(node => node.machine?.final.header.height ?? 'down').join(', ')} of ${goal}`)
  const verdict: RunVerdict = hasFailed() ? 'diverged' : hasArrived() ? 'pass' : 'noProgress'
  return {
    verdict,
    ...(why === undefined ? {} : { why }),
    traceHash: kernel.traceHash(),
    faultsFired: fired.all,
    evidence: checks.accused.size,
    progress: checks.final.length - 1,
    head: reached?.head.header.height ?? 0,
    final: checks.final.length - 1,
    isLiarAccused: checks.accused.has(simPeer(0).key)
  }
}

function drawWeather(random: Random): NetworkWeather {
  return {
    minDelayMs: random.between(0, 15),
    maxDelayMs: random.between(20, 60),
    lossPercent: random.chance(50) ? random.between(0, 12) : 0,
    repeatPercent: random.chance(50) ? random.between(0, 20) : 0,
    slowPercent: random.chance(50) ? random.between(0, 8) : 0
  }
}

/** Crashes and partitions of up to some seconds each, all over by HEAL_MS. The liar keeps its memory. */
function scheduleFaults(
  kernel: Kernel,
  random: Random,
  nodes: readonly BaseNode[],
  net: MemoryNetwork<BaseMessage>,
  lies: boolean
): void {
  for (const node of nodes) {
    if (lies && node.index === 0) continue
    for (let atMs = random.between(500, HEAL_MS); atMs < HEAL_MS - 500 && random.chance(60); ) {
      // Back within the slot or epoch it may just have signed in, or after the others have moved on.
      const backAtMs = Math.min(
        HEAL_MS,
        atMs + (random.chance(40) ? random.between(20, 400) : random.between(400, 8000))
      )
      kernel.at(atMs, () => node.crash())
      kernel.at(backAtMs, () => node.start())
      atMs = backAtMs + random.between(200, HEAL_MS)
    }
  }
  if (random.chance(25)) {
    // The lights go out for all at once: what was not synced is nowhere any more.
    const atMs = random.between(1000, HEAL_MS - 1000)
    for (const node of nodes) {
      if (lies && node.index === 0) continue
      kernel.at(atMs, () => node.crash())
      kernel.at(atMs + random.between(50, 1000), () => node.start())
    }
  }
  for (let atMs = random.between(500, HEAL_MS); atMs < HEAL_MS - 500 && random.chance(70); ) {
    const healAtMs = Math.min(HEAL_MS, atMs + random.between(500, 15_000))
    const order = random.shuffle(nodes.map(node => node.index))
    const cut = random.between(1, nodes.length - 1)
    kernel.at(atMs, () => net.partition([order.slice(0, cut), order.slice(cut)]))
    kernel.at(healAtMs, () => net.partition(null))
    atMs = healAtMs + random.between(500, HEAL_MS)
  }
}
