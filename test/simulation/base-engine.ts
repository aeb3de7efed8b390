// The base chain's consensus under drawn faults: four to seven peers with the real state transition, and whatever the
// seed switches on of base-faults.ts and base-plan.ts. Then everything heals, and finality must move on. Checks [POS-4]
// to [POS-9], [FIN-1] to [FIN-9] and [LED-2].
import { createRandom, type Random } from '#test/support/random.ts'
import { createMemoryDisk } from '#test/support/simulator/disk.ts'
import { createFaultCounts } from '#test/support/simulator/faults.ts'
import { createKernel } from '#test/support/simulator/kernel.ts'
import {
  betweenGroups,
  createMemoryNetwork,
  type MemoryNetwork,
  type NetworkWeather
} from '#test/support/simulator/network.ts'
import type { RunVerdict, SimEngine, SimRun } from '#test/support/simulator/report.ts'
import { BaseChecks } from './base-checks.ts'
import { scheduleFaults } from './base-faults.ts'
import { publishLies, publishSurrounding } from './base-liar.ts'
import type { BaseRow } from './base-guard.ts'
import type { BaseMessage } from './base-messages.ts'
import { BaseNode, type BaseSim, publishHonestly } from './base-node.ts'
import { type BasePlan, drawPlan, type PlanWishes } from './base-plan.ts'
import { BaseTraffic } from './base-traffic.ts'
import { createBaseWorld, installFakeSignatures, simPeer } from './base-world.ts'

/** Faults happen before this time; then the weather is calm and everyone is up. */
const HEAL_MS = 36_000
/** Before the second hand-over of the ordinary periods. */
const ATTACK_HEAL_MS = 33_000
/** By so long after it every honest node must have the final blocks below. */
const CALM_MS = 24_000
const FINAL_AFTER_HEAL = 16
/** The chain itself records what is final a little later [FIN-8]. */
const RECORDING_LAG = 6
const MAX_SYNC_MS = 8
/** Clocks differ by at most this much either way: within delta of each other, as the protocol assumes. */
const MAX_OFFSET_MS = 30
const CALM: NetworkWeather = { minDelayMs: 3, maxDelayMs: 40, lossPercent: 0, repeatPercent: 0, slowPercent: 0 }

/** A restarted peer does not remember what it signed. */
const FORGET_GUARD = 'forget-guard'
const SEND_BEFORE_WRITE = 'send-before-write'

export interface BaseSimOptions extends PlanWishes {
  readonly breakRule?: string | undefined
  /** How long faults go on; longer than usual for runs over many periods. */
  readonly healMs?: number | undefined
}

export interface BaseSimRun extends SimRun {
  readonly plan: BasePlan
  readonly head: number
  readonly final: number
  readonly isLiarAccused: boolean
  /** What was on in this run. */
  readonly enabled: readonly string[]
}

export const baseEngine: SimEngine = {
  name: 'base',
  breakable: [FORGET_GUARD, SEND_BEFORE_WRITE],
  run: (seed, breakRule) => runBaseSimulation(seed, { breakRule })
}

/** Thousands of heights, and a hand-over every sixteen of them. */
export const longBaseEngine: SimEngine = {
  name: 'base-long',
  breakable: [FORGET_GUARD, SEND_BEFORE_WRITE],
  run: (seed, breakRule) => runBaseSimulation(seed, { breakRule, healMs: 1_250_000, tiny: true, kind: 'ordinary' })
}

/** One run, fully determined by its arguments. */
export function runBaseSimulation(seed: number, options: BaseSimOptions = {}): BaseSimRun {
  return new Run(seed, options).run()
}

class Run {
  readonly #kernel = createKernel()
  readonly #fired = createFaultCounts()
  readonly #healMs: number
  readonly #plan: BasePlan
  readonly #checks: BaseChecks
  readonly #nodes: readonly BaseNode[]
  readonly #net: MemoryNetwork<BaseMessage>
  readonly #traffic: BaseTraffic
  readonly #sim: BaseSim
  /** Peers that are neither honest beyond doubt nor needed: liars, cloned, hampered. */
  readonly #hampered = new Set<number>()
  readonly #cloned: number | undefined
  #enabled: readonly string[] = []
  /** Two chains that went through a hand-over apart: neither side can weigh what the other signs with its own table. */
  #isDeep = false

