// The base chain's consensus as a machine without input or output: stepBaseMachine(machine, event) -> effects. Events and
// effects are in events.ts. A machine has one owner; a step changes it in place, and equal events and answers of the
// collaborators give equal effects. Upholds [POS-4] to [POS-8], [FIN-1] to [FIN-8] and the relaying of [POS-4, GSP-1].
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { BLOCK_CERTIFICATES, type Block, blockIdOf } from '#contracts/statements/block.ts'
import { checkVote, isMajority, isQuorum, weightOf } from '#contracts/statements/certificate.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import type { Certificate } from '#contracts/statements/vote.ts'
import { AcknowledgementPool } from './acknowledgements.ts'
import { BlockTree, type TreeNode } from './block-tree.ts'
import type {
  BaseEffect, BaseEvent, BaseSettings, ChainStep, Collaborators, FinalityAnchor, Intention, Source
} from './events.ts'
import { FinalBlocks } from './final-blocks.ts'
import { Finality } from './finality.ts'
import { preferredTip, tipWeight } from './fork-choice.ts'
import { BASE_LIMITS } from './limits.ts'
import { Signing, type SigningView } from './signing.ts'
import { SlotProposals } from './slot-proposals.ts'
import type { ChainView } from './transition.ts'
import { certificateOf, contradictionsOf, type Link, VotePool } from './vote-pool.ts'
import { type Arrival, WaitingBlocks } from './waiting-blocks.ts'

export interface BaseMachine<State extends ChainView> {
  /** State of the preferred block [POS-8]. */
  readonly head: State
  readonly final: State
  readonly anchor: FinalityAnchor
  /** True after a certificate that contradicts what is final: nothing more becomes final and nothing is voted [FIN-5]. */
  readonly conflicted: boolean
  /** State of a block in the tree, which holds the final block and valid ones above it. */
  stateOf(id: BlockId): State | undefined
  blockOf(id: BlockId): Block | undefined
}

/**
 * A machine that starts from a final block's state; `anchor` is what the last `final` effect said with it. Feed
 * `restored-*` events, then `start`.
 */
export function createBaseMachine<State extends ChainView>(
  settings: BaseSettings, collaborators: Collaborators<State>, final: State, anchor: FinalityAnchor
): BaseMachine<State> {
  assert(anchor.final.id === final.id, 'the anchor names the final block')
  return new Machine(settings, collaborators, final, anchor)
}

/** Carries out one event. Effects are to be carried out in this order. */
export function stepBaseMachine<State extends ChainView>(
  machine: BaseMachine<State>, event: BaseEvent
): readonly BaseEffect<State>[] {
  assert(machine instanceof Machine, 'a machine made by createBaseMachine')
  return (machine as Machine<State>).step(event)
}

/** Where finality stands in a chain that has only its genesis [GEN-1]. */
export function genesisAnchor(genesis: ChainView): FinalityAnchor {
  const root = { epoch: 0, height: 0, id: genesis.id }
  return { period: 0, root, final: root }
}

class Machine<State extends ChainView> implements BaseMachine<State> {
  readonly #parameters: Parameters
  readonly #collaborators: Collaborators<State>
  readonly #tree: BlockTree<State>
  readonly #finality: Finality<State>
  readonly #acknowledgements: AcknowledgementPool<State>
  readonly #votes = new VotePool()
  readonly #proposals = new SlotProposals()
  readonly #waiting: WaitingBlocks
  readonly #signing: Signing<State>
  readonly #finalBlocks: FinalBlocks
  /** Links said to be likely already: a block is announced once per link. */
  readonly #likely = new Set<Link>()
  #head: TreeNode<State>
  #nowMs = Number.NEGATIVE_INFINITY
  #timerMs = Number.NEGATIVE_INFINITY
  #isStarted = false
  #effects: BaseEffect<State>[] = []
  /** The state that came with our own proposal: what comes back signed is not executed again. */
  #built: { readonly id: BlockId; readonly state: State } | undefined

