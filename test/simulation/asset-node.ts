// One simulated member (or observer) of a committee: the driver around the consensus machine, with a disk that forgets
// what is not synced and a network that misbehaves. It does what the real driver must do: write, sign, send, feed back.
import { createConsensus, type ConsensusState, step } from '#asset-layer/consensus/machine.ts'
import type { CommitRules } from '#asset-layer/consensus/committer.ts'
import type {
  CommittedSubDag,
  ConsensusEffect,
  ConsensusEvent,
  Proposal,
  ResumePoint
} from '#asset-layer/consensus/events.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import {
  type CheckedDagBlock,
  type CheckedDagHeader,
  checkDagBody,
  checkDagHeader,
  type DagContext,
  type DagRef,
  dagBodyCodec,
  dagDigest,
  type SignedDagHeader
} from '#contracts/statements/dag-header.ts'
import type { Random } from '#test/support/random.ts'
import type { MemoryDisk } from '#test/support/simulator/disk.ts'
import type { FaultCounts } from '#test/support/simulator/faults.ts'
import type { Kernel } from '#test/support/simulator/kernel.ts'
import type { MemoryNetwork } from '#test/support/simulator/network.ts'
import type { FakeSigner } from '#test/support/simulator/signatures.ts'
import type { AssetChecks } from './asset-checks.ts'

export type AssetMessage =
  | { readonly kind: 'block'; readonly signed: SignedDagHeader; readonly body: Uint8Array }
  | { readonly kind: 'headers'; readonly headers: readonly SignedDagHeader[] }
  | { readonly kind: 'fetch'; readonly refs: readonly DagRef[] }
  | { readonly kind: 'fetch-rounds'; readonly fromRound: number }

export type AssetRow =
  | { readonly kind: 'own'; readonly proposal: Proposal }
  | { readonly kind: 'block'; readonly block: CheckedDagBlock }
  | { readonly kind: 'commit'; readonly commit: CommittedSubDag }

export interface AssetWorld {
  readonly kernel: Kernel
  readonly context: DagContext
  readonly checks: AssetChecks
  readonly fired: FaultCounts
  readonly signer: FakeSigner
  readonly rules: CommitRules
  /** Shows what happens without [DAG-6]: sends before the write is durable. */
  readonly sendBeforeWrite: boolean
  network(): MemoryNetwork<AssetMessage>
}

/** How an own block leaves; liars have their own way. */
export type Publish = (node: AssetNode, proposal: Proposal) => void

const TIMES = { minRoundDelayMs: 50, leaderTimeoutMs: 250, fetchGraceMs: 30, fetchRetryMs: 200 }
const BEGIN_HEIGHT = 3
/** Blocks in one answer to a question for rounds. */
const ANSWER_BLOCKS = 64

export class AssetNode {
  readonly world: AssetWorld
  readonly index: number
  readonly random: Random
  readonly disk: MemoryDisk<AssetRow>
  state: ConsensusState | undefined
  readonly #publish: Publish
  readonly #blocks = new Map<Hash, CheckedDagBlock>()
  #life = 0
  #timer = 0
  #nextCommit = 1
  #storedCommits = 0
  #wiped = false

  constructor(world: AssetWorld, index: number, random: Random, disk: MemoryDisk<AssetRow>, publish: Publish) {
    this.world = world
    this.index = index
    this.random = random
    this.disk = disk
    this.#publish = publish
  }

  get isUp(): boolean {
    return this.state !== undefined
  }

  get seat(): number | null {
    return this.index < this.world.context.seats ? this.index : null
  }