  constructor(seed: number, options: BaseSimOptions) {
    installFakeSignatures()
    const random = createRandom(`base/${seed}`)
    const plan = drawPlan(random.split('plan'), options)
    this.#plan = plan
    this.#healMs = options.healMs ?? (plan.kind === 'attack' ? ATTACK_HEAL_MS : HEAL_MS)
    for (const [index, role] of plan.roles.entries()) if (role !== 'honest') this.#hampered.add(index)
    if (plan.kind === 'ordinary' && random.split('clone').chance(12)) this.#cloned = this.#takeHampered(random)
    const isHonest = (peer: string): boolean =>
      plan.roles.some((role, index) => role === 'honest' && index !== this.#cloned && simPeer(index).key === peer)
    this.#checks = new BaseChecks(this.#kernel, () => world, { isHonest, mayDiverge: plan.kind === 'attack' })
    const checks = this.#checks
    const world = createBaseWorld({ ...plan, seed, onState: (state, parent) => checks.onState(state, parent) })
    this.#traffic = new BaseTraffic(plan, checks.evidence)
    const second = plan.roles.flatMap((role, index) => (role === 'twin' || index === this.#cloned ? [index] : []))
    const machines = [...plan.roles.keys(), ...second]
    this.#sim = {
      kernel: this.#kernel,
      world,
      checks,
      fired: this.#fired,
      nodes: machines.length,
      breaks: {
        sendBeforeWrite: options.breakRule === SEND_BEFORE_WRITE,
        forgetGuard: options.breakRule === FORGET_GUARD
      },
      recoveries: new Set(),
      isDisturbed: () => this.#enabled.some(name => DISTURBING.has(name)),
      network: () => this.#net,
      pickTransactions: parent => this.#traffic.pick(parent)
    }
    this.#nodes = machines.map((peer, index) => this.#createNode(peer, index, random.split(`node/${index}`)))
    const weather = drawWeather(random.split('weather'))
    this.#net = createMemoryNetwork<BaseMessage>(
      this.#kernel,
      random.split('network'),
      weather,
      this.#fired,
      (to, from, message) => this.#nodes[to]?.receive(from, message)
    )
    const starts = random.split('start')
    for (const node of this.#nodes) {
      if (!this.#isSpare(node)) this.#kernel.at(starts.below(100), () => node.start())
    }
    this.#enabled = [...this.#schedule(random), ...namesOf(weather), ...this.#lies()]
  }

  run(): BaseSimRun {
    const { kind } = this.#plan
    const hasFailed = (): boolean => this.#checks.divergence !== undefined
    this.#kernel.run(this.#healMs, hasFailed)
    const roots = this.#needed().flatMap(({ machine }) => machine?.anchor.root.id ?? [])
    this.#isDeep = kind === 'attack' && new Set(roots).size > 1
    if (this.#isDeep) this.#fired.count('split-over-a-hand-over')
    this.#heal()
    if (kind === 'recovery' && !hasFailed()) this.#recover()
    const goal = this.#checks.final.length - 1 + FINAL_AFTER_HEAL
    const needed = this.#needed()
    const hasArrived = (): boolean =>
      needed.every(
        ({ machine }) =>
          machine !== undefined &&
          machine.final.height >= goal &&
          machine.head.recordedFinal.height >= goal - RECORDING_LAG
      )
    const isOver = (): boolean => hasFailed() || (kind !== 'attack' && hasArrived())
    this.#kernel.run(this.#healMs + CALM_MS, isOver)
    if (!isOver() && kind === 'ordinary' && this.#isStuckForGood()) {
      this.#fired.count('stuck-for-good')
      this.#recover()
      this.#kernel.run(this.#healMs + 2 * CALM_MS, isOver)
    }
    const why =
      this.#checks.divergence ??
      (kind === 'attack'
        ? this.#faultOfAttack()
        : hasArrived()
          ? this.#faultOfLies()
          : `final at ${needed.map(node => node.machine?.final.height ?? 'down').join(', ')} of ${goal}`)
    const missing = this.#enabled.filter(name => (this.#fired.all[name] ?? 0) === 0)
    const failure: RunVerdict = hasFailed() || kind === 'attack' || hasArrived() ? 'diverged' : 'noProgress'
    return this.#report(
      why === undefined ? (missing.length === 0 ? 'pass' : 'void') : failure,
      why ?? (missing.length === 0 ? undefined : `never happened: ${missing.join(', ')}`)
    )
  }

  #report(verdict: RunVerdict, why: string | undefined): BaseSimRun {
    const { final, accused, isSplit } = this.#checks
    const [first] = this.#needed()
    if (isSplit) this.#fired.count('two-final-chains')
    this.#fired.count(`run-${this.#plan.kind}`)
    if (this.#plan.reveals) this.#fired.count('run-reveals')
    if (this.#plan.traffic) this.#fired.count('run-traffic')
    return {
      verdict,
      ...(why === undefined ? {} : { why }),
      traceHash: this.#kernel.traceHash(),
      faultsFired: this.#fired.all,
      evidence: accused.size,
      progress: final.length - 1,
      head: first?.machine?.head.height ?? 0,
      final: final.length - 1,
      isLiarAccused: accused.has(simPeer(0).key),
      enabled: this.#enabled,
      plan: this.#plan
    }
  }

  #createNode(peer: number, index: number, random: Random): BaseNode {
    const role = this.#plan.roles[peer]
    const disk = createMemoryDisk<BaseRow>(this.#kernel, random.split('disk'), MAX_SYNC_MS, this.#fired)
    const publish = role === 'doubler' ? publishLies : role === 'surrounder' ? publishSurrounding : publishHonestly
    const offsetMs = random.between(-MAX_OFFSET_MS, MAX_OFFSET_MS)
    return new BaseNode(this.#sim, index, simPeer(peer), disk, offsetMs, publish, role === 'honest')
  }

  #isSpare(node: BaseNode): boolean {
    return this.#cloned !== undefined && node.index === this.#plan.roles.length
  }

  #schedule(random: Random): readonly string[] {
    const faults = random.split('faults')
    const { kind, roles } = this.#plan
    if (kind === 'attack' && roles[0] === 'twin') return this.#scheduleSides(faults)
    if (kind === 'recovery') return this.#scheduleLoss(faults)
    return scheduleFaults(
      {
        sim: this.#sim,
        plan: this.#plan,
        net: this.#net,
        nodes: this.#nodes.filter(node => !this.#isSpare(node)),
        healMs: this.#healMs,
        maxOffsetMs: MAX_OFFSET_MS,
        spare: this.#nodes.find(node => this.#isSpare(node)),
        takeHampered: one => this.#nodes[this.#takeHampered(one) ?? -1]
      },
      faults
    )
  }

  /** Each twin works on both sides, and each side has two thirds with it: both finalise. */
  #scheduleSides(random: Random): readonly string[] {
    const { roles } = this.#plan
    const honest = [...roles.keys()].filter(index => roles[index] === 'honest')
    const twins = roles.flatMap((role, index) => (role === 'twin' ? [index] : []))
    const sides = [
      [...twins, ...honest.filter((_, place) => place % 2 === 0)],
      [...twins.map((_, place) => roles.length + place), ...honest.filter((_, place) => place % 2 === 1)]
    ]
    // Within one period, or for so long that each side elects tables of its own.
    const fromMs = random.chance(30) ? random.between(1000, 12_000) : this.#healMs - random.between(6_000, 11_000)
    this.#kernel.at(fromMs, () => this.#net.cut('cut', betweenGroups(sides)))
    return ['cut']
  }

  /** Peers with more than a third go for good; the rest goes on without finality. */
  #scheduleLoss(random: Random): readonly string[] {
    const count = this.#plan.roles.length
    const gone = random.shuffle([...this.#plan.roles.keys()]).slice(0, Math.floor(count / 2.01))
    for (const index of gone) this.#hampered.add(index)
    this.#kernel.at(random.between(1000, 15_000), () => {
      this.#fired.count('gone')
      for (const index of gone) this.#nodes[index]?.crash()
    })
    return ['gone']
  }