  constructor(
    settings: BaseSettings, collaborators: Collaborators<State>, final: State, anchor: FinalityAnchor
  ) {
    const p = settings.parameters
    this.#parameters = p
    this.#collaborators = collaborators
    this.#finalBlocks = new FinalBlocks(height => collaborators.finalBlockBytes(height))
    this.#tree = new BlockTree(final)
    this.#head = this.#tree.root
    this.#finality = new Finality(this.#tree, p, anchor, height => this.#finalBlocks.idAt(height))
    this.#acknowledgements = new AcknowledgementPool(this.#tree, p.linkBits, height => this.#bytesOfFinal(height))
    this.#waiting = new WaitingBlocks(2 * p.deltaMs)
    this.#signing = new Signing(settings)
  }

  get head(): State {
    return this.#head.state
  }

  get final(): State {
    return this.#tree.root.state
  }

  get anchor(): FinalityAnchor {
    return this.#finality.anchor
  }

  get conflicted(): boolean {
    return this.#finality.conflicted
  }

  stateOf(id: BlockId): State | undefined {
    return this.#tree.get(id)?.state
  }

  blockOf(id: BlockId): Block | undefined {
    return this.#tree.get(id)?.block
  }

  step(event: BaseEvent): readonly BaseEffect<State>[] {
    this.#effects = []
    // A clock that was set back must not make this node sign twice for one moment: time only moves on.
    if ('nowMs' in event) this.#nowMs = Math.max(this.#nowMs, event.nowMs)
    this.#take(event)
    this.#settle()
    return this.#effects
  }

