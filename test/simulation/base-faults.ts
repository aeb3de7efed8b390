// What goes wrong in a run of the base chain, each kind switched on or off by the seed. A kind that is on has happened at
// least once when the run ends, or the run is void. All is over when the network heals; what a peer lost it lost.
import type { Random } from '#test/support/random.ts'
import { type Cut, betweenGroups, type MemoryNetwork } from '#test/support/simulator/network.ts'
import type { BaseRow } from './base-guard.ts'
import type { BaseMessage } from './base-messages.ts'
import type { BaseNode, BaseSim } from './base-node.ts'
import type { BasePlan } from './base-plan.ts'

export interface FaultSetting {
  readonly sim: BaseSim
  readonly plan: BasePlan
  readonly net: MemoryNetwork<BaseMessage>
  readonly nodes: readonly BaseNode[]
  /** Faults happen before this time. */
  readonly healMs: number
  /** Within this clocks differ when all is well. */
  readonly maxOffsetMs: number
  /** A copy of a peer's folder may be started on this machine. */
  readonly spare: BaseNode | undefined
  /** A peer that the rest can do without, so far; once asked for, it counts among the hampered. */
  readonly takeHampered: (random: Random) => BaseNode | undefined
}

/** Plans one kind; false if this run cannot have it. */
type Plan = (setting: FaultSetting, random: Random) => boolean

interface FaultKind {
  /** What is counted when it happens. */
  readonly name: string
  readonly percent: number
  readonly plan: Plan
}

/** Draws what goes wrong and schedules it; the names of the kinds that are on. */
export function scheduleFaults(setting: FaultSetting, random: Random): readonly string[] {
  return KINDS.filter(
    ({ name, percent, plan }) => random.split(`${name}?`).chance(percent) && plan(setting, random.split(name))
  ).map(({ name }) => name)
}

const crashes: Plan = ({ sim, nodes, healMs }, random) => {
  const honest = nodes.filter(node => node.isHonest)
  const first = random.pick(honest)
  for (const node of honest) {
    for (let atMs = random.between(500, healMs); atMs < healMs - 500 && (node === first || random.chance(60)); ) {
      // Back within the slot or epoch it may just have signed in, or after the others have moved on.
      const downMs = random.chance(40) ? random.between(20, 400) : random.between(400, 8000)
      const backAtMs = Math.min(healMs, atMs + downMs)
      outage(sim, node, atMs, backAtMs)
      atMs = backAtMs + random.between(200, healMs)
    }
  }
  return nodes.some(node => node.isHonest)
}

/** The lights go out for all at once: what was not synced is nowhere any more. */
const blackout: Plan = ({ sim, nodes, healMs }, random) => {
  const atMs = random.between(1000, healMs - 1500)
  sim.kernel.at(atMs, () => sim.fired.count('blackout'))
  for (const node of nodes) if (node.isHonest) outage(sim, node, atMs, atMs + random.between(50, 1000))
  return true
}

const crashInRecovery: Plan = ({ sim, nodes, healMs }, random) => {
  const node = random.pick(nodes.filter(one => one.isHonest))
  const atMs = random.between(2000, healMs - 3000)
  sim.kernel.at(atMs, () => {
    node.crash()
    node.start(random.between(1, 40))
    // A file with fewer rows is read to its end.
    node.crash()
    sim.fired.count('crash-in-recovery')
  })
  sim.kernel.at(atMs + random.between(10, 1500), () => node.start())
  return true
}

/** Loses everything but the key. */
const wipe: Plan = ({ sim, healMs, takeHampered }, random) => {
  const node = takeHampered(random)
  if (node === undefined) return false
  const atMs = random.between(1000, healMs - 2500)
  sim.kernel.at(atMs, () => {
    node.crash()
    node.wipe()
  })
  sim.kernel.at(atMs + random.between(10, 2000), () => node.start())
  return true
}

const older =
  (kind: 'old-folder' | 'old-guard'): Plan =>
  ({ sim, healMs, takeHampered }, random) => {
    const node = takeHampered(random)
    if (node === undefined) return false
    const takenMs = random.between(1000, healMs / 2)
    const atMs = takenMs + random.between(300, healMs / 2 - 2500)
    let backup: readonly BaseRow[] = []
    sim.kernel.at(takenMs, () => {
      backup = node.backup()
    })
    sim.kernel.at(atMs, () => {
      node.crash()
      node.restore(kind, backup)
    })
    sim.kernel.at(atMs + random.between(10, 2000), () => node.start())
    return true
  }

/** The folder is copied to another machine and started there, while the first goes on. */
const clone: Plan = ({ sim, nodes, healMs, spare }, random) => {
  const node = nodes.find(one => one !== spare && one.peer.key === spare?.peer.key)
  if (spare === undefined || node === undefined) return false
  const takenMs = random.between(1000, healMs - 6000)
  let backup: readonly BaseRow[] = []
  sim.kernel.at(takenMs, () => {
    backup = node.backup()
  })
  sim.kernel.at(takenMs + random.between(10, 5000), () => {
    spare.restore('clone', backup)
    spare.start()
  })
  return true
}

