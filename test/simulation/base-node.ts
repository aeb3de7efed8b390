// One simulated peer of the base chain: the driver around the consensus machine, with a disk that forgets what is not
// synced, a clock that is off, and a network that misbehaves. It does what the real driver must do: write, sign, send,
// feed back.
import type { BaseEffect, BaseEvent, GuardMarks, Intention } from '#base-layer/consensus/events.ts'
import { genesisAnchor } from '#base-layer/consensus/anchor.ts'
import { type BaseMachine, createBaseMachine, stepBaseMachine } from '#base-layer/consensus/machine.ts'
import { lossAt } from '#base-layer/store/guard-loss.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { Vote } from '#contracts/statements/vote.ts'
import type { MemoryDisk } from '#test/support/simulator/disk.ts'
import type { FaultCounts } from '#test/support/simulator/faults.ts'
import type { Kernel } from '#test/support/simulator/kernel.ts'
import type { MemoryNetwork } from '#test/support/simulator/network.ts'
import type { BaseChecks } from './base-checks.ts'
import { type BaseRow, markWith, NO_MARKS, openGuard } from './base-guard.ts'
import { answerFetch, answerRange, type BaseMessage, signIntention } from './base-messages.ts'
import type { BaseWorld, SimPeer, SimState } from './base-world.ts'

export interface BaseSim {
  readonly kernel: Kernel
  readonly world: BaseWorld
  readonly checks: BaseChecks
  readonly fired: FaultCounts
  /** Machines, of which two may have one key. */
  readonly nodes: number
  readonly breaks: { readonly sendBeforeWrite: boolean; readonly forgetGuard: boolean }
  /** Installed by every operator at once. */
  readonly recoveries: Set<Hash>
  /** True if growth under a partition is nobody's promise in this run [FIN-6]. */
  isDisturbed(): boolean
  network(): MemoryNetwork<BaseMessage>
  pickTransactions(parent: SimState): readonly Transaction[]
}

/** How something signed leaves; the liar has its own way. */
export type Publish = (node: BaseNode, intention: Intention) => void

export class BaseNode {
  readonly sim: BaseSim
  readonly index: number
  readonly peer: SimPeer
  machine: BaseMachine<SimState> | undefined
  readonly #disk: MemoryDisk<BaseRow>
  readonly #publish: Publish
  readonly #blocks = new Map<BlockId, Block>()
  readonly #final: BlockId[] = []
  readonly isHonest: boolean
  /** Votes it signed, for a liar to choose from. */
  readonly votes: Vote[] = []
  /** Since when it is up and may sign, by everyone's clock; infinity while it is down. */
  awakeFromMs = Number.POSITIVE_INFINITY
  #offsetMs: number
  #marks: GuardMarks = NO_MARKS
  #writes = 0
  readonly #asked = new Map<BlockId, number>()
  #place = 0
  #isStopped = false
  #life = 0
  #timer = 0

  constructor(
    sim: BaseSim,
    index: number,
    peer: SimPeer,
    disk: MemoryDisk<BaseRow>,
    offsetMs: number,
    publish: Publish,
    isHonest: boolean
  ) {
    this.sim = sim
    this.index = index
    this.peer = peer
    this.#disk = disk
    this.#offsetMs = offsetMs
    this.#publish = publish
    this.isHonest = isHonest
    // The guard file is made with the key.
    disk.replace([{ kind: 'guard', marks: NO_MARKS, writes: 0, place: '0' }])
  }

  get nowMs(): number {
    return this.sim.kernel.nowMs + this.#offsetMs
  }

  get isUp(): boolean {
    return this.machine !== undefined
  }

