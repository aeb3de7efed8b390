// The base chain's consensus as a machine without input or output: stepBaseMachine(machine, event) ->
// effects. Events and effects are in events.ts. A machine has one owner; a step changes it in place,
// and equal events and answers of the collaborators give equal effects. Upholds [POS-4] to [POS-8],
// [FIN-1] to [FIN-9] and the relaying of [POS-4, GSP-1].
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import { BLOCK_CERTIFICATES, type Block } from '#contracts/statements/block.ts'
import { AcknowledgementPool } from './acknowledgements.ts'
import { arrivalOf, BlockDesk, type Present } from './block-desk.ts'
import { BlockTree, type TreeNode } from './block-tree.ts'
import type { BaseEffect, BaseEvent, BaseSettings, Collaborators, FinalityAnchor, Intention } from './events.ts'
import { FinalBlocks } from './final-blocks.ts'
import { Finality } from './finality.ts'
import { preferredTip } from './fork-choice.ts'
import { blockOf, switchBetween } from './head-switch.ts'
import { BASE_LIMITS } from './limits.ts'
import { momentsIn, type SignedMoment } from './own-signatures.ts'
import { Signing, type SigningView } from './signing.ts'
import { SlotProposals } from './slot-proposals.ts'
import type { ChainView } from './transition.ts'
import { VoteDesk } from './vote-desk.ts'
import { WaitingBlocks } from './waiting-blocks.ts'

export interface BaseMachine<State extends ChainView> {
  /** State of the preferred block [POS-8]. */
  readonly head: State
  readonly final: State
  readonly anchor: FinalityAnchor
  /**
   * True after a certificate that contradicts what is final: nothing
   * more becomes final and nothing is voted [FIN-5].
   */
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
  settings: BaseSettings,
  collaborators: Collaborators<State>,
  final: State,
  anchor: FinalityAnchor
): BaseMachine<State> {
  assert(anchor.final.id === final.id, 'the anchor names the final block')
  return new Machine(settings, collaborators, final, anchor)
}

/** Carries out one event. Effects are to be carried out in this order. */
export function stepBaseMachine<State extends ChainView>(
  machine: BaseMachine<State>,
  event: BaseEvent
): readonly BaseEffect<State>[] {
  assert(machine instanceof Machine, 'a machine made by createBaseMachine')
  return (machine as Machine<State>).step(event)
}

class Machine<State extends ChainView> implements BaseMachine<State> {
  readonly #parameters: Parameters
  readonly #collaborators: Collaborators<State>
  readonly #tree: BlockTree<State>
  readonly #finality: Finality<State>
  readonly #acknowledgements: AcknowledgementPool<State>
  readonly #proposals = new SlotProposals()
  readonly #waiting: WaitingBlocks
  readonly #signing: Signing<State>
  readonly #finalBlocks: FinalBlocks
  readonly #blocks: BlockDesk<State>
  readonly #votes: VoteDesk<State>
  #head: TreeNode<State>
  /** What the head was chosen from: nothing is weighed again while nothing changed. */
  #chosen: { readonly from: TreeNode<State>; readonly version: number } | undefined
  #slot = -1
  #nowMs = Number.NEGATIVE_INFINITY
  #timerMs = Number.NEGATIVE_INFINITY
  #isStarted = false
  #effects: BaseEffect<State>[] = []

