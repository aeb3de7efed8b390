// When this node's key speaks and what it says: its block of a slot [POS-4], one
// acknowledgement a slot [POS-5], one vote a finality epoch [FIN-3]. Each moment is decided
// once, in the present only, and never against the guard's marks [FIN-7].
import { compareTickets } from '#contracts/crypto/tickets.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { lastHeightOf, type PeriodTable, ticketsOf } from '#contracts/statements/period-table.ts'
import { type FinalityPoint, mayVote, type Vote, voteMarkOf } from '#contracts/statements/vote.ts'
import type { BlockTree, TreeNode } from './block-tree.ts'
import type { BaseSettings, FinalityAnchor, GuardMarks, Intention } from './events.ts'
import { blockToAcknowledge } from './fork-choice.ts'
import { OwnSignatures, type SignedMoment } from './own-signatures.ts'
import { deriveTurn } from './slot-proposals.ts'
import type { ChainView } from './transition.ts'

/** What a decision rests on. */
export interface SigningView<State extends ChainView> {
  readonly nowMs: number
  readonly tree: BlockTree<State>
  readonly head: TreeNode<State>
  readonly anchor: FinalityAnchor
  /** Of the anchor's period. */
  readonly table: PeriodTable
  /** False once finality has stopped [FIN-5]. */
  readonly canVote: boolean
  /** The newest justified point among what arrived at least delta ago, and its block or the final one [FIN-3]. */
  readonly source: { readonly point: FinalityPoint; readonly node: TreeNode<State> }
  /** The tip that fork choice prefers above the source's block. */
  votingTip(): TreeNode<State>
  digestOf(node: TreeNode<State>, peer: PublicKey): Hash | undefined
  build(parent: TreeNode<State>, slot: number, timeMs: number, proposer: PublicKey): Intention
}

export class Signing<State extends ChainView> {
  readonly #settings: BaseSettings
  #guard: GuardMarks | null = null
  #own: OwnSignatures | undefined
  #isSyncing = false
  /**
   * Newest slot and epoch for which the question of acknowledging or
   * voting was settled, with or without a signature.
   */
  #decidedSlot = -1
  #decidedEpoch = -1

  constructor(settings: BaseSettings) {
    this.#settings = settings
  }

  /** Signing begins, if there is a key and a guard; what the key signed is known up to the guard's marks. */
  start(guard: GuardMarks | null, nowMs: number): void {
    this.#guard = guard
    if (guard !== null) this.#own = new OwnSignatures(this.#settings.parameters, guard, nowMs)
    this.#decidedSlot = guard?.acknowledgedSlot ?? -1
    this.#decidedEpoch = guard?.vote?.targetEpoch ?? -1
  }

  /** What somebody signed turned up: says so if it is this key's and its guard does not know it [FIN-7]. */
  note(signer: PublicKey, what: SignedMoment): 'forgotten' | 'twin' | undefined {
    return signer === this.#settings.self ? this.#own?.note(what) : undefined
  }

  /** Nothing is signed until new marks come. */
  stop(): void {
    this.#guard = null
  }

  /** The marks after a loss that was found while running. */
  hold(guard: GuardMarks): void {
    this.#guard = guard
  }

  setSyncing(isSyncing: boolean): void {
    this.#isSyncing = isSyncing
  }