  start(): void {
    const { context, rules } = this.world
    const rows = this.disk.rows()
    const committed = new Set<Hash>()
    const stored = rows.filter(row => row.kind === 'commit').map(row => row.commit)
    let resume: ResumePoint | undefined
    this.#storedCommits = stored.length
    // Both ways of coming back must give the same commits: from the last one, or all again.
    if (this.random.chance(50)) {
      for (const { index, leader, blocks } of stored) {
        resume = { index, leaderRound: leader.round }
        for (const { digest } of blocks) committed.add(digest)
      }
    }
    this.#nextCommit = (resume?.index ?? 0) + 1
    const least = (resume?.leaderRound ?? 0) - rules.gcDepth
    this.state = createConsensus(
      {
        ...TIMES,
        dag: context.dag,
        seats: context.seats,
        seat: this.seat,
        canPropose: !this.#wiped,
        beginHeight: BEGIN_HEIGHT,
        ...(resume === undefined ? {} : { resume })
      },
      rules
    )
    for (const row of rows) {
      if (row.kind === 'commit') continue
      const block = row.kind === 'block' ? row.block : this.sign(row.proposal)
      // An own block may be on disk as a proposal only: it is answered for all the same.
      this.#blocks.set(block.digest, block)
      if (block.header.round > least) this.feed({ kind: 'restored', block, committed: committed.has(block.digest) })
    }
    this.feed({ kind: 'start', nowMs: this.world.kernel.nowMs })
  }

  crash(): void {
    this.world.fired.count('crash')
    this.#stop()
    this.disk.crash()
  }

  /** Loses everything; from then on it only follows. */
  wipe(): void {
    this.world.fired.count('wipe')
    this.#stop()
    this.disk.wipe()
    this.#wiped = true
  }

  #stop(): void {
    this.#life += 1
    this.state = undefined
    this.#blocks.clear()
  }

  /** Later, unless the node crashed in between. */
  later(delayMs: number, action: () => void): void {
    const life = this.#life
    this.world.kernel.after(delayMs, () => {
      if (life === this.#life) action()
    })
  }

  feed(event: ConsensusEvent): void {
    if (this.state === undefined) return
    for (const effect of step(this.state, event).effects) this.#carryOut(effect)
  }

  receive(from: number, message: AssetMessage): void {
    if (this.state === undefined) return
    const nowMs = this.world.kernel.nowMs
    const seat = from < this.world.context.seats ? from : null
    switch (message.kind) {
      case 'block': {
        const checked = checkHeader(this.world, message.signed)
        if (checked === undefined || !checkDagBody(checked.header, message.body).ok) return
        const block = { ...checked, body: message.body }
        // A liar meets its own twins again; to its machine they are old news, or it would stop at once.
        if (this.#publish !== publishHonestly && block.header.author === this.index) {
          this.feed({ kind: 'restored', block, committed: false })
        } else {
          this.feed({ kind: 'block', block, from: seat, nowMs })
        }
        break
      }
      case 'headers':
        for (const signed of message.headers) {
          const header = checkHeader(this.world, signed)
          if (header !== undefined && seat !== null) this.feed({ kind: 'header', header, from: seat, nowMs })
        }
        break
      case 'fetch':
        for (const { digest } of message.refs) this.#answer(from, this.#blocks.get(digest))
        break
      case 'fetch-rounds': {
        const blocks = [...this.#blocks.values()].filter(block => block.header.round >= message.fromRound)
        blocks.sort((a, b) => a.header.round - b.header.round)
        for (const block of blocks.slice(0, ANSWER_BLOCKS)) this.#answer(from, block)
        break
      }
    }
  }

  sign(proposal: Proposal): CheckedDagBlock {
    const { header, digest, body } = proposal
    return { header, digest, body, signature: this.world.signer.sign(this.index, hexToBytes(digest)) }
  }

  sendTo(to: number, block: CheckedDagBlock): void {
    this.#send(to, { kind: 'block', signed: block, body: block.body })
  }

  #answer(to: number, block: CheckedDagBlock | undefined): void {
    if (block !== undefined) this.sendTo(to, block)
  }

  #send(to: number, message: AssetMessage): void {
    this.world.network().send(this.index, to, message)
  }

  #carryOut(effect: ConsensusEffect): void {
    const { kernel, checks } = this.world
    switch (effect.kind) {
      case 'store':
        this.disk.append({ kind: 'block', block: effect.block })
        this.#blocks.set(effect.block.digest, effect.block)
        break
      case 'need-payload':
        this.later(this.random.chance(70) ? 0 : this.random.between(1, 30), () => this.#givePayload(effect.round))
        break
      case 'propose':
        this.#publish(this, effect)
        break
      case 'push':
        this.#send(effect.to, { kind: 'headers', headers: effect.headers })
        break
      case 'fetch':
        this.world.fired.count('fetch')
        this.#send(effect.to, { kind: 'fetch', refs: effect.refs })
        break
      case 'fetch-rounds':
        this.#send(effect.to, { kind: 'fetch-rounds', fromRound: effect.fromRound })
        break
      case 'set-timer':
        this.#setTimer(effect.atMs)
        break
      case 'commit':
        checks.onCommit(this.index, effect.commit, this.#nextCommit)
        this.#nextCommit = effect.commit.index + 1
        // A replay from the beginning repeats what is stored; each commit is stored once.
        if (effect.commit.index > this.#storedCommits) {
          this.#storedCommits = effect.commit.index
          this.disk.append({ kind: 'commit', commit: effect.commit })
        }
        break
      case 'evidence':
        kernel.trace(`twins ${effect.first.digest} ${effect.second.digest}`)
        checks.onEvidence(this.index, effect.seat)
        break
      case 'halt':
        checks.fail(`node ${this.index} halts: ${effect.code}, ${effect.why}`)
        break
    }
  }

  #givePayload(round: number): void {
    const nowMs = this.world.kernel.nowMs
    const body = Array.from({ length: this.random.below(3) }, () => this.random.bytes(this.random.between(1, 24)))
    // Final heights reach nodes at different times.
    const baseHeight = BEGIN_HEIGHT + Math.floor(Math.max(0, nowMs - this.random.below(1500)) / 500)
    this.feed({ kind: 'payload', round, body: encode(dagBodyCodec, body), baseHeight, nowMs })
  }

  #setTimer(atMs: number): void {
    this.#timer += 1
    const timer = this.#timer
    const { kernel } = this.world
    this.later(Math.max(0, atMs - kernel.nowMs), () => {
      if (timer === this.#timer) this.feed({ kind: 'timer', nowMs: kernel.nowMs })
    })
  }
}