  constructor(settings: BaseSettings, collaborators: Collaborators<State>, final: State, anchor: FinalityAnchor) {
    const { parameters } = settings
    const { transition } = collaborators
    const emit = (effect: BaseEffect<State>): void => {
      this.#effects.push(effect)
    }
    this.#parameters = parameters
    this.#collaborators = collaborators
    const tree = new BlockTree(final)
    const finalBlocks = new FinalBlocks(height => collaborators.finalBlockBytes(height))
    const finality = new Finality(tree, parameters, anchor, height => finalBlocks.idAt(height), settings)
    const waiting = new WaitingBlocks(2 * parameters.deltaMs)
    const acknowledgements = new AcknowledgementPool(tree, parameters.linkBits, height => this.#bytesOfFinal(height))
    this.#tree = tree
    this.#head = tree.root
    this.#finalBlocks = finalBlocks
    this.#finality = finality
    this.#waiting = waiting
    this.#acknowledgements = acknowledgements
    this.#signing = new Signing(settings)
    this.#blocks = new BlockDesk({
      parameters,
      transition,
      tree,
      finality,
      finalBlocks,
      acknowledgements,
      proposals: this.#proposals,
      waiting,
      onBlock: (block, parentSlot) => this.#noteBlock(block, parentSlot),
      advance: () => this.#votes.advance(this.#nowMs),
      takeProven: (block, knownMs) => this.#votes.takeProven(block, knownMs),
      takeUnproven: (block, isWanted) => this.#votes.takeUnproven(block, isWanted, this.#nowMs),
      emit
    })
    this.#votes = new VoteDesk({ genesis: settings.genesis, parameters, tree, finality, waiting, emit })
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
        return this.#blocks.takeBlocks([arrivalOf(event.block, null)], Number.NEGATIVE_INFINITY, this.#present())
      case 'restored-certificate':
        this.#finality.add(event.certificate, Number.NEGATIVE_INFINITY)
        return
      case 'start':
        this.#isStarted = true
        return this.#signing.start(event.guard, this.#nowMs)
      case 'guard':
        return this.#signing.hold(event.guard)
      case 'header':
        return this.#blocks.takeHeader(event, this.#present())
      case 'block':
        return this.#blocks.takeBlocks([arrivalOf(event.block, event.from)], this.#nowMs, this.#present())
      case 'acknowledgement':
        return this.#takeAcknowledgement(event)
      case 'vote':
        this.#noteSigned(event.vote.peer, { kind: 'vote', epoch: event.vote.vote.target.epoch })
        return this.#votes.takeVote({ ...event, nowMs: this.#nowMs }, this.#head.state)
      case 'certificate':
        return this.#votes.takeCertificate({ ...event, nowMs: this.#nowMs })
      case 'syncing':
        return this.#signing.setSyncing(event.active)
      case 'timer':
        this.#timerMs = Number.NEGATIVE_INFINITY
        return
    }
  }

  /** After every event: what became possible, in the order in which it depends on each other. */
  #settle(): void {
    if (this.#isStarted) this.#blocks.takeBlocks(this.#waiting.release(this.#nowMs), this.#nowMs, this.#present())
    this.#votes.advance(this.#nowMs)
    this.#chooseHead()
    // What the table that is stuck made final is told before another
    // takes its place: the two are stored together [FIN-9].
    this.#pruneToFinal()
    this.#recover()
    this.#pruneToFinal()
    if (!this.#isStarted) return
    this.#forgetOldSlots()
    for (const intention of this.#signing.act(this.#view())) this.#emit({ kind: 'sign', intention })
    for (const { id, from } of this.#waiting.due(this.#nowMs)) this.#emit({ kind: 'fetch', id, from })
    this.#setTimer()
  }

  #takeAcknowledgement({ acknowledgement: signed, from }: Extract<BaseEvent, { kind: 'acknowledgement' }>): void {
    this.#noteSigned(signed.peer, { kind: 'acknowledge', slot: signed.acknowledgement.slot })
    const distance = signed.acknowledgement.slot - Math.floor(this.#nowMs / this.#parameters.slotMs)
    if (distance > 1 || distance < -BASE_LIMITS.acknowledgementSlots) return this.#gossip('ignore')
    if (!this.#head.state.isPeer(signed.peer)) return this.#gossip('ignore')
    const outcome = this.#acknowledgements.add(signed)
    switch (outcome.kind) {
      case 'counted':
      case 'waiting':
        return this.#gossip('relay')
      case 'doubled':
        this.#emit({ kind: 'evidence', evidence: outcome.evidence })
        return this.#gossip('relay')
      case 'worthless':
        // Who relayed it may not know the block yet, so only the signer is to blame [GSP-1].
        this.#emit({ kind: 'penalise', signer: signed.peer, from, code: outcome.code })
        return this.#gossip('ignore')
      case 'known':
      case 'stranger':
        return this.#gossip('ignore')
    }
  }

  #chooseHead(): void {
    const { node } = this.#finality.newestJustified(Number.POSITIVE_INFINITY)
    if (this.#chosen?.from === node && this.#chosen.version === this.#tree.version) return
    this.#chosen = { from: node, version: this.#tree.version }
    const head = preferredTip(this.#tree, node)
    if (head === this.#head) return
    const between = switchBetween(this.#head, head)
    this.#head = head
    this.#emit({ kind: 'head', state: head.state, ...between })
  }

  /** What turns up of this node's own key, and its guard does not know, is told at once [FIN-7]. */
  #noteSigned(signer: PublicKey, what: SignedMoment): void {
    const found = this.#signing.note(signer, what)
    if (found === undefined) return
    this.#signing.stop()
    this.#emit({ kind: 'forgotten', isTwin: found === 'twin' })
  }

  /** The same for all that a valid block carries. */
  #noteBlock(block: Block, parentSlot: number): void {
    for (const [signer, what] of momentsIn(block, parentSlot)) this.#noteSigned(signer, what)
  }

  #recover(): void {
    if (!this.#finality.recover(this.#head)) return
    const { period, recovery } = this.#finality.anchor
    if (recovery !== null) this.#emit({ kind: 'recovered', period, recovery })
    // Blocks that came at once with the one that carries the file were taken before its table was known.
    for (const { block } of this.#tree.nodes()) {
      if (block !== undefined) this.#votes.takeProven(block, this.#nowMs)
    }
    this.#votes.weighPeriod(this.#nowMs)
    this.#votes.advance(this.#nowMs)
    this.#chooseHead()
  }

  #pruneToFinal(): void {
    const { finalNode } = this.#finality
    if (finalNode === this.#tree.root) return
    const { proof, anchor } = this.#finality
    const steps = this.#tree.prune(finalNode).map(node => ({ block: blockOf(node), state: node.state }))
    for (const { block, state } of steps) this.#finalBlocks.add(state.id, block)
    this.#finality.prune()
    this.#acknowledgements.prune(finalNode.slot)
    this.#proposals.prune(finalNode.slot)
    this.#waiting.prune(finalNode.height)
    this.#votes.prune(this.#nowMs)
    this.#emit({ kind: 'final', steps, anchor, proof })
  }

  #view(): SigningView<State> {
    const { deltaMs } = this.#parameters
    const frozen = this.#finality.newestJustified(this.#nowMs - deltaMs)
    return {
      nowMs: this.#nowMs,
      tree: this.#tree,
      head: this.#head,
      anchor: this.#finality.anchor,
      table: this.#finality.table,
      canVote: !this.#finality.conflicted,
      source: frozen,
      votingTip: () => preferredTip(this.#tree, frozen.node),
      digestOf: (node, peer) => this.#acknowledgements.digestOf(node, peer),
      build: (parent, slot, timeMs, proposer) => this.#build(parent, slot, timeMs, proposer)
    }
  }

  #build(parent: TreeNode<State>, slot: number, timeMs: number, proposer: PublicKey): Intention {
    const certificates = this.#finality.certificatesFor(parent, BLOCK_CERTIFICATES)
    const late = this.#votes.lateVotesFor(parent.state, slot, BLOCK_CERTIFICATES - certificates.length)
    const { block, state } = this.#collaborators.transition.build(parent.state, {
      slot,
      timeMs,
      proposer,
      acknowledgements: this.#acknowledgements.recordFor(parent),
      certificates: [...certificates, ...late],
      transactions: this.#collaborators.pickTransactions(parent.state)
    })
    this.#blocks.noteBuilt(state.id, state)
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

  /** Once a slot: what is remembered of moments long past, so that it is bounded even while nothing becomes final. */
  #forgetOldSlots(): void {
    const slot = Math.floor(this.#nowMs / this.#parameters.slotMs)
    if (slot <= this.#slot) return
    this.#slot = slot
    this.#acknowledgements.retire(slot - BASE_LIMITS.slotsRemembered)
    this.#proposals.prune(slot - BASE_LIMITS.slotsRemembered)
    this.#votes.prune(this.#nowMs)
  }

  #present(): Present<State> {
    return { nowMs: this.#nowMs, head: this.#head, isStarted: this.#isStarted }
  }

  #gossip(verdict: 'relay' | 'ignore' | 'reject'): void {
    this.#emit({ kind: 'gossip', verdict })
  }

  #emit(effect: BaseEffect<State>): void {
    this.#effects.push(effect)
  }
}
