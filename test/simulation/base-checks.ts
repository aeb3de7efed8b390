// What must hold in every run of the base chain's consensus, checked at every signature, head, final block and
// accusation: one final chain, nobody honest contradicts itself or is accused, heads descend from what is final.
import type { GuardMarks, Intention } from '#base-layer/consensus/events.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { checkEvidence, type Evidence } from '#contracts/statements/evidence.ts'
import { contradicts, type Vote } from '#contracts/statements/vote.ts'
import type { Kernel } from '#test/support/simulator/kernel.ts'
import type { BaseWorld, SimState } from './base-world.ts'

interface Signed {
  readonly votes: Vote[]
  readonly acknowledged: Map<number, BlockId>
  readonly proposed: Map<number, BlockId>
}

export class BaseChecks {
  /** The first contradiction found, if any. */
  divergence: string | undefined
  /** Peers that an honest node can prove to have lied. */
  readonly accused = new Set<PublicKey>()
  /** Ids of the final chain by height, as the first node had them. */
  readonly final: BlockId[]
  readonly #kernel: Kernel
  readonly #world: BaseWorld
  readonly #isHonest: (peer: PublicKey) => boolean
  readonly #signed = new Map<PublicKey, Signed>()

  constructor(kernel: Kernel, world: BaseWorld, isHonest: (peer: PublicKey) => boolean) {
    this.#kernel = kernel
    this.#world = world
    this.#isHonest = isHonest
    this.final = [world.genesis.id]
  }

  fail(why: string): void {
    this.divergence ??= `${why} (at ${this.#kernel.nowMs} ms)`
  }

  /** Everything an honest key signs, whether it arrives anywhere or not [FIN-4, FIN-7, POS-5]. */
  onSign(peer: PublicKey, intention: Intention): void {
    const mine: Signed = this.#signed.get(peer) ?? { votes: [], acknowledged: new Map(), proposed: new Map() }
    this.#signed.set(peer, mine)
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
        if (mine.acknowledged.has(slot)) this.fail(`${peer.slice(0, 8)} acknowledges twice in slot ${slot}`)
        mine.acknowledged.set(slot, block)
        break
      }
      case 'propose': {
        const { slot } = intention.block.header
        if (mine.proposed.has(slot)) this.fail(`${peer.slice(0, 8)} proposes twice in slot ${slot}`)
        mine.proposed.set(slot, intention.id)
        break
      }
    }
  }

  onFinal(node: number, states: readonly SimState[]): void {
    for (const {
      id,
      header: { height }
    } of states) {
      const known = this.final[height]
      if (known === undefined && height === this.final.length) this.final.push(id)
      else if (known !== id) this.fail(`node ${node} has another final block at height ${height}`)
      this.#kernel.trace(`${node} final ${height} ${id.slice(0, 16)}`)
    }
  }

  onHead(node: number, head: SimState, final: SimState): void {
    this.#kernel.trace(`${node} head ${head.header.height} ${head.id.slice(0, 16)}`)
    let at = head
    while (at.header.height > final.header.height) at = this.#world.stateOf(at.header.parent)
    if (at.id !== final.id) this.fail(`the head of node ${node} does not descend from its final block`)
  }

  onEvidence(node: number, evidence: Evidence): void {
    const verdict = checkEvidence(evidence, this.#world.genesis.inner.chain.genesis)
    if (!verdict.ok) return this.fail(`node ${node} shows evidence that proves nothing: ${verdict.code}`)
    const { peer, kind, when } = verdict.value
    this.#kernel.trace(`${node} accuses ${peer.slice(0, 16)} of ${kind} ${when}`)
    this.accused.add(peer)
    if (this.#isHonest(peer)) this.fail(`node ${node} convicts ${peer.slice(0, 8)}, which is honest, of two ${kind}`)
  }

  /** Outputs, balances and burnt atoms are the genesis supply [LED-2]. */
  checkSupply({ inner }: SimState): void {
    let atoms = inner.finality.burnt + inner.finality.fees
    for (const [, record] of inner.entries('outputs')) atoms += record.output.atoms
    for (const [, record] of inner.entries('balances')) atoms += record.atoms
    if (atoms !== inner.chain.supply)
      this.fail(`supply ${atoms} is not ${inner.chain.supply} at height ${inner.height}`)
  }
}

export const NO_MARKS: GuardMarks = { vote: null, acknowledgedSlot: -1, proposedSlot: -1, maySignFromMs: 0, loss: null }