  /** Everything to be signed now. The marks move with what is returned: nothing is returned twice. */
  act(view: SigningView<State>): readonly Intention[] {
    const { self } = this.#settings
    const guard = this.#guard
    if (self === null || guard === null || this.#isSyncing) return []
    if (view.nowMs < Math.max(0, guard.maySignFromMs)) return []
    const intentions = [this.#propose(view, guard, self), this.#acknowledge(view, self), this.#vote(view, guard, self)]
    const signed = intentions.filter(intention => intention !== undefined)
    for (const intention of signed) this.#own?.signed(intention)
    return signed
  }

  /** When `act` next may have something to say; infinity for a node that signs nothing. */
  nextMs(view: SigningView<State>): number {
    const { self, parameters: p } = this.#settings
    if (self === null || this.#guard === null) return Number.POSITIVE_INFINITY
    if (view.nowMs < 0) return 0
    const slot = Math.floor(view.nowMs / p.slotMs)
    const epoch = Math.floor(view.nowMs / p.finalityEpochMs)
    const turn = slot > this.#guard.proposedSlot ? turnOf(view, slot, self, this.#settings)?.timeMs : undefined
    const moments = [turn ?? 0, slot * p.slotMs + p.ackAtMs, epoch * p.finalityEpochMs + p.voteAtMs]
    return Math.min((slot + 1) * p.slotMs, ...moments.filter(moment => moment > view.nowMs))
  }

  #propose(view: SigningView<State>, guard: GuardMarks, self: PublicKey): Intention | undefined {
    const slot = Math.floor(view.nowMs / this.#settings.parameters.slotMs)
    if (slot <= guard.proposedSlot) return undefined
    const turn = turnOf(view, slot, self, this.#settings)
    if (turn === undefined || turn.timeMs > view.nowMs) return undefined
    const table = view.head.state.tableAt(view.head.height + 1)
    const isBeaten =
      table !== undefined &&
      view.tree.ofSlot(slot).some(node => {
        const other = ticketsOf(table, slot, node.state.header.proposer)?.[0]
        return other !== undefined && compareTickets(other, turn.ticket) < 0
      })
    if (isBeaten) return undefined
    this.#guard = { ...guard, proposedSlot: slot }
    return view.build(view.head, slot, turn.timeMs, self)
  }

  #acknowledge(view: SigningView<State>, self: PublicKey): Intention | undefined {
    const { slotMs, ackAtMs } = this.#settings.parameters
    const slot = Math.floor(view.nowMs / slotMs)
    if (slot <= this.#decidedSlot || view.nowMs < slot * slotMs + ackAtMs) return undefined
    this.#decidedSlot = slot
    const node = blockToAcknowledge(view.tree, view.head, slot)
    const table = node?.state.tableAt(node.height)
    if (node === undefined || table === undefined || ticketsOf(table, slot, self) === undefined) return undefined
    const digest = view.digestOf(node, self)
    return digest === undefined ? undefined : { kind: 'acknowledge', acknowledgement: { slot, block: node.id, digest } }
  }

  #vote(view: SigningView<State>, guard: GuardMarks, self: PublicKey): Intention | undefined {
    const { finalityEpochMs, voteAtMs } = this.#settings.parameters
    const epoch = Math.floor(view.nowMs / finalityEpochMs)
    if (epoch <= this.#decidedEpoch || view.nowMs < epoch * finalityEpochMs + voteAtMs) return undefined
    this.#decidedEpoch = epoch
    const isVoter = view.table.byPeer.has(self) || view.head.state.isPeer(self)
    if (!view.canVote || !isVoter) return undefined
    const vote = this.#deriveVote(view, epoch)
    if (vote === undefined || !mayVote(guard.vote ?? undefined, vote) || isBeforeLoss(guard, vote)) return undefined
    this.#guard = { ...(this.#guard ?? guard), vote: voteMarkOf(vote) }
    return { kind: 'vote', vote }
  }

  /** The newest block with two descendants on the preferred chain, or L_j if lower, never below the source [FIN-3]. */
  #deriveVote(view: SigningView<State>, epoch: number): Vote | undefined {
    const { period, recovery, root } = view.anchor
    const { point: source, node } = view.source
    if (epoch <= source.epoch) return undefined
    const tip = view.votingTip()
    const height = Math.min(tip.height - DESCENDANTS, lastHeightOf(period, this.#settings.parameters))
    const target = view.tree.ancestorAt(tip, Math.max(height, node.height))
    // A state that does not hold the table of a recovered period cannot become final by it [FIN-9].
    const isLost = recovery !== null && target?.state.finalityPeriod.recovery !== recovery
    if (target === undefined || isLost) return undefined
    return { period, recovery, root, source, target: { epoch, height: target.height, id: target.id } }
  }
}

/** Blocks that must follow a block on the preferred chain before it is voted for [FIN-3]. */
const DESCENDANTS = 2

/** Our turn in a slot on top of the preferred block, if the slot's place on that chain is free. */
function turnOf<State extends ChainView>(
  { head }: SigningView<State>,
  slot: number,
  self: PublicKey,
  { parameters }: BaseSettings
): ReturnType<typeof deriveTurn> {
  const table = head.slot < slot ? head.state.tableAt(head.height + 1) : undefined
  return table === undefined ? undefined : deriveTurn(table, slot, self, parameters)
}

/**
 * After a lost guard file, in periods this key may have voted in: no source from before the loss [FIN-7]. A
 * recovered period may have been the next one [FIN-9].
 */
function isBeforeLoss({ loss }: GuardMarks, vote: Vote): boolean {
  if (loss === null || vote.source.epoch >= loss.epoch) return false
  return vote.period <= loss.period + (vote.recovery === null ? 0 : 1)
}
