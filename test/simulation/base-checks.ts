// What must hold in every run of the base chain's consensus, checked at every signature, state, head, final block and
// accusation: one final chain unless a third of the table lies, and then evidence against a third; nobody honest
// contradicts itself or is accused; heads descend from what is justified; atoms, ticks and finality only move as they may.
import type { Intention } from '#base-layer/consensus/events.ts'
import type { BaseMachine } from '#base-layer/consensus/machine.ts'
import { countedIn } from '#base-layer/state/finality/hosting.ts'
import { hostOf } from '#contracts/ledger/output.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { checkEvidence, type Evidence } from '#contracts/statements/evidence.ts'
import {
  type Certificate,
  contradicts,
  type FinalityPoint,
  isSamePeriod,
  type Vote
} from '#contracts/statements/vote.ts'
import type { Kernel } from '#test/support/simulator/kernel.ts'
import type { BaseWorld, SimState } from './base-world.ts'

/** What is looked at in a simulated peer. */
export interface CheckedNode {
  readonly index: number
  readonly isHonest: boolean
  readonly machine: BaseMachine<SimState> | undefined
}

interface Signed {
  readonly votes: Vote[]
  readonly acknowledged: Map<number, BlockId>
  readonly proposed: Map<number, BlockId>
}

export interface CheckSettings {
  /** Whose signatures must agree, and who must never be accused. */
  readonly isHonest: (peer: PublicKey) => boolean
  /** More than a third of the table lies: two final chains are possible, but not for free [FIN-4]. */
  readonly mayDiverge: boolean
}

export class BaseChecks {
  /** The first broken promise found, if any. */
  divergence: string | undefined
  /** True once two honest nodes had different final blocks, or one saw a certificate against its own. */
  isSplit = false
  /** Peers that an honest node can prove to have lied, and all evidence shown, one for each offence. */
  readonly accused = new Set<PublicKey>()
  /** Of them, those who contradicted their votes, and lose their bonds. */
  readonly convicted = new Set<PublicKey>()
  readonly evidence = new Map<string, Evidence>()
  /** Nodes that stopped finalising and said so [FIN-5]. */
  readonly conflicted = new Set<number>()
  /** Ids of the final chain by height, as the first node had them. */
  readonly final: BlockId[]
  readonly #kernel: Kernel
  readonly #world: () => BaseWorld
  readonly #settings: CheckSettings
  readonly #signed = new Map<PublicKey, Signed>()
  readonly #justified = new Map<number, Certificate>()

  constructor(kernel: Kernel, genesis: () => BaseWorld, settings: CheckSettings) {
    this.#kernel = kernel
    this.#world = genesis
    this.#settings = settings
    this.final = []
  }

  fail(why: string): void {
    this.divergence ??= `${why} (at ${this.#kernel.nowMs} ms)`
  }

