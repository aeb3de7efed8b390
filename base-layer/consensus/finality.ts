// Casper FFG over the block tree [FIN-1, FIN-2, FIN-5, FIN-8]: certificates in, justified points and final blocks out.
// Only the period of the anchor is judged, by its table; certificates of the next wait for its root. Owned by the machine.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { checkCertificateWeight } from '#contracts/statements/certificate.ts'
import { lastHeightOf, type PeriodTable, periodOf } from '#contracts/statements/period-table.ts'
import { type Certificate, type FinalityPoint, isSamePoint } from '#contracts/statements/vote.ts'
import type { BlockTree, TreeNode } from './block-tree.ts'
import type { FinalityAnchor } from './events.ts'
import { BASE_LIMITS } from './limits.ts'
import type { ChainView } from './transition.ts'
import { heaviestVotes, linkKeyOf } from './vote-pool.ts'

/** A point that two thirds justified, and when this node could first know. */
export interface Justified {
  readonly point: FinalityPoint
  /** The latest arrival among the certificates that lead to it from the root. */
  readonly knownMs: number
  /** Undefined for the root and for points that the final chain recorded. */
  readonly certificate: Certificate | undefined
}

interface Stored {
  certificate: Certificate
  readonly knownMs: number
  counted: boolean
}

export interface Conflict {
  readonly certificate: Certificate
  readonly why: string
}

export interface Advance {
  /** Certificates whose target became justified, in order. */
  readonly certified: readonly Certificate[]
  readonly conflict: Conflict | undefined
}

export type CertificateOutcome = 'new' | 'known' | 'worthless' | 'old' | 'full'

export class Finality<State extends ChainView> {
  readonly #tree: BlockTree<State>
  readonly #parameters: Parameters
  readonly #finalIdAt: (height: number) => BlockId | undefined
  readonly #certificates = new Map<string, Stored>()
  #justified = new Map<string, Justified>()
  #anchor: FinalityAnchor
  /** The newest final block; the tree's root follows at the end of a step. */
  #finalNode: TreeNode<State>
  #conflicted = false
  #proof: readonly [justifies: Certificate, finalises: Certificate] | undefined

  /** `finalIdAt` names the final block at a height, undefined where this node does not know it. */
  constructor(
    tree: BlockTree<State>,
    parameters: Parameters,
    anchor: FinalityAnchor,
    finalIdAt: (height: number) => BlockId | undefined
  ) {
    this.#tree = tree
    this.#parameters = parameters
    this.#finalIdAt = finalIdAt
    this.#anchor = anchor
    this.#finalNode = tree.root
    this.#justify(anchor.root, Number.NEGATIVE_INFINITY, undefined)
    // At a hand-over the final block is the root: its epoch is one of the period before, and no source any more.
    if (anchor.final.height > anchor.root.height) this.#justify(anchor.final, Number.NEGATIVE_INFINITY, undefined)
    const { justified } = tree.root.state
    if (justified[0]?.id === anchor.root.id) {
      for (const point of justified) this.#justify(point, Number.NEGATIVE_INFINITY, undefined)
    }
  }

  get anchor(): FinalityAnchor {
    return this.#anchor
  }

  get finalNode(): TreeNode<State> {
    return this.#finalNode
  }

  get conflicted(): boolean {
    return this.#conflicted
  }

