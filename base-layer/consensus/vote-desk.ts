// Votes and certificates as they arrive: what counts, what is relayed, what becomes a certificate, and who contradicted
// itself [FIN-1, FIN-4]. Part of the machine, which owns what this changes.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Block } from '#contracts/statements/block.ts'
import {
  checkCertificateSignatures,
  checkVote,
  isMajority,
  isQuorum,
  weightOf
} from '#contracts/statements/certificate.ts'
import { type Certificate, type FinalityPoint, isSamePeriod } from '#contracts/statements/vote.ts'
import type { BlockTree } from './block-tree.ts'
import type { BaseEffect, BaseEvent, Source } from './events.ts'
import type { Finality } from './finality.ts'
import { BASE_LIMITS } from './limits.ts'
import type { ChainView } from './transition.ts'
import { certificateOf, contradictionsOf, type Link, VotePool } from './vote-pool.ts'
import type { WaitingBlocks } from './waiting-blocks.ts'

export interface VoteDeskParts<State extends ChainView> {
  readonly genesis: GenesisHash
  readonly parameters: Parameters
  readonly tree: BlockTree<State>
  readonly finality: Finality<State>
  readonly waiting: WaitingBlocks
  readonly emit: (effect: BaseEffect<State>) => void
}

export class VoteDesk<State extends ChainView> {
  readonly #parts: VoteDeskParts<State>
  readonly #pool = new VotePool()
  /** Links said to be likely already: a block is announced once per link. */
  readonly #likely = new Set<Link>()

  constructor(parts: VoteDeskParts<State>) {
    this.#parts = parts
  }

  takeVote({ vote: signed, from, nowMs }: Extract<BaseEvent, { kind: 'vote' }>, head: State): void {
    const { parameters, finality, emit } = this.#parts
    const { vote, peer } = signed
    const distance = vote.target.epoch - Math.floor(nowMs / parameters.finalityEpochMs)
    if (distance > 1 || distance < -BASE_LIMITS.voteEpochs) return this.#gossip('ignore')
    // A peer that registered on another branch, or a moment ago, is not known here yet.
    const weighs = finality.table.byPeer.has(peer)
    if (!weighs && !head.isPeer(peer)) return this.#gossip('ignore')
    const form = checkVote(vote, parameters)
    if (!form.ok) {
      emit({ kind: 'penalise', signer: peer, from, code: form.code })
      return this.#gossip('reject')
    }
    const outcome = this.#pool.add(signed, weighs)
    if (outcome.kind !== 'counted') return this.#gossip('ignore')
    if (outcome.evidence !== undefined) emit({ kind: 'evidence', evidence: outcome.evidence })
    this.#gossip('relay')
    this.#weigh(outcome.link, nowMs)
  }

  takeCertificate({ certificate, from, nowMs }: Extract<BaseEvent, { kind: 'certificate' }>): void {
    const outcome = this.#add(certificate, from, nowMs)
    this.#gossip(outcome === 'new' ? 'relay' : outcome === 'worthless' ? 'reject' : 'ignore')
  }

  /** Those of a block that was executed: checked with it, and known since `knownMs`. */
  takeProven({ certificates }: Pick<Block, 'certificates'>, knownMs: number): void {
    for (const certificate of certificates) this.#add(certificate, null, knownMs)
  }

  /**
   * Certificates of a block that nobody executed: their weight is looked at first,
   * then signatures. The proposer answers for a bad one.
   */
  takeUnproven({ header, certificates }: Block, isWanted: (target: FinalityPoint) => boolean, nowMs: number): void {
    const { genesis, finality, emit } = this.#parts
    for (const certificate of certificates) {
      if (!isWanted(certificate.vote.target) || !finality.couldConflict(certificate)) continue
      const fault = checkCertificateSignatures(certificate, genesis)
      if (fault === undefined) this.#add(certificate, null, nowMs)
      else return emit({ kind: 'penalise', signer: header.proposer, from: null, code: fault.code })
    }
  }

  /** Counts what can be counted: to be called after certificates or blocks came in. */
  advance(nowMs: number): void {
    const { finality, emit } = this.#parts
    for (;;) {
      const before = finality.anchor.period
      const { certified, conflict } = finality.advance()
      for (const certificate of certified) emit({ kind: 'certified', certificate })
      if (conflict !== undefined) emit({ kind: 'conflict', ...conflict })
      if (finality.anchor.period === before) return
      this.weighPeriod(nowMs)
    }
  }

  /** Votes of a period that came before it are weighed once its table is known [FIN-2, FIN-9]. */
  weighPeriod(nowMs: number): void {
    for (const link of this.#pool.linksOf(this.#parts.finality.anchor)) this.#weigh(link, nowMs)
  }

  /**
   * Certificates of votes that came after the chain of `parent` recorded their link, for a block of `slot` on it:
   * at most `limit`, those first that soon are too old [POS-9].
   */
  lateVotesFor(parent: State, slot: number, limit: number): readonly Certificate[] {
    const late: Certificate[] = []
    for (const { vote, signatures } of this.#pool.links()) {
      if (late.length >= limit) break
      const votes = parent.lateVoters(vote, signatures.keys(), slot)
      if (votes.length === 0) continue
      late.push({
        vote,
        votes: votes.map(peer => ({ peer, signature: present(signatures.get(peer), 'one of those asked about') }))
      })
    }
    return late
  }

  prune(nowMs: number): void {
    this.#pool.prune(Math.floor(nowMs / this.#parts.parameters.finalityEpochMs) - BASE_LIMITS.voteEpochs)
    for (const link of this.#likely) if (this.#pool.linkOf(link.vote) !== link) this.#likely.delete(link)
  }

  #weigh(link: Link, nowMs: number): void {
    const { tree, finality, emit } = this.#parts
    const { vote, signatures } = link
    if (!isSamePeriod(vote, finality.anchor)) return
    const { table } = finality
    const weight = weightOf(table, signatures.keys())
    if (isMajority(table, weight) && !this.#likely.has(link) && tree.get(vote.target.id) !== undefined) {
      this.#likely.add(link)
      emit({ kind: 'likely', point: vote.target })
    }
    if (!isQuorum(table, weight)) return
    const certificate = certificateOf(link, table)
    if (this.#add(certificate, null, nowMs) === 'known') finality.enlarge(certificate)
  }

  #add(certificate: Certificate, from: Source, nowMs: number): ReturnType<Finality<State>['add']> {
    const { finality, waiting, emit } = this.#parts
    const outcome = finality.add(certificate, nowMs)
    if (outcome !== 'new') return outcome
    for (const other of finality.stored()) {
      for (const evidence of contradictionsOf(other, certificate)) emit({ kind: 'evidence', evidence })
    }
    for (const { id } of from === null ? [] : finality.missingTargets()) waiting.want(id, from, nowMs)
    return outcome
  }

  #gossip(verdict: 'relay' | 'ignore' | 'reject'): void {
    this.#parts.emit({ kind: 'gossip', verdict })
  }
}