  /** Everything an honest key signs, whether it arrives anywhere or not [FIN-4, FIN-7, POS-5]. */
  onSign(peer: PublicKey, intention: Intention): void {
    if (!this.#settings.isHonest(peer)) return
    const mine: Signed = this.#signed.get(peer) ?? { votes: [], acknowledged: new Map(), proposed: new Map() }
    this.#signed.set(peer, mine)
    const twice = (known: BlockId | undefined, id: BlockId, what: string): void => {
      if (known !== undefined && known !== id) this.fail(`${peer.slice(0, 8)} ${what}`)
    }
    switch (intention.kind) {
      case 'vote': {
        const { vote } = intention
        if (mine.votes.some(earlier => contradicts(earlier, vote)))
          this.fail(`${peer.slice(0, 8)} contradicts its votes`)
        mine.votes.push(vote)
        break
      }
      case 'acknowledge': {
        const { slot, block } = intention.acknowledgement
        twice(mine.acknowledged.get(slot), block, `acknowledges twice in slot ${slot}`)
        mine.acknowledged.set(slot, block)
        break
      }
      case 'propose': {
        const { slot } = intention.block.header
        twice(mine.proposed.get(slot), intention.id, `proposes twice in slot ${slot}`)
        mine.proposed.set(slot, intention.id)
        break
      }
    }
  }

  /** Supply, what hosts represent, ticks and recorded finality of every state there is [LED-2, POS-1, FIN-5, FIN-8]. */
  onState(state: SimState, parent: SimState): void {
    const { height, recordedFinal } = state
    const where = `in a block at height ${height}`
    let atoms = state.finality.burnt + state.finality.fees
    const hosted = new Map<PublicKey, bigint>()
    for (const [, { output }] of state.entries('outputs')) {
      atoms += output.atoms
      const host = hostOf(output)
      if (host !== null) hosted.set(host, (hosted.get(host) ?? 0n) + output.atoms)
    }
    for (const [host, record] of state.entries('hosts')) {
      // All that was ever young is counted by a period that never comes.
      if (countedIn(record, Number.MAX_SAFE_INTEGER) !== hosted.get(host)) this.fail(`hosted coin is lost ${where}`)
      hosted.delete(host)
    }
    if (hosted.size > 0) this.fail(`a host is not known ${where}`)
    for (const [, record] of state.entries('balances')) atoms += record.atoms
    if (atoms !== state.chain.supply) this.fail(`supply ${atoms} is not ${state.chain.supply} ${where}`)
    const isTicking = height - recordedFinal.height <= state.chain.parameters.finalLag
    if (state.ticks !== parent.ticks + (isTicking ? 1 : 0)) this.fail(`the tick count is wrong ${where}`)
    if (recordedFinal.height < parent.recordedFinal.height) this.fail(`recorded finality goes back ${where}`)
    const newest = parent.justified.at(-1)
    const gained = state.justified.at(-1)
    const isLater = (a: FinalityPoint, b: FinalityPoint): boolean => a.epoch >= b.epoch
    const isSame = isSamePeriod(state.finalityPeriod, parent.finalityPeriod)
    if (isSame && newest !== undefined && gained !== undefined && !isLater(gained, newest))
      this.fail(`the newest justified point goes back ${where}`)
  }

  /** A node comes up: a certificate that it had not synced it does not know any more. */
  onStart(node: CheckedNode): void {
    this.#justified.delete(node.index)
  }

  onFinal(node: CheckedNode, states: readonly SimState[]): void {
    if (!node.isHonest) return
    for (const { id, header } of states) {
      const { height } = header
      const known = this.#finalAt(height)
      this.#kernel.trace(`${node.index} final ${height} ${id.slice(0, 16)}`)
      if (known === undefined && height === this.final.length) this.final.push(id)
      else if (known !== id) this.#split(`node ${node.index} has another final block at height ${height}`)
    }
  }

  /** A certificate against what is final: only if a third lied [FIN-5]. */
  onConflict(node: CheckedNode, why: string): void {
    if (!node.isHonest) return
    this.conflicted.add(node.index)
    this.#split(`node ${node.index} stops finalising: ${why}`)
  }

  onCertified(node: CheckedNode, certificate: Certificate): void {
    const before = this.#justified.get(node.index)?.vote
    const { vote } = certificate
    const isNewer = before === undefined || !isSamePeriod(before, vote) || vote.target.epoch > before.target.epoch
    if (isNewer) this.#justified.set(node.index, certificate)
  }

  /** The head descends from what is final and from the newest justified point above it [FIN-5, POS-8]. */
  onHead({ index, machine, isHonest }: CheckedNode, head: SimState): void {
    if (!isHonest || machine === undefined) return
    const { final } = machine
    this.#kernel.trace(`${index} head ${head.height} ${head.id.slice(0, 16)}`)
    if (this.#ancestor(head, final.height)?.id !== final.id)
      this.fail(`the head of node ${index} does not descend from its final block`)
    const target = this.#justified.get(index)?.vote.target
    const known = target === undefined ? undefined : machine.stateOf(target.id)
    if (machine.conflicted || target === undefined || known === undefined || known.height <= final.height) return
    if (this.#ancestor(head, target.height)?.id !== target.id)
      this.fail(`the head of node ${index} leaves the newest justified block`)
    const { recordedFinal } = head
    const recorded = this.#finalAt(recordedFinal.height)
    if (!this.#settings.mayDiverge && recorded !== undefined && recorded !== recordedFinal.id)
      this.fail(`the head of node ${index} records another final block at ${recordedFinal.height}`)
  }

  onEvidence(node: CheckedNode, evidence: Evidence): void {
    if (!node.isHonest) return
    const verdict = checkEvidence(evidence, this.#world().genesis.chain.genesis)
    if (!verdict.ok) return this.fail(`node ${node.index} shows evidence that proves nothing: ${verdict.code}`)
    const { peer, kind, when } = verdict.value
    this.#kernel.trace(`${node.index} accuses ${peer.slice(0, 16)} of ${kind} ${when}`)
    this.accused.add(peer)
    if (kind === 'votes') this.convicted.add(peer)
    const offence = `${kind}/${peer}/${when}`
    if (!this.evidence.has(offence)) this.evidence.set(offence, evidence)
    if (this.#settings.isHonest(peer))
      this.fail(`node ${node.index} convicts ${peer.slice(0, 8)}, which is honest, of two ${kind}`)
  }

  #split(why: string): void {
    this.isSplit = true
    if (!this.#settings.mayDiverge) this.fail(why)
  }

  #finalAt(height: number): BlockId | undefined {
    if (this.final.length === 0) this.final.push(this.#world().genesis.id)
    return this.final[height]
  }

  /** The state above or at a height on the way down from one; states below a machine's start are known to all. */
  #ancestor(from: SimState, height: number): SimState | undefined {
    let at = from
    while (at.height > height) at = this.#world().stateOf(at.header.parent)
    return at.height === height ? at : undefined
  }
}