  /** Comes up from its disk; with `diesAfter`, crashes again when it has read so many rows. */
  start(diesAfter = Number.POSITIVE_INFINITY): void {
    const { world, kernel, recoveries } = this.sim
    if (this.machine !== undefined) return
    const rows = this.#disk.rows()
    let anchor = genesisAnchor(world.genesis)
    this.#final.push(world.genesis.id)
    this.#blocks.set(world.genesis.id, world.genesisBlock)
    for (const row of rows) {
      if (row.kind === 'block') this.#blocks.set(row.id, row.block)
      if (row.kind !== 'final') continue
      anchor = row.anchor
      this.#final.push(...row.ids)
    }
    this.#openGuard(rows)
    this.sim.checks.onStart(this)
    this.machine = createBaseMachine<SimState>(
      {
        genesis: world.genesis.chain.genesis,
        parameters: world.document.parameters,
        self: this.peer.key,
        recoveries
      },
      {
        transition: world.transition,
        finalBlockBytes: height => {
          const block = this.#blocks.get(this.#final[height] ?? world.genesis.id)
          return block === undefined || this.#final[height] === undefined ? undefined : world.bytesOf(block)
        },
        pickTransactions: parent => this.sim.pickTransactions(parent)
      },
      world.stateOf(anchor.final.id),
      anchor
    )
    let read = 0
    for (const row of rows) {
      if (row.kind === 'block' && row.block.header.height > anchor.final.height)
        this.feed({ kind: 'restored-block', block: row.block })
      if (row.kind === 'certificate') this.feed({ kind: 'restored-certificate', certificate: row.certificate })
      read += 1
      if (read < diesAfter) continue
      this.sim.fired.count('crash-in-recovery')
      return this.crash()
    }
    this.awakeFromMs = Math.max(kernel.nowMs, this.#marks.maySignFromMs - this.#offsetMs)
    this.feed({ kind: 'start', guard: this.#marks, nowMs: this.nowMs })
  }

  #openGuard(rows: readonly BaseRow[]): void {
    const { breaks, fired, world } = this.sim
    if (breaks.forgetGuard) return
    const opened = openGuard(rows, String(this.#place), world.document.parameters, this.nowMs)
    if (opened.isLost) fired.count('guard-lost')
    this.#marks = opened.marks
    this.#writes = opened.writes
    this.#writeGuard()
  }

  #writeGuard(): void {
    this.#disk.append({ kind: 'guard', marks: this.#marks, writes: this.#writes, place: String(this.#place) })
  }

  crash(): void {
    if (this.machine === undefined) return
    this.sim.fired.count('crash')
    this.#life += 1
    this.machine = undefined
    this.awakeFromMs = Number.POSITIVE_INFINITY
    this.#marks = NO_MARKS
    this.#isStopped = false
    this.#blocks.clear()
    this.#asked.clear()
    this.#final.length = 0
    this.#disk.crash()
  }

  /** Everything is gone; to be called while it is down. */
  wipe(): void {
    this.sim.fired.count('wipe')
    this.#disk.wipe()
  }

  /** What a backup of the folder takes. */
  backup(): readonly BaseRow[] {
    return this.#disk.durable()
  }

  /** A backup is put back at another place on the disk: the whole folder, or the guard file alone. While it is down. */
  restore(kind: 'old-folder' | 'old-guard' | 'clone', backup: readonly BaseRow[]): void {
    this.sim.fired.count(kind)
    this.#place += 1
    if (kind !== 'old-guard') return this.#disk.replace(backup)
    const guard = backup.findLast(row => row.kind === 'guard')
    const rest = this.#disk.rows().filter(row => row.kind !== 'guard')
    this.#disk.replace(guard === undefined ? rest : [guard, ...rest])
  }

  /** Somebody sets the clock. */
  setClock(offsetMs: number): void {
    this.#offsetMs = offsetMs
  }

  feed(event: BaseEvent): void {
    if (this.machine === undefined) return
    for (const effect of stepBaseMachine(this.machine, event)) this.#carryOut(effect)
  }

  receive(from: number, message: BaseMessage): void {
    if (this.machine === undefined) return
    const source = { from: String(from), nowMs: this.nowMs }
    switch (message.kind) {
      case 'block':
        return this.feed({ ...message, ...source })
      case 'acknowledgement':
        return this.feed({ ...message, ...source })
      case 'vote':
        return this.feed({ ...message, ...source })
      case 'fetch':
        return this.#answer(from, answerFetch(this.#blocks, message.id, this.machine.final.height))
      case 'range':
        return this.#answer(from, answerRange(this.#blocks, this.machine.head.id, message.above))
    }
  }

  /** Write, sync, sign, send, feed back: the only order there is [FIN-7]. */
  writeThen(intention: Intention, done: () => void): void {
    this.#marks = markWith(this.#marks, intention)
    this.#writes += 1
    this.#writeGuard()
    if (this.sim.breaks.sendBeforeWrite) done()
    else this.#disk.sync(done)
  }

  sign(intention: Intention): BaseMessage {
    return signIntention(this.sim.world.genesis.chain.genesis, this.peer, intention)
  }

  send(to: number, message: BaseMessage): void {
    if (to === this.index) this.receiveOwn(message)
    else this.sim.network().send(this.index, to, message)
  }

  receiveOwn(message: BaseMessage): void {
    if (message.kind === 'fetch' || message.kind === 'range') return
    this.feed({ ...message, from: null, nowMs: this.nowMs })
  }

  #carryOut(effect: BaseEffect<SimState>): void {
    const { checks, fired, kernel } = this.sim
    switch (effect.kind) {
      case 'sign':
        return this.#isStopped ? undefined : this.#publish(this, effect.intention)
      case 'set-timer':
        return this.#setTimer(effect.atMs)
      case 'fetch': {
        fired.count('fetch')
        // Whom the machine names first, then the others in turn, as the real driver does.
        const asked = this.#asked.get(effect.id) ?? 0
        this.#asked.set(effect.id, asked + 1)
        const first = effect.from === null ? this.index + 1 : Number(effect.from)
        return this.send((first + asked) % this.sim.nodes, { kind: 'fetch', id: effect.id })
      }
      case 'behind': {
        fired.count('behind')
        const above = this.machine?.final.header.height ?? 0
        if (effect.from !== null) this.send(Number(effect.from), { kind: 'range', above })
        return
      }
      case 'store':
        this.#blocks.set(effect.id, effect.block)
        this.#disk.append({ kind: 'block', block: effect.block, id: effect.id })
        return
      case 'certified':
        this.#disk.append({ kind: 'certificate', certificate: effect.certificate })
        checks.onCertified(this, effect.certificate)
        return
      case 'head':
        if (effect.removed.length > 0) fired.count('reorganised')
        if (this.machine !== undefined) checks.onHead(this, effect.state)
        return
      case 'final': {
        const ids = effect.steps.map(({ state }) => state.id)
        this.#final.push(...ids)
        this.#disk.append({ kind: 'final', ids, anchor: effect.anchor, writes: this.#writes })
        checks.onFinal(
          this,
          effect.steps.map(({ state }) => state)
        )
        if (effect.anchor.final.height === effect.anchor.root.height) fired.count('hand-over')
        return
      }
      case 'evidence':
        fired.count(`evidence-${effect.evidence.kind}`)
        return checks.onEvidence(this, effect.evidence)
      case 'conflict':
        return checks.onConflict(this, effect.why)
      case 'forgotten':
        return this.#forget(effect.isTwin)
      case 'penalise':
        fired.count(`penalised-${effect.code}`)
        return
      case 'recovered':
        fired.count('recovered')
        return
      case 'gossip':
      case 'likely':
        kernel.trace(`${this.index} ${effect.kind}`)
        return
    }
  }

  /** The key signed what this guard does not know [FIN-7]; a liar does not mind. */
  #forget(isTwin: boolean): void {
    const { fired, world } = this.sim
    fired.count(isTwin ? 'twin-noticed' : 'forgotten')
    if (this.isHonest && isTwin) {
      this.#isStopped = true
      this.awakeFromMs = Number.POSITIVE_INFINITY
      return
    }
    if (this.isHonest) {
      this.#marks = { ...this.#marks, ...lossAt(world.document.parameters, this.nowMs) }
      this.awakeFromMs = this.#marks.maySignFromMs - this.#offsetMs
      this.#writeGuard()
    }
    this.feed({ kind: 'guard', guard: this.#marks, nowMs: this.nowMs })
  }

  #answer(to: number, chain: readonly Block[]): void {
    for (const block of chain) this.send(to, { kind: 'block', block })
  }

  #setTimer(atMs: number): void {
    this.#timer += 1
    const [timer, life] = [this.#timer, this.#life]
    this.sim.kernel.at(atMs - this.#offsetMs, () => {
      if (timer === this.#timer && life === this.#life) this.feed({ kind: 'timer', nowMs: this.nowMs })
    })
  }
}

export const publishHonestly: Publish = (node, intention) => {
  node.writeThen(intention, () => {
    node.sim.checks.onSign(node.peer.key, intention)
    if (intention.kind === 'vote') node.votes.push(intention.vote)
    const message = node.sign(intention)
    for (let to = 0; to < node.sim.nodes; to++) if (to !== node.index) node.send(to, message)
    node.receiveOwn(message)
  })
}