  #take(event: BaseEvent): void {
    switch (event.kind) {
      case 'restored-block':
        return this.#takeBlocks([arrivalOf(event.block, null)], Number.NEGATIVE_INFINITY)
      case 'restored-certificate':
        this.#finality.add(event.certificate, Number.NEGATIVE_INFINITY)
        return
      case 'start':
        this.#isStarted = true
        this.#signing.start(event.guard)
        return
      case 'header': return this.#takeHeader(event)
      case 'block': return this.#takeBlocks([arrivalOf(event.block, event.from)], this.#nowMs)
      case 'acknowledgement': return this.#takeAcknowledgement(event)
      case 'vote': return this.#takeVote(event)
      case 'certificate': return this.#takeCertificate(event)
      case 'syncing':
        this.#signing.setSyncing(event.active)
        return
      case 'timer':
        this.#timerMs = Number.NEGATIVE_INFINITY
        return
    }
  }

  /** After every event: what became possible, in the order in which it depends on each other. */
  #settle(): void {
    if (this.#isStarted) this.#takeBlocks(this.#waiting.release(this.#nowMs), this.#nowMs)
    this.#advanceFinality()
    this.#chooseHead()
    this.#pruneToFinal()
    if (!this.#isStarted) return
    for (const intention of this.#signing.act(this.#view())) this.#emit({ kind: 'sign', intention })
    for (const { id, from } of this.#waiting.due(this.#nowMs)) this.#emit({ kind: 'fetch', id, from })
    this.#setTimer()
  }

  // Blocks

  #takeHeader({ header, from }: Extract<BaseEvent, { kind: 'header' }>): void {
    const id = blockIdOf(header.header)
    const { slot, timeMs, height, proposer } = header.header
    const isNear = Math.abs(slot - this.#slot()) <= BASE_LIMITS.acknowledgementSlots
      && timeMs <= this.#nowMs + this.#parameters.slotMs && height > this.#tree.root.height
    const table = isNear ? this.#head.state.tableAt(height) : undefined
    if (table === undefined || !table.byPeer.has(proposer)) return this.#gossip(table === undefined ? 'ignore' : 'reject')
    this.#noteProposal(id, header)
    this.#gossip(this.#proposals.isWorthRelaying(id, header.header, table) ? 'relay' : 'ignore')
    const isHere = this.#tree.get(id) !== undefined || this.#waiting.has(id)
    if (!isHere && from !== null) this.#waiting.addSource(id, from)
  }

  /** Takes blocks and everything that waited for them. `knownMs`: when what they carry counts as known [FIN-3]. */
  #takeBlocks(arrivals: readonly Arrival[], knownMs: number): void {
    const queue = [...arrivals]
    for (let arrival = queue.shift(); arrival !== undefined; arrival = queue.shift()) {
      queue.push(...this.#takeBlock(arrival, knownMs))
    }
  }

  /** Returns the orphans that this block sets free. */
  #takeBlock(arrival: Arrival, knownMs: number): readonly Arrival[] {
    const { id, block: { header } } = arrival
    if (this.#tree.get(id) !== undefined || this.#waiting.has(id)) return []
    if (header.height <= this.#tree.root.height) {
      // Either an old final block or one beside the final chain: then nothing above it can ever count.
      const final = this.#finalBlocks.idAt(header.height)
      if (final !== undefined && final !== id) this.#bury(arrival)
      return []
    }
    if (this.#isStarted && header.timeMs > this.#nowMs) {
      if (header.timeMs <= this.#nowMs + BASE_LIMITS.heldSlots * this.#parameters.slotMs) this.#waiting.hold(arrival)
      return []
    }
    const parent = this.#tree.get(header.parent)
    if (parent === undefined) {
      this.#takeOrphan(arrival)
      return []
    }
    if (this.#isSurplusTwin(arrival) || this.#waiting.isRefused(arrival)) return []
    if (!this.#insert(arrival, parent, knownMs)) return []
    return this.#waiting.take(id)
  }

  #takeOrphan(arrival: Arrival): void {
    const { from, block: { header } } = arrival
    // Its parent would have to be the final block or above: a parent of the final height is another block.
    if (header.height === this.#tree.root.height + 1) return this.#bury(arrival)
    if (header.height > this.#head.height + BASE_LIMITS.orphanReach) {
      return this.#emit({ kind: 'behind', height: header.height, from })
    }
    this.#waiting.addOrphan(arrival, this.#nowMs)
  }

  #insert(arrival: Arrival, parent: TreeNode<State>, knownMs: number): boolean {
    const { id, block, from } = arrival
    const applied = this.#built?.id === id
      ? { ok: true as const, value: this.#built.state }
      : this.#collaborators.transition.apply(parent.state, block)
    if (!applied.ok) {
      this.#waiting.refuse(arrival)
      this.#emit({ kind: 'penalise', signer: block.header.proposer, from, code: applied.code })
      return false
    }
    this.#makeRoom()
    const node = this.#tree.add(parent, block, applied.value)
    if (this.#isStarted) this.#emit({ kind: 'store', block, id })
    this.#noteProposal(id, block)
    for (const evidence of this.#acknowledgements.onBlock(node)) this.#accuse(evidence)
    for (const certificate of block.certificates) this.#finality.add(certificate, knownMs)
    return true
  }

  /** Twins beyond the evidence are not executed, unless the chain goes on from them [POS-5]. */
  #isSurplusTwin({ id, block: { header } }: Arrival): boolean {
    if (this.#waiting.isWanted(id)) return false
    const twins = this.#tree.ofSlot(header.slot).filter(node => node.state.header.proposer === header.proposer)
    return twins.length >= BASE_LIMITS.twins
  }

  #makeRoom(): void {
    while (this.#tree.size >= BASE_LIMITS.treeBlocks) {
      const justified = this.#finality.newestJustified(this.#nowMs).node
      const isEvicted = this.#tree.evict(
        leaf => leaf !== this.#head && !this.#tree.descends(justified, leaf), tipWeight
      )
      if (!isEvicted) return
    }
  }

  /** A block that can never be on the final chain, with all that waits for it [FIN-5]. */
  #bury(dead: Arrival): void {
    const queue = [dead]
    for (let arrival = queue.shift(); arrival !== undefined; arrival = queue.shift()) {
      const { id } = arrival
      const conflict = this.#finality.onDeadBlock(id)
      if (conflict !== undefined) this.#emit({ kind: 'conflict', ...conflict })
      queue.push(...this.#waiting.take(id))
    }
  }

  #noteProposal(id: BlockId, { header, signature }: Pick<Block, 'header' | 'signature'>): void {
    const evidence = this.#proposals.note(id, { header, signature })
    if (evidence !== undefined) this.#accuse(evidence)
    if (!this.#proposals.isDoubled(header.slot, header.proposer)) return
    for (const node of this.#tree.ofSlot(header.slot)) {
      if (node.state.header.proposer === header.proposer) node.doubled = true
    }
  }

  // Acknowledgements

  #takeAcknowledgement(event: Extract<BaseEvent, { kind: 'acknowledgement' }>): void {
    const { acknowledgement: signed, from } = event
    const distance = signed.acknowledgement.slot - this.#slot()
    if (distance > 1 || distance < -BASE_LIMITS.acknowledgementSlots) return this.#gossip('ignore')
    if (!this.#head.state.isPeer(signed.peer)) return this.#gossip('reject')
    const outcome = this.#acknowledgements.add(signed)
    switch (outcome.kind) {
      case 'counted':
      case 'waiting':
        return this.#gossip('relay')
      case 'doubled':
        this.#accuse(outcome.evidence)
        return this.#gossip('relay')
      case 'worthless':
        this.#emit({ kind: 'penalise', signer: signed.peer, from, code: outcome.code })
        return this.#gossip('reject')
      case 'known':
      case 'stranger':
        return this.#gossip('ignore')
    }
  }

  // Votes and certificates

  #takeVote({ vote: signed, from }: Extract<BaseEvent, { kind: 'vote' }>): void {
    const { vote, peer } = signed
    const distance = vote.target.epoch - this.#epoch()
    if (distance > 1 || distance < -BASE_LIMITS.voteEpochs) return this.#gossip('ignore')
    if (!this.#finality.table.byPeer.has(peer) && !this.#head.state.isPeer(peer)) return this.#gossip('reject')
    const form = checkVote(vote, this.#parameters)
    if (!form.ok) {
      this.#emit({ kind: 'penalise', signer: peer, from, code: form.code })
      return this.#gossip('reject')
    }
    const outcome = this.#votes.add(signed)
    if (outcome.kind !== 'counted') return this.#gossip('ignore')
    if (outcome.evidence !== undefined) this.#accuse(outcome.evidence)
    this.#gossip('relay')
    this.#weighLink(outcome.link)
  }

  #weighLink(link: Link): void {
    const { vote, signatures } = link
    if (vote.period !== this.#finality.anchor.period) return
    const { table } = this.#finality
    const weight = weightOf(table, signatures.keys())
    if (isMajority(table, weight) && !this.#likely.has(link) && this.#tree.get(vote.target.id) !== undefined) {
      this.#likely.add(link)
      this.#emit({ kind: 'likely', point: vote.target })
    }
    if (!isQuorum(table, weight)) return
    const certificate = certificateOf(link, table)
    if (this.#addCertificate(certificate, null) === 'known') this.#finality.enlarge(certificate)
  }

  #takeCertificate({ certificate, from }: Extract<BaseEvent, { kind: 'certificate' }>): void {
    const outcome = this.#addCertificate(certificate, from)
    this.#gossip(outcome === 'new' ? 'relay' : outcome === 'worthless' ? 'reject' : 'ignore')
  }

  #addCertificate(certificate: Certificate, from: Source): ReturnType<Finality<State>['add']> {
    const outcome = this.#finality.add(certificate, this.#nowMs)
    if (outcome !== 'new') return outcome
    for (const other of this.#finality.stored()) {
      for (const evidence of contradictionsOf(other, certificate)) this.#accuse(evidence)
    }
    if (from !== null) {
      for (const { id } of this.#finality.missingTargets()) this.#waiting.want(id, from, this.#nowMs)
    }
    return outcome
  }

  #advanceFinality(): void {
    const before = this.#finality.anchor.period
    const { certified, conflict } = this.#finality.advance()
    for (const certificate of certified) this.#emit({ kind: 'certified', certificate })
    if (conflict !== undefined) this.#emit({ kind: 'conflict', ...conflict })
    if (this.#finality.anchor.period === before) return
    // Votes of the new period that came early are weighed now that its table is known [FIN-2].
    for (const link of this.#votes.linksOf(this.#finality.anchor.period)) this.#weighLink(link)
    this.#advanceFinality()
  }

  // The preferred chain

  #chooseHead(): void {
    const { node } = this.#finality.newestJustified(Number.POSITIVE_INFINITY)
    const head = preferredTip(this.#tree, node)
    if (head === this.#head) return
    const removed: Block[] = []
    const added: ChainStep<State>[] = []
    let [old, next] = [this.#head, head]
    while (old !== next) {
      if (old.height >= next.height) {
        removed.push(blockOfNode(old))
        old = parentOf(old)
      } else {
        added.push({ block: blockOfNode(next), state: next.state })
        next = parentOf(next)
      }
    }
    this.#head = head
    this.#emit({ kind: 'head', state: head.state, removed, added: added.reverse() })
  }

  #pruneToFinal(): void {
    const { finalNode } = this.#finality
    if (finalNode === this.#tree.root) return
    const proof = this.#finality.proof
    const steps = this.#tree.prune(finalNode).map(node => ({ block: blockOfNode(node), state: node.state }))
    for (const { block, state } of steps) this.#finalBlocks.add(state.id, block)
    this.#finality.prune()
    this.#acknowledgements.prune(finalNode.slot)
    this.#proposals.prune(finalNode.slot)
    this.#waiting.prune(finalNode.height)
    this.#votes.prune(this.#epoch() - BASE_LIMITS.voteEpochs)
    for (const link of this.#likely) if (this.#votes.linkOf(link.vote) !== link) this.#likely.delete(link)
    this.#emit({ kind: 'final', steps, anchor: this.#finality.anchor, proof })
  }

  // Signing and time

  #view(): SigningView<State> {
    const { deltaMs } = this.#parameters
    const frozen = this.#finality.newestJustified(this.#nowMs - deltaMs)
    return {
      nowMs: this.#nowMs,
      tree: this.#tree,
      head: this.#head,
      anchor: this.#finality.anchor,
      canVote: !this.#finality.conflicted,
      source: frozen,
      votingTip: () => preferredTip(this.#tree, frozen.node),
      digestOf: (node, peer) => this.#acknowledgements.digestOf(node, peer),
      build: (parent, slot, timeMs, proposer) => this.#build(parent, slot, timeMs, proposer)
    }
  }

  #build(parent: TreeNode<State>, slot: number, timeMs: number, proposer: PublicKey): Intention {
    const { block, state } = this.#collaborators.transition.build(parent.state, {
      slot, timeMs, proposer,
      acknowledgements: this.#acknowledgements.recordFor(parent),
      certificates: this.#finality.certificatesFor(parent, BLOCK_CERTIFICATES),
      transactions: this.#collaborators.pickTransactions(parent.state)
    })
    this.#built = { id: state.id, state }
    return { kind: 'propose', block, id: state.id }
  }

  #setTimer(): void {
    const atMs = Math.min(this.#signing.nextMs(this.#view()), this.#waiting.nextMs())
    if (!Number.isFinite(atMs) || atMs === this.#timerMs) return
    this.#timerMs = atMs
    this.#emit({ kind: 'set-timer', atMs })
  }

  #bytesOfFinal(height: number): Uint8Array | undefined {
    const node = this.#tree.ancestorAt(this.#finality.finalNode, height)
    return node?.block === undefined ? this.#finalBlocks.bytesAt(height) : this.#finalBlocks.encoded(node.block)
  }

  #accuse(evidence: Evidence): void {
    this.#emit({ kind: 'evidence', evidence })
  }

  #gossip(verdict: 'relay' | 'ignore' | 'reject'): void {
    this.#emit({ kind: 'gossip', verdict })
  }

  #emit(effect: BaseEffect<State>): void {
    this.#effects.push(effect)
  }

  #slot(): number {
    return Math.floor(this.#nowMs / this.#parameters.slotMs)
  }

  #epoch(): number {
    return Math.floor(this.#nowMs / this.#parameters.finalityEpochMs)
  }
}

function arrivalOf(block: Block, from: Source): Arrival {
  return { id: blockIdOf(block.header), block, from }
}

function blockOfNode<State extends ChainView>(node: TreeNode<State>): Block {
  return present(node.block, 'only the root came without its block')
}

function parentOf<State extends ChainView>(node: TreeNode<State>): TreeNode<State> {
  return present(node.parent, 'two blocks of the tree meet at the root at the latest')
}
