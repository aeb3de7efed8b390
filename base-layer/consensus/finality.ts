// Casper FFG over the block tree [FIN-1, FIN-2, FIN-5, FIN-8, FIN-9]: certificates in, justified
// points and final blocks out. Only the period of the anchor is judged, by its table; certificates of
// the next wait for its root. A recovered period is entered if its file is installed and the
// preferred chain carries it [FIN-9]. Owned by the machine.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { checkCertificateWeight } from '#contracts/statements/certificate.ts'
import { lastHeightOf, type PeriodTable } from '#contracts/statements/period-table.ts'
import {
  type Certificate,
  type FinalityPoint,
  isSamePeriod,
  isSamePoint,
  type PeriodId
} from '#contracts/statements/vote.ts'
import type { BlockTree, TreeNode } from './block-tree.ts'
import { chooseCarried, saysSomethingNew } from './carried-certificates.ts'
import { CertificateShelf, type Stored } from './certificate-shelf.ts'
import type { BaseSettings, FinalityAnchor, TrustedHead } from './events.ts'
import { JustifiedPoints } from './justified-points.ts'
import type { ChainView } from './transition.ts'

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
  readonly #installed: ReadonlySet<Hash>
  readonly #trusted: TrustedHead | undefined
  readonly #certificates = new CertificateShelf()
  /** Of the recovered period that finality is in: no final state may hold it yet. */
  #recovered: PeriodTable | undefined
  #justified: JustifiedPoints
  #anchor: FinalityAnchor
  /** The newest final block; the tree's root follows at the end of a step. */
  #finalNode: TreeNode<State>
  #conflicted = false
  #proof: readonly [justifies: Certificate, finalises: Certificate] | undefined

  /**
   * `finalIdAt` names the final block at a height, undefined where this node does not know it.
   */
  constructor(
    tree: BlockTree<State>,
    parameters: Parameters,
    anchor: FinalityAnchor,
    finalIdAt: (height: number) => BlockId | undefined,
    { recoveries, trusted }: Pick<BaseSettings, 'recoveries' | 'trusted'>
  ) {
    this.#tree = tree
    this.#parameters = parameters
    this.#finalIdAt = finalIdAt
    this.#installed = recoveries
    this.#trusted = trusted
    this.#anchor = anchor
    this.#finalNode = tree.root
    const { justified } = tree.root.state
    this.#justified = new JustifiedPoints([
      anchor.root,
      // At a hand-over the final block is the root: its epoch is one of the period before, and no source any more.
      ...(anchor.final.height > anchor.root.height ? [anchor.final] : []),
      ...(justified[0]?.id === anchor.root.id ? justified : [])
    ])
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
    return present(this.#tableOf(this.#anchor), 'the final state knows the table that follows')
  }

  /** Takes a certificate whose signatures are checked. `knownMs`: when it arrived. Call `advance` afterwards. */
  add(certificate: Certificate, knownMs: number): CertificateOutcome {
    const { vote } = certificate
    const { period, final } = this.#anchor
    // Whether a recovered period counts is the operator's to say, and no fault of whoever follows it [FIN-9].
    if (vote.period > period + 1 || (vote.recovery !== null && this.#tableOf(vote) === undefined)) return 'full'
    const isPast = !this.#isAhead(vote) && (!isSamePeriod(vote, this.#anchor) || vote.target.epoch < final.epoch)
    if (isPast && !this.#isOwed(certificate)) return 'old'
    if (vote.period <= period && !this.#weigh(certificate)) return 'worthless'
    return this.#certificates.put(certificate, knownMs)
  }

  /** Counts every certificate that can be counted now. To be called after new certificates and new blocks. */
  advance(): Advance {
    const certified: Certificate[] = []
    let conflict: Conflict | undefined
    for (let moved = true; moved && !this.#conflicted; ) {
      moved = false
      for (const stored of this.#certificates.inOrder()) {
        if (stored.counted || !isSamePeriod(stored.certificate.vote, this.#anchor)) continue
        if (!this.#weigh(stored.certificate)) {
          this.#certificates.drop(stored.certificate.vote)
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
    const point = this.#justified.newest(byMs) ?? this.#anchor.root
    const node = this.#tree.get(point.id)
    const isAbove = node !== undefined && this.#tree.descends(node, this.#finalNode)
    return { point, node: isAbove ? node : this.#finalNode }
  }

  /** Certificates a block on top of `parent` can carry, in order, at most `limit` [FIN-8]. */
  certificatesFor(parent: TreeNode<State>, limit: number): readonly Certificate[] {
    const isOnChain = ({ height, id }: FinalityPoint): boolean =>
      (this.#tree.ancestorAt(parent, height)?.id ?? this.#finalIdAt(height)) === id
    return chooseCarried(this.stored(), parent.state, isOnChain).slice(0, limit)
  }

  /** Replaces a stored certificate by one of the same link with more votes. */
  enlarge(certificate: Certificate): void {
    this.#certificates.enlarge(certificate)
  }

  stored(): Iterable<Certificate> {
    return this.#certificates.inOrder().map(({ certificate }) => certificate)
  }

  /**
   * Enters the recovered period of this head's chain, if its file is installed here and its first block is final or
   * above what is [FIN-9]. True if it did: votes of that period are to be weighed.
   */
  recover(head: TreeNode<State>): boolean {
    const next = head.state.finalityPeriod
    const { period, recovery, final } = this.#anchor
    if (next.recovery === null || !this.#installed.has(next.recovery) || this.#conflicted) return false
    const isLater = recovery === null ? next.period >= period : next.period > period
    const root = head.state.justified[0]
    const table = head.state.votingTable(next)
    if (!isLater || root === undefined || table === undefined) return false
    const node = this.#tree.get(root.id)
    const isPassed = node === undefined && this.#chainIdAt(root.height) === root.id
    if (!isPassed && (node === undefined || !this.#tree.descends(node, this.#finalNode))) return false
    this.#recovered = table
    this.#anchor = { ...next, root, final }
    this.#justified = new JustifiedPoints([root])
    return true
  }

  /** Targets of certificates that wait for their block. */
  missingTargets(): readonly FinalityPoint[] {
    return this.#certificates
      .inOrder()
      .filter(
        ({ counted, certificate: { vote } }) =>
          !counted &&
          isSamePeriod(vote, this.#anchor) &&
          vote.target.height > this.#finalNode.height &&
          this.#tree.get(vote.target.id) === undefined
      )
      .map(({ certificate }) => certificate.vote.target)
  }

  /**
   * Told of a block that can never be on the final chain: the
   * certificate that names it, if any, is a conflict [FIN-5].
   */
  onDeadBlock(id: BlockId): Conflict | undefined {
    for (const { certificate, counted } of this.#certificates.inOrder()) {
      const { target } = certificate.vote
      if (counted || !isSamePeriod(certificate.vote, this.#anchor) || target.id !== id) continue
      if (target.epoch < this.#anchor.final.epoch || !this.#weigh(certificate)) continue
      this.#conflicted = true
      return { certificate, why: 'two thirds of the table stand behind a block beside the final chain' }
    }
    return undefined
  }

  /**
   * True for a certificate of this period, new here and with the
   * weight of one, that is no older than what is final.
   */
  couldConflict(certificate: Certificate): boolean {
    const { vote } = certificate
    const isNow = isSamePeriod(vote, this.#anchor) && vote.target.epoch >= this.#anchor.final.epoch
    return isNow && !this.#certificates.has(vote) && this.#weigh(certificate)
  }

  /** After the tree is pruned to the final block: forgets what no block above it can need. */
  prune(): void {
    for (const { certificate } of this.#certificates.inOrder()) {
      const { vote } = certificate
      if (vote.period <= this.#anchor.period && !this.#isOwed(certificate)) this.#certificates.drop(vote)
    }
  }

  /** True if the final state has not recorded something as new: a chain above it may still have to carry this. */
  #isOwed({ vote }: Certificate): boolean {
    const { state } = this.#finalNode
    const { finalityPeriod } = state
    return isSamePeriod(vote, finalityPeriod) ? saysSomethingNew(vote, state) : isAfter(vote, finalityPeriod)
  }

  /** True for a period that finality has not come to. */
  #isAhead(period: PeriodId): boolean {
    return isAfter(period, this.#anchor)
  }

  /** Who has no weight adds none, so it does not matter here whether it is a peer. */
  #weigh(certificate: Certificate): boolean {
    const table = this.#tableOf(certificate.vote)
    return table !== undefined && checkCertificateWeight(table, certificate, this.#parameters, () => true).ok
  }

  #tableOf(period: PeriodId): PeriodTable | undefined {
    const { period: number, recovery } = period
    const isHere = this.#recovered !== undefined && isSamePeriod(this.#recovered, period)
    return isHere ? this.#recovered : this.#finalNode.state.votingTable({ period: number, recovery })
  }

  /** Justifies the target if the source is justified and the target a known block after it. */
  #count(stored: Stored): boolean {
    const { source, target } = stored.certificate.vote
    const from = this.#justified.get(source)
    if (from === undefined) return false
    const node = this.#tree.get(target.id)
    if (node === undefined || node.height !== target.height || !this.#tree.descends(node, this.#finalNode)) return false
    if (source.height >= this.#tree.root.height && this.#tree.ancestorAt(node, source.height)?.id !== source.id)
      return false
    // Only a state that holds the table of a recovered period can become final by it.
    if (this.#anchor.recovery !== null && !isSamePeriod(node.state.finalityPeriod, this.#anchor)) return false
    stored.counted = true
    const knownMs = Math.max(from.knownMs, stored.knownMs)
    this.#justified.add({ point: target, knownMs, certificate: stored.certificate })
    return true
  }

  /**
   * A justified point whose next epoch is justified from it is final
   * [FIN-1]; unless another branch is justified later.
   */
  #finalise(certificate: Certificate): Conflict | undefined {
    const { source, target } = certificate.vote
    if (target.epoch !== source.epoch + 1 || source.height < this.#finalNode.height) return undefined
    const node = this.#tree.get(source.id)
    const justifies = this.#justified.get(source)?.certificate
    if (node === undefined || !this.#tree.descends(node, this.#finalNode)) return undefined
    if (this.#isBesideTrusted(node)) {
      this.#conflicted = true
      return { certificate, why: 'two thirds of the table stand behind a block beside the trusted one' }
    }
    if (node === this.#finalNode) {
      if (source.epoch > this.#anchor.final.epoch) this.#anchor = { ...this.#anchor, final: source }
      return undefined
    }
    // The root is final by the period before; that of a recovered period only as an ancestor.
    if (justifies === undefined) return undefined
    const abandoned = this.#justified.where(point => !this.#isAlong(point, node))
    const rival = abandoned.find(({ point }) => point.epoch >= source.epoch)?.certificate
    if (rival !== undefined) {
      this.#conflicted = true
      return { certificate: rival, why: 'two thirds of the table justified another branch later than what is final' }
    }
    this.#justified.forget(abandoned)
    this.#finalNode = node
    this.#proof = [justifies, certificate]
    this.#anchor = { ...this.#anchor, final: source }
    if (source.height === lastHeightOf(this.#anchor.period, this.#parameters)) this.#handOver(source)
    return undefined
  }

  /**
   * A node that was away for too long takes the word of whoever named
   * the trusted block, not of keys that are free again.
   */
  #isBesideTrusted(node: TreeNode<State>): boolean {
    const trusted = this.#trusted
    if (trusted === undefined || node.height < trusted.height || trusted.height <= this.#finalNode.height) return false
    return this.#tree.ancestorAt(node, trusted.height)?.id !== trusted.id
  }

  /** L_j is final: period j + 1 begins with it as its root [FIN-2]. */
  #handOver(final: FinalityPoint): void {
    const root: FinalityPoint = { ...final, epoch: 0 }
    this.#anchor = { period: this.#anchor.period + 1, recovery: null, root, final }
    this.#justified = new JustifiedPoints([root])
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
}

/** True if the first period comes after the second: a later one, or the recovered one in its place [FIN-9]. */
function isAfter(a: PeriodId, b: PeriodId): boolean {
  return a.period > b.period || (a.period === b.period && a.recovery !== null && b.recovery === null)
}