  #lies(): readonly string[] {
    const { roles } = this.#plan
    return [...(roles.includes('doubler') ? ['lies'] : []), ...(roles.includes('surrounder') ? ['surround-vote'] : [])]
  }

  /** A peer that the rest can do without, beside those that it does without already: together under three tenths. */
  #takeHampered(random: Random): number | undefined {
    const { shares, roles } = this.#plan
    const total = shares.reduce((sum, one) => sum + one, 0)
    const taken = [...this.#hampered].reduce((sum, index) => sum + (shares[index] ?? 0), 0)
    const free = [...roles.keys()].filter(
      index => !this.#hampered.has(index) && 10 * (taken + (shares[index] ?? 0)) <= 3 * total
    )
    if (free.length === 0) return undefined
    const index = random.pick(free)
    this.#hampered.add(index)
    return index
  }

  #heal(): void {
    this.#net.heal()
    this.#net.setWeather(CALM)
    const isGone = (node: BaseNode): boolean =>
      this.#plan.kind === 'recovery' && this.#hampered.has(node.index) && !node.isUp
    for (const node of this.#nodes) {
      node.setClock(0)
      if (!isGone(node) && !this.#isSpare(node)) node.start()
      if (this.#plan.twinsVanish && !node.isHonest) node.crash()
    }
  }

  /**
   * Standing can be lost to isolation, and then those who lie, or whose guard was lost, are a third of a smaller table: it
   * does not finalise any more, and a recovery file is what is left [FIN-7, FIN-9].
   */
  #isStuckForGood(): boolean {
    return this.#needed().every(({ machine }) => {
      const table = machine?.head.votingTable(machine.head.finalityPeriod)
      if (table === undefined) return false
      const hampered = [...this.#hampered].reduce(
        (sum, index) => sum + (table.byPeer.get(simPeer(index).key)?.weight ?? 0n),
        0n
      )
      return 3n * hampered >= table.total
    })
  }

  /** The operators of those who are left agree on a file [FIN-9]. */
  #recover(): void {
    const left = this.#nodes.filter(node => node.isUp && !this.#hampered.has(node.index) && !this.#isSpare(node))
    const [first] = left
    if (first?.machine === undefined) return
    this.#sim.recoveries.add(
      this.#traffic.recover(
        first.machine.head,
        left.map(node => node.index)
      )
    )
    this.#enabled = [...this.#enabled, 'recovered']
  }

  /** Who must have what became final: everyone honest that is not stopped for its twin [FIN-7], nor gone. */
  #needed(): readonly BaseNode[] {
    const { kind, roles } = this.#plan
    return this.#nodes.filter(
      node => node.isHonest && node.index < roles.length && (kind !== 'recovery' || !this.#hampered.has(node.index))
    )
  }

  /** Two final chains cost a third of the table its bonds, and those who meet the other one say so [FIN-4, FIN-5]. */
  #faultOfAttack(): string | undefined {
    const { isSplit, convicted, conflicted } = this.#checks
    if (!isSplit || this.#isDeep) return undefined
    const { shares } = this.#plan
    const total = shares.reduce((sum, one) => sum + one, 0)
    const proved = shares.reduce((sum, one, index) => (convicted.has(simPeer(index).key) ? sum + one : sum), 0)
    if (3 * proved < total) return `two final chains, and two votes each of ${proved} of ${total} only`
    return conflicted.size > 0 ? undefined : 'two final chains, and nobody says so'
  }

  /** Who contradicts its votes in front of everyone is convicted [FIN-4]. */
  #faultOfLies(): string | undefined {
    const { convicted } = this.#checks
    const enough = (this.#fired.all['surround-vote'] ?? 0) > 1 || (this.#fired.all['double-vote'] ?? 0) > 5
    const isConvicted = this.#plan.roles.some((role, index) => role !== 'honest' && convicted.has(simPeer(index).key))
    return enough && !isConvicted ? 'nobody is convicted of two votes that contradict each other' : undefined
  }
}

/** With these on, growth of both sides of a partition is nobody's promise. */
const DISTURBING = new Set(['one-way', 'isolated', 'flapping', 'skew', 'jump', 'slow-node'])

function drawWeather(random: Random): NetworkWeather {
  return {
    minDelayMs: random.between(0, 15),
    maxDelayMs: random.between(20, 60),
    lossPercent: random.chance(50) ? random.between(1, 12) : 0,
    repeatPercent: random.chance(50) ? random.between(1, 20) : 0,
    slowPercent: random.chance(50) ? random.between(1, 8) : 0
  }
}

function namesOf({ lossPercent, repeatPercent, slowPercent }: NetworkWeather): readonly string[] {
  return [
    ...(lossPercent > 0 ? ['lost'] : []),
    ...(repeatPercent > 0 ? ['repeated'] : []),
    ...(slowPercent > 0 ? ['slow', 'reordered'] : [])
  ]
}
