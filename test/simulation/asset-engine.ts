// The asset layer's consensus under drawn faults: a committee of four (sometimes seven) and an observer, crashes with
// lost writes, partitions, bad weather, and a member that lies or a disk that is wiped. Then everything heals, and the
// committee must move on. Checks [DAG-1] to [DAG-6] and [FIN-7].
import { ANCHOR_DISTANCE, type CommitRules, threeRoundRules, votes } from '#asset-layer/consensus/committer.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { Seat } from '#contracts/primitives/ids.ts'
import { deriveDagContext } from '#contracts/statements/dag-header.ts'
import { createRandom, type Random } from '#test/support/random.ts'
import { createMemoryDisk } from '#test/support/simulator/disk.ts'
import { createFaultCounts, drawFaults } from '#test/support/simulator/faults.ts'
import { createKernel, type Kernel } from '#test/support/simulator/kernel.ts'
import { createMemoryNetwork, type MemoryNetwork, type NetworkWeather } from '#test/support/simulator/network.ts'
import type { RunVerdict, SimEngine, SimRun } from '#test/support/simulator/report.ts'
import { createFakeSigner } from '#test/support/simulator/signatures.ts'
import { AssetChecks } from './asset-checks.ts'
import { publishLies } from './asset-liars.ts'
import { type AssetMessage, AssetNode, type AssetRow, type AssetWorld, publishHonestly } from './asset-node.ts'

/** Faults happen before this time; then the weather is calm and everyone is up. */
const HEAL_MS = 6000
/** By then every node must have the commits below. */
const END_MS = 20_000
const COMMITS_AFTER_HEAL = 12
const MAX_SYNC_MS = 8
const CALM: NetworkWeather = { minDelayMs: 5, maxDelayMs: 60, lossPercent: 0, repeatPercent: 0, slowPercent: 0 }

export interface AssetSimOptions {
  readonly seats?: number
  /** Seats that lie; drawn, at most f, if left out. */
  readonly liars?: readonly Seat[]
  readonly breakRule?: string
}

export interface AssetSimRun extends SimRun {
  readonly accused: readonly Seat[]
}

const BROKEN_RULES: Readonly<Record<string, CommitRules>> = {
  /** Skips a leader as soon as it is not here, without a quorum that could not have seen it. */
  'skip-unseen': {
    ...threeRoundRules,
    direct: (dag, round, seat) =>
      dag.slot(round, seat).length === 0 && dag.top > round
        ? { kind: 'skip' }
        : threeRoundRules.direct(dag, round, seat)
  },
  /** Commits on any vote and skips on any blame. */
  'no-quorum': {
    ...threeRoundRules,
    direct: (dag, round, seat) => {
      const leader = dag.slot(round, seat)[0]
      const voters = dag.at(round + 1)
      if (leader === undefined || voters.length === 0) return threeRoundRules.direct(dag, round, seat)
      return voters.some(voter => votes(voter, leader)) ? { kind: 'commit', leader } : { kind: 'skip' }
    }
  },
  /** Asks what this node holds instead of what the anchor saw. */
  'no-anchor': {
    ...threeRoundRules,
    indirect: (dag, round, seat) => {
      const leader = dag.slot(round, seat)[0]
      return leader !== undefined && dag.top > round + ANCHOR_DISTANCE ? { kind: 'commit', leader } : { kind: 'skip' }
    }
  }
}
const SEND_BEFORE_WRITE = 'send-before-write'

export const assetEngine: SimEngine = {
  name: 'asset',
  breakable: [...Object.keys(BROKEN_RULES), SEND_BEFORE_WRITE],
  run: (seed, breakRule) => runAssetSimulation(seed, breakRule === undefined ? {} : { breakRule })
}