/** Write, sync, sign, send to every member, feed back: the only order there is [FIN-7, DAG-6]. */
export const publishHonestly: Publish = (node, proposal) => {
  const { checks, context, kernel, sendBeforeWrite } = node.world
  const send = (): void => {
    const block = node.sign(proposal)
    checks.onSign(node.index, block.header.round, block.digest)
    checks.onHeader(block.digest, block.header)
    for (let to = 0; to < context.seats; to++) if (to !== node.index) node.sendTo(to, block)
    node.feed({ kind: 'block', block, from: node.seat, nowMs: kernel.nowMs })
  }
  node.disk.append({ kind: 'own', proposal })
  if (sendBeforeWrite) send()
  else node.disk.sync(send)
}

/** Verdicts depend on the bytes alone, so nodes may share them. */
const checkedHeaders = new WeakMap<SignedDagHeader, CheckedDagHeader | 'invalid'>()

function checkHeader(world: AssetWorld, signed: SignedDagHeader): CheckedDagHeader | undefined {
  let known = checkedHeaders.get(signed)
  if (known === undefined) {
    const digest = dagDigest(signed.header)
    const valid =
      checkDagHeader(world.context, signed.header).ok &&
      world.signer.verify(signed.header.author, hexToBytes(digest), signed.signature)
    known = valid ? { header: signed.header, signature: signed.signature, digest } : 'invalid'
    checkedHeaders.set(signed, known)
  }
  return known === 'invalid' ? undefined : known
}
