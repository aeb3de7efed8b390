// What is done to the network: processes killed and started again, links cut, frozen and healed, processes stopped for a
// while. Drawn from a seed; every fault is kept with its times, so that a gap can be told from its cause.
import { setTimeout as delay } from 'node:timers/promises'
import type { ChildNode } from '#cli/devnet/child-node.ts'
import type { Random } from '#test/support/random.ts'
import type { LinkState } from './doors.ts'
import type { ChaosNetwork, ChaosNode } from './network.ts'

export interface Fault {
  readonly kind: string
  readonly what: string
  readonly fromMs: number
  untilMs: number | undefined
}

export interface Restart {
  readonly name: string
  readonly atMs: number
  /** From the start of the process until its RPC answered; until it knew what is final. */
  readyMs: number | undefined
  abreastMs: number | undefined
  /** Killed or stopped once more before it knew: nothing can be said of it. */
  isInterrupted: boolean
}

export interface FaultSettings {
  readonly killEveryMs: number
  readonly linkEveryMs: number
}

/** Neither kills nor a pause may take so many at once that nothing could go on. */
const DOWN_MAX = 2
const ABREAST_MAX_MS = 120_000
const LOOK_MS = 200
const TAKER_MS = 3_000
const READY_MAX_MS = 300_000

export class Faults {
  readonly faults: Fault[] = []
  readonly restarts: Restart[] = []
  /** Processes that ended though nobody ended them, and starts that failed. */
  readonly broken: string[] = []
  /** Killed and not ready again, or stopped by a signal. */
  readonly down = new Set<string>()
  readonly #network: ChaosNetwork
  readonly #random: Random
  readonly #signal: AbortSignal
  readonly #finalOf: (name?: string) => number | undefined
  readonly #onKilled: (node: ChaosNode) => void
  readonly #nextTaker: () => Promise<string>
  readonly #running = new Set<Promise<void>>()

  constructor(parts: {
    readonly network: ChaosNetwork
    readonly random: Random
    readonly signal: AbortSignal
    /** Height that a node last said was final; without a name the greatest of all. */
    readonly finalOf: (name?: string) => number | undefined
    /** While the node is down: its files lie still. */
    readonly onKilled: (node: ChaosNode) => void
    /** Who acknowledges the next transaction, at that moment. */
    readonly nextTaker: () => Promise<string>
  }) {
    this.#network = parts.network
    this.#random = parts.random
    this.#signal = parts.signal
    this.#finalOf = parts.finalOf
    this.#onKilled = parts.onKilled
    this.#nextTaker = parts.nextTaker
  }