  /** The two certificates that make `finalNode` final, once it moved. */
  get proof(): readonly [justifies: Certificate, finalises: Certificate] {
    return present(this.#proof, 'what became final has its certificates')
  }

  /** The table that finalises next. Its snapshot and seed are below the anchor's root, so the final state has it. */
  get table(): PeriodTable {
    return present(this.#tableOf(this.#anchor.period), 'the final state knows the table that follows')
  }

  /** Takes a certificate whose signatures are checked. `knownMs`: when it arrived. Call `advance` afterwards. */
  add(certificate: Certificate, knownMs: number): CertificateOutcome {
    const { vote } = certificate
    const { period, final } = this.#anchor
    if (vote.period > period + 1) return 'full'
    const isPast = vote.period < period || (vote.period === period && vote.target.epoch < final.epoch)
    if (isPast && !this.#isOwed(certificate)) return 'old'
    if (vote.period <= period && !this.#weigh(certificate)) return 'worthless'
    const key = linkKeyOf(vote)
    const before = this.#certificates.get(key)
    if (before !== undefined) {
      // One of the next period cannot be weighed yet: a lighter one does not keep the certificate of the link away.
      if (!before.counted && before.certificate.votes.length < certificate.votes.length)
        before.certificate = certificate
      return 'known'
    }
    const waiting = [...this.#certificates.values()].filter(stored => !stored.counted)
    if (waiting.length >= BASE_LIMITS.certificatesWaiting) {
      const oldest = waiting.reduce((a, b) =>
        a.certificate.vote.target.epoch <= b.certificate.vote.target.epoch ? a : b
      )
      if (oldest.certificate.vote.target.epoch >= vote.target.epoch) return 'full'
      this.#certificates.delete(linkKeyOf(oldest.certificate.vote))
    }
    this.#certificates.set(key, { certificate, knownMs, counted: false })
    return 'new'
  }

  /** Counts every certificate that can be counted now. To be called after new certificates and new blocks. */
  advance(): Advance {
    const certified: Certificate[] = []
    let conflict: Conflict | undefined
    for (let moved = true; moved && !this.#conflicted; ) {
      moved = false
      for (const stored of [...this.#certificates.values()].sort(byTarget)) {
        if (stored.counted || stored.certificate.vote.period !== this.#anchor.period) continue
        if (!this.#weigh(stored.certificate)) {
          this.#certificates.delete(linkKeyOf(stored.certificate.vote))
          continue
        }
        const why = this.#conflictOf(stored.certificate)
        if (why !== undefined) {
          this.#conflicted = true
          conflict = { certificate: stored.certificate, why }
          break
        }
        if (!this.#count(stored)) continue
        moved = true
        certified.push(stored.certificate)
        conflict = this.#finalise(stored.certificate)
        if (conflict !== undefined) break
      }
    }
    return { certified, conflict }
  }

  /**
   * The newest justified point that was known by `byMs`, with its block, which is the final block's if the point is
   * below it [POS-8, FIN-3].
   */
  newestJustified(byMs: number): { readonly point: FinalityPoint; readonly node: TreeNode<State> } {
    let newest: FinalityPoint | undefined
    for (const { point, knownMs } of this.#justified.values()) {
      if (knownMs <= byMs && (newest === undefined || point.epoch > newest.epoch)) newest = point
    }
    const point = newest ?? this.#anchor.root
    const node = this.#tree.get(point.id)
    const isAbove = node !== undefined && this.#tree.descends(node, this.#finalNode)
    return { point, node: isAbove ? node : this.#finalNode }
  }

  /**
   * Certificates a block on top of `parent` can carry, in order, at most `limit`: each from a source that its chain
   * recorded as justified or that one before it justifies, to a target on this chain that it has not [FIN-8].
   */
  certificatesFor(parent: TreeNode<State>, limit: number): readonly Certificate[] {
    const { state } = parent
    const period = periodOf(state.recordedFinal.height + 1, this.#parameters)
    const points = [...state.justified]
    const chosen: Certificate[] = []
    for (const { certificate } of [...this.#certificates.values()].sort(byTarget)) {
      const { vote } = certificate
      if (chosen.length >= limit) break
      if (vote.period !== period || points.some(point => point.epoch >= vote.target.epoch)) continue
      if (!points.some(point => isSamePoint(point, vote.source)) || !this.#isOnChain(vote.target, parent)) continue
      chosen.push(readableOn(state, certificate))
      points.push(vote.target)
    }
    return chosen
  }

  /** Replaces a stored certificate by one of the same link with more votes. */
  enlarge(certificate: Certificate): void {
    const stored = this.#certificates.get(linkKeyOf(certificate.vote))
    if (stored !== undefined && stored.certificate.votes.length < certificate.votes.length)
      stored.certificate = certificate
  }

  /** Certificates that contradict this one, which takes more than a third of a table [FIN-4]. */
  stored(): Iterable<Certificate> {
    return [...this.#certificates.values()].map(({ certificate }) => certificate)
  }

  /** Targets of certificates that wait for their block. */
  missingTargets(): readonly FinalityPoint[] {
    return [...this.#certificates.values()]
      .filter(
        ({ counted, certificate: { vote } }) =>
          !counted &&
          vote.period === this.#anchor.period &&
          vote.target.height > this.#finalNode.height &&
          this.#tree.get(vote.target.id) === undefined
      )
      .map(({ certificate }) => certificate.vote.target)
  }

  /** Told of a block that can never be on the final chain: the certificate that names it, if any, is a conflict [FIN-5]. */
  onDeadBlock(id: BlockId): Conflict | undefined {
    for (const { certificate, counted } of this.#certificates.values()) {
      const { period, target } = certificate.vote
      if (counted || period !== this.#anchor.period || target.id !== id) continue
      if (target.epoch < this.#anchor.final.epoch || !this.#weigh(certificate)) continue
      this.#conflicted = true
      return { certificate, why: 'two thirds of the table stand behind a block beside the final chain' }
    }
    return undefined
  }

  /** After the tree is pruned to the final block: forgets what no block above it can need. */
  prune(): void {
    for (const [key, { certificate }] of this.#certificates) {
      if (certificate.vote.period <= this.#anchor.period && !this.#isOwed(certificate)) this.#certificates.delete(key)
    }
  }

  /** True if the final state has not recorded something as new: a chain above it may still have to carry this. */
  #isOwed(certificate: Certificate): boolean {
    const { justified, recordedFinal } = this.#finalNode.state
    const period = periodOf(recordedFinal.height + 1, this.#parameters)
    const newest = justified[justified.length - 1]?.epoch ?? 0
    const { vote } = certificate
    return vote.period > period || (vote.period === period && vote.target.epoch > newest)
  }

  /** Who has no weight adds none, so it does not matter here whether it is a peer. */
  #weigh(certificate: Certificate): boolean {
    const table = this.#tableOf(certificate.vote.period)
    return table !== undefined && checkCertificateWeight(table, certificate, this.#parameters, () => true).ok
  }

  #tableOf(period: number): PeriodTable | undefined {
    return this.#finalNode.state.tableOf(period)
  }

  /** Justifies the target if the source is justified and the target a known block after it. */
  #count(stored: Stored): boolean {
    const { source, target } = stored.certificate.vote
    const from = this.#justified.get(keyOf(source))
    if (from === undefined) return false
    const node = this.#tree.get(target.id)
    if (node === undefined || node.height !== target.height || !this.#tree.descends(node, this.#finalNode)) return false
    if (source.height >= this.#tree.root.height && this.#tree.ancestorAt(node, source.height)?.id !== source.id)
      return false
    stored.counted = true
    this.#justify(target, Math.max(from.knownMs, stored.knownMs), stored.certificate)
    return true
  }

  /** A justified point whose next epoch is justified from it is final [FIN-1]; unless another branch is justified later. */
  #finalise(certificate: Certificate): Conflict | undefined {
    const { source, target } = certificate.vote
    if (target.epoch !== source.epoch + 1 || source.height < this.#finalNode.height) return undefined
    const node = this.#tree.get(source.id)
    const justifies = this.#justified.get(keyOf(source))?.certificate
    if (node === undefined || !this.#tree.descends(node, this.#finalNode)) return undefined
    if (node === this.#finalNode) {
      if (source.epoch > this.#anchor.final.epoch) this.#anchor = { ...this.#anchor, final: source }
      return undefined
    }
    const abandoned = [...this.#justified.values()].filter(({ point }) => !this.#isAlong(point, node))
    const rival = abandoned.find(({ point }) => point.epoch >= source.epoch)?.certificate
    if (rival !== undefined) {
      this.#conflicted = true
      return { certificate: rival, why: 'two thirds of the table justified another branch later than what is final' }
    }
    for (const { point } of abandoned) this.#justified.delete(keyOf(point))
    this.#finalNode = node
    this.#proof = [present(justifies, 'a new justified point has its certificate'), certificate]
    this.#anchor = { ...this.#anchor, final: source }
    if (source.height === lastHeightOf(this.#anchor.period, this.#parameters)) this.#handOver(source)
    return undefined
  }

  /** L_j is final: period j + 1 begins with it as its root [FIN-2]. */
  #handOver(final: FinalityPoint): void {
    const root: FinalityPoint = { ...final, epoch: 0 }
    this.#anchor = { period: this.#anchor.period + 1, root, final }
    this.#justified = new Map()
    this.#justify(root, Number.NEGATIVE_INFINITY, undefined)
  }

  /** True for a point on the chain to this block or above it. Below the tree's root all justified points are. */
  #isAlong(point: FinalityPoint, final: TreeNode<State>): boolean {
    if (point.height < this.#tree.root.height) return true
    const node = this.#tree.get(point.id)
    return node !== undefined && (this.#tree.descends(node, final) || this.#tree.descends(final, node))
  }

  /** Why a certificate with a quorum cannot stand beside what is final [FIN-5], or undefined if it can. */
  #conflictOf({ vote: { root, source, target } }: Certificate): string | undefined {
    if (!isSamePoint(root, this.#anchor.root)) return 'two thirds of the table build on another end of the last period'
    const { final } = this.#anchor
    if (target.epoch < final.epoch) return undefined
    if (this.#isBesideFinal(target)) return 'two thirds of the table chose another block'
    if (source.epoch >= final.epoch && this.#isBesideFinal(source))
      return 'two thirds of the table start from another block'
    const node = this.#tree.get(target.id)
    const isBeside = node !== undefined && node.height > final.height && !this.#tree.descends(node, this.#finalNode)
    return isBeside ? 'two thirds of the table chose another branch' : undefined
  }

  #isBesideFinal({ height, id }: FinalityPoint): boolean {
    if (height > this.#finalNode.height) return false
    const final = this.#chainIdAt(height)
    return final !== undefined && final !== id
  }

  /** The id on the final chain, the part still in the tree included. */
  #chainIdAt(height: number): BlockId | undefined {
    return this.#tree.ancestorAt(this.#finalNode, height)?.id ?? this.#finalIdAt(height)
  }

  #justify(point: FinalityPoint, knownMs: number, certificate: Certificate | undefined): void {
    const key = keyOf(point)
    if (!this.#justified.has(key)) this.#justified.set(key, { point, knownMs, certificate })
  }

  #isOnChain(target: FinalityPoint, tip: TreeNode<State>): boolean {
    return (this.#tree.ancestorAt(tip, target.height)?.id ?? this.#finalIdAt(target.height)) === target.id
  }
}

function keyOf(point: FinalityPoint): string {
  return `${point.epoch}/${point.height}/${point.id}`
}

function byTarget(a: { readonly certificate: Certificate }, b: { readonly certificate: Certificate }): number {
  const [left, right] = [a.certificate.vote.target, b.certificate.vote.target]
  return left.epoch - right.epoch || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
}

/**
 * The certificate without votes that a block on this state may not carry: of peers that this chain does not know or that
 * are beyond what one certificate holds. The heaviest stay.
 */
function readableOn<State extends ChainView>(state: State, certificate: Certificate): Certificate {
  const table = state.tableOf(certificate.vote.period)
  const known = certificate.votes.filter(({ peer }) => table?.byPeer.has(peer) === true || state.isPeer(peer))
  return { ...certificate, votes: heaviestVotes(known, table) }
}