/** One run, fully determined by its arguments. */
export function runAssetSimulation(seed: number, options: AssetSimOptions = {}): AssetSimRun {
  const random = createRandom(`asset/${seed}`)
  const setup = random.split('setup')
  const seats = options.seats ?? (setup.chance(20) ? 7 : 4)
  const kernel = createKernel()
  const context = deriveDagContext(hashHex('simulated-dag', uintToBytes(seed, 8)), seats)
  const order = setup.shuffle(Array.from({ length: seats }, (_, seat) => seat))
  const liars = options.liars ?? order.slice(0, setup.below(context.faults + 1))
  // A wiped member never writes again, so it takes one of the f places.
  const wiped = order.slice(liars.length, context.faults).filter(() => setup.chance(60))
  // A short memory in most runs, so that collecting happens while nodes are away.
  const gcDepth = setup.pick([5, 8, 20, threeRoundRules.gcDepth])
  const checks = new AssetChecks(kernel, gcDepth, seat => !liars.includes(seat))
  const fired = createFaultCounts()
  const world: AssetWorld = {
    kernel,
    context,
    checks,
    fired,
    signer: createFakeSigner(String(seed)),
    rules: { ...(BROKEN_RULES[options.breakRule ?? ''] ?? threeRoundRules), gcDepth },
    sendBeforeWrite: options.breakRule === SEND_BEFORE_WRITE,
    network: () => net
  }
  const nodes = Array.from({ length: seats + 1 }, (_, index) => {
    const own = random.split(`node/${index}`)
    const disk = createMemoryDisk<AssetRow>(kernel, own.split('disk'), MAX_SYNC_MS, fired)
    return new AssetNode(world, index, own.split('driver'), disk, liars.includes(index) ? publishLies : publishHonestly)
  })
  const net = createMemoryNetwork<AssetMessage>(
    kernel,
    random.split('network'),
    drawWeather(setup),
    fired,
    (to, from, message) => nodes[to]?.receive(from, message)
  )
  for (const node of nodes) kernel.at(setup.below(100), () => node.start())
  scheduleFaults(kernel, random.split('faults'), nodes, net, liars, wiped)

  // With more than f liars divergence is expected; what counts then is that evidence names them.
  const failed = (): boolean => liars.length <= context.faults && checks.divergence !== undefined
  kernel.run(HEAL_MS, failed)
  net.partition(null)
  net.setWeather(CALM)
  const goal = checks.sequence.length + COMMITS_AFTER_HEAL
  const honest = nodes.filter(node => !liars.includes(node.index))
  const arrived = (): boolean => honest.every(node => checks.heightOf(node.index) >= goal)
  kernel.run(END_MS, () => failed() || arrived())
  for (const node of honest) checkBounds(node, checks, seats)

  const why =
    checks.divergence ??
    (arrived() ? undefined : `commits ${honest.map(node => checks.heightOf(node.index)).join(', ')} of ${goal}`)
  const verdict: RunVerdict = checks.divergence !== undefined ? 'diverged' : arrived() ? 'pass' : 'noProgress'
  return {
    verdict,
    ...(why === undefined ? {} : { why }),
    traceHash: kernel.traceHash(),
    faultsFired: fired.all,
    evidence: checks.accused.size,
    progress: checks.sequence.length,
    accused: [...checks.accused].sort((a, b) => a - b)
  }
}

function drawWeather(random: Random): NetworkWeather {
  return {
    minDelayMs: random.between(0, 20),
    maxDelayMs: random.between(20, 90),
    lossPercent: random.chance(50) ? random.between(0, 25) : 0,
    repeatPercent: random.chance(50) ? random.between(0, 20) : 0,
    slowPercent: random.chance(50) ? random.between(0, 10) : 0
  }
}

function scheduleFaults(
  kernel: Kernel,
  random: Random,
  nodes: readonly AssetNode[],
  net: MemoryNetwork<AssetMessage>,
  liars: readonly Seat[],
  wiped: readonly Seat[]
): void {
  const faults = drawFaults(random, nodes.length, HEAL_MS)
  for (const fault of faults) {
    if (fault.kind === 'partition') {
      kernel.at(fault.atMs, () => net.partition(fault.groups))
      kernel.at(fault.healAtMs, () => net.partition(null))
      continue
    }
    const node = nodes[fault.node]
    // Liars keep their memory: what they forget they could deny.
    if (node === undefined || liars.includes(fault.node)) continue
    kernel.at(fault.atMs, () => node.crash())
    kernel.at(fault.backAtMs, () => node.start())
  }
  for (const seat of wiped) {
    const crash = faults.find(fault => fault.kind === 'crash' && fault.node === seat)
    if (crash !== undefined) kernel.at(crash.atMs, () => nodes[seat]?.wipe())
  }
}

/** What others made a node hold stays within limits. */
function checkBounds(node: AssetNode, checks: AssetChecks, seats: number): void {
  const suspended = node.state?.suspended ?? 0
  if (suspended > 64 * seats) checks.fail(`node ${node.index} holds ${suspended} waiting blocks`)
}
