// One simulated peer of the base chain: the driver around the consensus machine, with a disk that forgets what is not
// synced, a clock that is off, and a network that misbehaves. It does what the real driver must do: write, sign, send,
// feed back.
import type { BaseEffect, BaseEvent, FinalityAnchor, GuardMarks, Intention } from '#base-layer/consensus/events.ts'
import { genesisAnchor } from '#base-layer/consensus/anchor.ts'
import { type BaseMachine, createBaseMachine, stepBaseMachine } from '#base-layer/consensus/machine.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes, type SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import { type Block, headerSigningBytes } from '#contracts/statements/block.ts'
import { type Certificate, type SignedVote, voteMarkOf, voteSigningBytes } from '#contracts/statements/vote.ts'
import type { MemoryDisk } from '#test/support/simulator/disk.ts'
import type { FaultCounts } from '#test/support/simulator/faults.ts'
import type { Kernel } from '#test/support/simulator/kernel.ts'
import type { MemoryNetwork } from '#test/support/simulator/network.ts'
import { type BaseChecks, NO_MARKS } from './base-checks.ts'
import type { BaseWorld, SimPeer, SimState } from './base-world.ts'

export type BaseMessage =
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'acknowledgement'; readonly acknowledgement: SignedAcknowledgement }
  | { readonly kind: 'vote'; readonly vote: SignedVote }
  | { readonly kind: 'fetch'; readonly id: BlockId }
  | { readonly kind: 'range'; readonly above: number }

export type BaseRow =
  | { readonly kind: 'guard'; readonly marks: GuardMarks }
  | { readonly kind: 'block'; readonly block: Block; readonly id: BlockId }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'final'; readonly ids: readonly BlockId[]; readonly anchor: FinalityAnchor }

export interface BaseSim {
  readonly kernel: Kernel
  readonly world: BaseWorld
  readonly checks: BaseChecks
  readonly fired: FaultCounts
  readonly nodes: number
  readonly breaks: { readonly sendBeforeWrite: boolean; readonly forgetGuard: boolean }
  network(): MemoryNetwork<BaseMessage>
}

/** How something signed leaves; the liar has its own way. */
export type Publish = (node: BaseNode, intention: Intention) => void

/** Blocks in an answer: the one asked for and some before it, or a part of a range. */
const ANSWER_ANCESTORS = 8
const ANSWER_RANGE = 64

export class BaseNode {
  readonly sim: BaseSim
  readonly index: number
  readonly peer: SimPeer
  machine: BaseMachine<SimState> | undefined
  readonly #disk: MemoryDisk<BaseRow>
  readonly #offsetMs: number
  readonly #publish: Publish
  readonly #blocks = new Map<BlockId, Block>()
  readonly #final: BlockId[] = []
  #marks: GuardMarks = NO_MARKS
  #life = 0
  #timer = 0

  constructor(
    sim: BaseSim,
    index: number,
    peer: SimPeer,
    disk: MemoryDisk<BaseRow>,
    offsetMs: number,
    publish: Publish
  ) {
    this.sim = sim
    this.index = index
    this.peer = peer
    this.#disk = disk
    this.#offsetMs = offsetMs
    this.#publish = publish
  }

  get nowMs(): number {
    return this.sim.kernel.nowMs + this.#offsetMs
  }