  /** Until the signal; then everything is healed and running again. */
  async run({ killEveryMs, linkEveryMs }: FaultSettings): Promise<void> {
    await Promise.all([
      this.#every(killEveryMs, () => this.#kill()),
      this.#every(linkEveryMs, () => this.#disturb()),
      this.#guardLives()
    ])
    await Promise.all(this.#running)
    for (const one of this.#network.nodes) for (const other of this.#network.nodes) this.#set(one, other, 'open')
  }

  /** Greatest number of peers that run and reach each other. */
  reachable(): number {
    const up = this.#network.peers.filter(peer => !this.down.has(peer.name))
    let most = 0
    const left = new Set(up)
    for (const start of up) {
      if (!left.delete(start)) continue
      const group = [start]
      for (const one of group) {
        for (const other of [...left]) {
          if (this.#network.doors.stateOf(one.name, other.name) !== 'open') continue
          left.delete(other)
          group.push(other)
        }
      }
      most = Math.max(most, group.length)
    }
    return most
  }

  async #every(everyMs: number, work: () => Promise<void>): Promise<void> {
    for (;;) {
      await this.#pause(everyMs)
      if (this.#signal.aborted) return
      const one: Promise<void> = work()
        .catch((error: unknown) => void this.broken.push(String(error)))
        .finally(() => this.#running.delete(one))
      this.#running.add(one)
    }
  }

  async #kill(): Promise<void> {
    if (this.down.size >= DOWN_MAX) return
    // The worst moment for what was acknowledged is the one right after.
    const taker = this.#random.chance(50) ? await Promise.race([this.#nextTaker(), delay(TAKER_MS)]) : undefined
    const up = this.#network.peers.filter(({ name, process }) => process.running && !this.down.has(name))
    if (up.length === 0) return
    const victim = up.find(({ name }) => name === taker) ?? this.#random.pick(up)
    const killed = victim.process.kill()
    this.down.add(victim.name)
    const fault = this.#begin(victim.name === taker ? 'kill after taking' : 'kill', victim.name)
    await killed
    this.#onKilled(victim)
    await delay(this.#random.between(500, 3_000))
    await this.#start(victim)
    this.#end(fault)
  }

  async #start(node: ChaosNode): Promise<void> {
    const restart: Restart = {
      name: node.name,
      atMs: Date.now(),
      readyMs: undefined,
      abreastMs: undefined,
      isInterrupted: false
    }
    this.restarts.push(restart)
    node.process.start()
    await untilReady(node.process)
    restart.readyMs = Date.now() - restart.atMs
    this.down.delete(node.name)
    while (Date.now() - restart.atMs < ABREAST_MAX_MS) {
      if ((this.#finalOf(node.name) ?? -1) >= (this.#finalOf() ?? 0) - 4) {
        restart.abreastMs = Date.now() - restart.atMs
        return
      }
      restart.isInterrupted = this.down.has(node.name)
      if (restart.isInterrupted) return
      await delay(LOOK_MS)
    }
  }

  async #disturb(): Promise<void> {
    const { peers } = this.#network
    const [one, other, ...rest] = this.#random.shuffle(peers)
    if (one === undefined || other === undefined) return
    const state = this.#random.pick<LinkState>(['cut', 'frozen'])
    const lastMs = this.#random.between(3_000, 9_000)
    const drawn = this.#random.below(100)
    if (drawn < 30) await this.#hold(state, [one], [other], lastMs)
    else if (drawn < 60) await this.#hold(state, [one], [other, ...rest], lastMs)
    else if (drawn < 75) await this.#hold(state, [one, other], rest, lastMs)
    // Neither side can finalise.
    else if (drawn < 85) await this.#hold(state, [one, other, ...rest.slice(0, 1)], rest.slice(1), lastMs)
    else await this.#stopForAWhile(one, lastMs)
  }

  async #hold(
    state: LinkState,
    side: readonly ChaosNode[],
    others: readonly ChaosNode[],
    lastMs: number
  ): Promise<void> {
    const names = (nodes: readonly ChaosNode[]): string => nodes.map(node => node.name.slice(-1)).join('')
    const fault = this.#begin(state, `${names(side)} from ${names(others)}`)
    const all: (readonly [ChaosNode, ChaosNode])[] = side.flatMap(a => others.map(b => [a, b] as const))
    // The follower is on the side of the rest, where a whole side is held off.
    const follower = this.#network.nodes.find(node => !this.#network.peers.includes(node))
    if (side.length + others.length === this.#network.peers.length && follower !== undefined)
      all.push(...side.map(a => [a, follower] as const))
    for (const [a, b] of all) this.#set(a, b, state)
    await this.#pause(lastMs)
    for (const [a, b] of all) this.#set(a, b, 'open')
    this.#end(fault)
  }

  async #stopForAWhile(node: ChaosNode, lastMs: number): Promise<void> {
    const { pid } = node.process
    if (pid === undefined || this.down.size >= DOWN_MAX || this.down.has(node.name)) return
    this.down.add(node.name)
    const fault = this.#begin('pause', node.name)
    process.kill(pid, 'SIGSTOP')
    await this.#pause(lastMs)
    process.kill(pid, 'SIGCONT')
    this.down.delete(node.name)
    this.#end(fault)
  }

  /** A process that ends by itself is a failure, and is started again. */
  async #guardLives(): Promise<void> {
    while (!this.#signal.aborted) {
      for (const node of this.#network.nodes) {
        if (node.process.running || this.down.has(node.name)) continue
        this.broken.push(`${node.name} ended by itself at ${new Date().toISOString()}`)
        this.down.add(node.name)
        await this.#start(node).catch((error: unknown) => this.broken.push(String(error)))
      }
      await this.#pause(LOOK_MS)
    }
  }

  #set(a: ChaosNode, b: ChaosNode, state: LinkState): void {
    if (a !== b && this.#network.doors.stateOf(a.name, b.name) !== state) {
      this.#network.doors.set(a.name, b.name, state)
    }
  }

  #begin(kind: string, what: string): Fault {
    const fault: Fault = { kind, what, fromMs: Date.now(), untilMs: undefined }
    this.faults.push(fault)
    return fault
  }

  #end(fault: Fault): void {
    fault.untilMs = Date.now()
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#signal }).catch(() => undefined)
  }
}

/** However long a busy machine takes, if only the process lives. */
export async function untilReady(process: ChildNode): Promise<void> {
  const fromMs = Date.now()
  for (;;) {
    try {
      await process.ready(new AbortController().signal)
      return
    } catch (error) {
      if (!process.running || Date.now() - fromMs > READY_MAX_MS) throw error
    }
  }
}