/** Both sides grow while they are apart [FIN-6]: looked at where nothing else is in the way. */
const partitions: Plan = ({ sim, nodes, net, healMs }, random) => {
  for (let atMs = random.between(500, healMs - 3000), more = true; more && atMs < healMs - 700; ) {
    const endMs = Math.min(healMs, atMs + random.between(600, 15_000))
    const order = random.shuffle(nodes.map(node => node.index))
    const at = random.between(1, nodes.length - 1)
    const sides = [order.slice(0, at), order.slice(at)]
    const startMs = atMs
    const before = new Map<BaseNode, number>()
    sim.kernel.at(startMs, () => {
      net.cut('cut', betweenGroups(sides))
      for (const node of nodes) if (node.isHonest && node.machine) before.set(node, node.machine.head.height)
    })
    sim.kernel.at(endMs, () => {
      net.cut('cut', null)
      if (endMs - startMs < GROWTH_MS || sim.isDisturbed()) return
      for (const [node, height] of before) {
        if (node.awakeFromMs > startMs || node.machine === undefined) continue
        sim.fired.count('grew-apart')
        if (node.machine.head.height <= height) sim.checks.fail(`node ${node.index} does not grow on its side`)
      }
    })
    atMs = endMs + random.between(500, healMs)
    more = random.chance(70)
  }
  return true
}
/** Twelve slots: a peer with a seventh of the weight that is alone finds one of them. */
const GROWTH_MS = 6000

/** Cuts links by a rule from time to time. */
const cuts =
  (kind: string, draw: (nodes: readonly BaseNode[], random: Random) => Cut): Plan =>
  ({ sim, nodes, net, healMs }, random) => {
    for (let atMs = random.between(500, healMs - 4000), more = true; more && atMs < healMs - 1500; ) {
      const endMs = Math.min(healMs, atMs + random.between(1200, 8000))
      const cut = draw(nodes, random)
      sim.kernel.at(atMs, () => net.cut(kind, cut))
      sim.kernel.at(endMs, () => net.cut(kind, null))
      atMs = endMs + random.between(500, healMs)
      more = random.chance(50)
    }
    return true
  }

const oneWay = cuts('one-way', (nodes, random) => {
  const deaf = new Set(random.shuffle(nodes.map(node => node.index)).slice(0, random.between(1, nodes.length - 1)))
  return (from, to) => deaf.has(to) && !deaf.has(from)
})

const isolate = cuts('isolated', (nodes, random) => {
  const alone = random.pick(nodes).index
  return (from, to) => from === alone || to === alone
})

/** Links between two sides come and go within parts of a slot. */
const flapping: Plan = ({ sim, nodes, net, healMs }, random) => {
  const order = random.shuffle(nodes.map(node => node.index))
  const at = random.between(1, nodes.length - 1)
  const cut = betweenGroups([order.slice(0, at), order.slice(at)])
  const endMs = random.between(5000, healMs)
  for (let atMs = endMs - random.between(3000, 4500); atMs < endMs; ) {
    const backMs = atMs + random.between(30, 400)
    sim.kernel.at(atMs, () => net.cut('flapping', cut))
    sim.kernel.at(Math.min(endMs, backMs), () => net.cut('flapping', null))
    atMs = backMs + random.between(30, 400)
  }
  return true
}

/** A clock that is off by more than delta all the time. */
const skew: Plan = ({ sim, nodes }, random) => {
  const node = random.pick(nodes)
  sim.fired.count('skew')
  node.setClock((random.chance(50) ? 1 : -1) * random.between(80, 900))
  return true
}

/** A clock that is set, forward or back, by less than an epoch, and set right later. */
const jumps: Plan = ({ sim, nodes, healMs, maxOffsetMs }, random) => {
  const node = random.pick(nodes)
  const atMs = random.between(1000, healMs - 3000)
  sim.kernel.at(atMs, () => {
    sim.fired.count('jump')
    node.setClock((random.chance(50) ? 1 : -1) * random.between(100, 950))
  })
  sim.kernel.at(atMs + random.between(500, 8000), () => node.setClock(random.between(-maxOffsetMs, maxOffsetMs)))
  return true
}

const slowNode: Plan = ({ sim, nodes, net, healMs }, random) => {
  const node = random.pick(nodes)
  const atMs = random.between(1000, healMs - 3000)
  sim.kernel.at(atMs, () => net.slow(node.index, random.between(100, 900)))
  sim.kernel.at(Math.min(healMs, atMs + random.between(1500, 8000)), () => net.slow(node.index, 0))
  return true
}

const KINDS: readonly FaultKind[] = [
  { name: 'crash', percent: 60, plan: crashes },
  { name: 'blackout', percent: 20, plan: blackout },
  { name: 'crash-in-recovery', percent: 25, plan: crashInRecovery },
  { name: 'cut', percent: 50, plan: partitions },
  { name: 'one-way', percent: 25, plan: oneWay },
  { name: 'isolated', percent: 25, plan: isolate },
  { name: 'flapping', percent: 25, plan: flapping },
  { name: 'skew', percent: 20, plan: skew },
  { name: 'jump', percent: 25, plan: jumps },
  { name: 'slow-node', percent: 25, plan: slowNode },
  { name: 'clone', percent: 100, plan: clone },
  { name: 'wipe', percent: 30, plan: wipe },
  { name: 'old-guard', percent: 25, plan: older('old-guard') },
  { name: 'old-folder', percent: 25, plan: older('old-folder') }
]

function outage(sim: BaseSim, node: BaseNode, fromMs: number, toMs: number): void {
  sim.kernel.at(fromMs, () => node.crash())
  sim.kernel.at(toMs, () => node.start())
}