  start(): void {
    const { world, breaks } = this.sim
    if (this.machine !== undefined) return
    const rows = this.#disk.rows()
    let anchor = genesisAnchor(world.genesis)
    this.#final.push(world.genesis.id)
    this.#blocks.set(world.genesis.id, world.genesisBlock)
    for (const row of rows) {
      if (row.kind === 'guard' && !breaks.forgetGuard) this.#marks = row.marks
      if (row.kind === 'block') this.#blocks.set(row.id, row.block)
      if (row.kind !== 'final') continue
      anchor = row.anchor
      this.#final.push(...row.ids)
    }
    this.machine = createBaseMachine<SimState>(
      {
        genesis: world.genesis.inner.chain.genesis,
        parameters: world.document.parameters,
        self: this.peer.key,
        recoveries: new Set()
      },
      {
        transition: world.transition,
        finalBlockBytes: height => {
          const block = this.#blocks.get(this.#final[height] ?? world.genesis.id)
          return block === undefined || this.#final[height] === undefined ? undefined : world.bytesOf(block)
        },
        pickTransactions: () => []
      },
      world.stateOf(anchor.final.id),
      anchor
    )
    for (const row of rows) {
      if (row.kind === 'block' && row.block.header.height > anchor.final.height)
        this.feed({ kind: 'restored-block', block: row.block })
      if (row.kind === 'certificate') this.feed({ kind: 'restored-certificate', certificate: row.certificate })
    }
    this.feed({ kind: 'start', guard: this.#marks, nowMs: this.nowMs })
  }

  crash(): void {
    if (this.machine === undefined) return
    this.sim.fired.count('crash')
    this.#life += 1
    this.machine = undefined
    this.#marks = NO_MARKS
    this.#blocks.clear()
    this.#final.length = 0
    this.#disk.crash()
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
        return this.#answerFetch(from, message.id)
      case 'range':
        return this.#answerRange(from, message.above)
    }
  }

  /** Write, sync, sign, send, feed back: the only order there is [FIN-7]. */
  writeThen(intention: Intention, done: () => void): void {
    this.#marks = markWith(this.#marks, intention)
    this.#disk.append({ kind: 'guard', marks: this.#marks })
    if (this.sim.breaks.sendBeforeWrite) done()
    else this.#disk.sync(done)
  }

  sign(intention: Intention): BaseMessage {
    const { genesis } = this.sim.world.genesis.inner.chain
    const { secret, key } = this.peer
    switch (intention.kind) {
      case 'acknowledge': {
        const { acknowledgement } = intention
        const signature = signMessage(secret, acknowledgementSigningBytes(genesis, acknowledgement))
        return { kind: 'acknowledgement', acknowledgement: { acknowledgement, peer: key, signature } }
      }
      case 'vote': {
        const { vote } = intention
        return {
          kind: 'vote',
          vote: { vote, peer: key, signature: signMessage(secret, voteSigningBytes(genesis, vote)) }
        }
      }
      case 'propose': {
        const { block } = intention
        return {
          kind: 'block',
          block: { ...block, signature: signMessage(secret, headerSigningBytes(genesis, block.header)) }
        }
      }
    }
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
        return this.#publish(this, effect.intention)
      case 'set-timer':
        return this.#setTimer(effect.atMs)
      case 'fetch': {
        fired.count('fetch')
        const to = effect.from === null ? (this.index + 1) % this.sim.nodes : Number(effect.from)
        return this.send(to, { kind: 'fetch', id: effect.id })
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
        return
      case 'head':
        if (effect.removed.length > 0) fired.count('reorganised')
        if (this.machine !== undefined) checks.onHead(this.index, effect.state, this.machine.final)
        return
      case 'final': {
        const ids = effect.steps.map(({ state }) => state.id)
        this.#final.push(...ids)
        this.#disk.append({ kind: 'final', ids, anchor: effect.anchor })
        checks.onFinal(
          this.index,
          effect.steps.map(({ state }) => state)
        )
        if (effect.anchor.final.height === effect.anchor.root.height) fired.count('hand-over')
        return
      }
      case 'evidence':
        fired.count(`evidence-${effect.evidence.kind}`)
        return checks.onEvidence(this.index, effect.evidence)
      case 'conflict':
        return checks.fail(`node ${this.index} stops finalising: ${effect.why}`)
      case 'penalise':
        fired.count(`penalised-${effect.code}`)
        return
      case 'gossip':
      case 'likely':
      case 'recovered':
      case 'forgotten':
        kernel.trace(`${this.index} ${effect.kind}`)
        return
    }
  }

  #answerFetch(to: number, id: BlockId): void {
    const answer: Block[] = []
    const { height } = this.machine?.final.header ?? { height: 0 }
    for (let block = this.#blocks.get(id); block !== undefined && answer.length <= ANSWER_ANCESTORS; ) {
      if (block.header.height === 0) break
      answer.unshift(block)
      if (block.header.height <= height && answer.length > 1) break
      block = this.#blocks.get(block.header.parent)
    }
    for (const block of answer) this.send(to, { kind: 'block', block })
  }

  #answerRange(to: number, above: number): void {
    const chain: Block[] = []
    for (let id = this.machine?.head.id; id !== undefined; ) {
      const block = this.#blocks.get(id)
      if (block === undefined || block.header.height <= above) break
      chain.unshift(block)
      id = block.header.parent
    }
    for (const block of chain.slice(0, ANSWER_RANGE)) this.send(to, { kind: 'block', block })
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
    const message = node.sign(intention)
    for (let to = 0; to < node.sim.nodes; to++) if (to !== node.index) node.send(to, message)
    node.receiveOwn(message)
  })
}

function markWith(marks: GuardMarks, intention: Intention): GuardMarks {
  switch (intention.kind) {
    case 'acknowledge':
      return { ...marks, acknowledgedSlot: intention.acknowledgement.slot }
    case 'propose':
      return { ...marks, proposedSlot: intention.block.header.slot }
    case 'vote':
      return { ...marks, vote: voteMarkOf(intention.vote) }
  }
}
