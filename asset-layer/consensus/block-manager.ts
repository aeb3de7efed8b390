// Lets checked blocks into the DAG in causal order: a block waits until every ancestor above gcRound is there. Bounds
// what may wait, notices twins, and keeps the list of blocks to fetch. The machine owns it. Upholds [DAG-3].
import type { Hash, Round, Seat } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type CheckedDagBlock, type CheckedDagHeader, dagRefOf } from '#contracts/statements/dag-header.ts'
import type { Dag, Vertex } from './dag.ts'
import { CONSENSUS_LIMITS } from './limits.ts'
import { WantedBlocks } from './wanted.ts'

/** A block on its way in. */
export interface Arrival {
  readonly block: CheckedDagBlock
  /** The seat that sent it. */
  readonly from: Seat | null
  /** It is in a stored commit. */
  readonly committed: boolean
  /** It comes from our own store. */
  readonly restored: boolean
}

export interface AcceptedBlock {
  readonly arrival: Arrival
  readonly vertex: Vertex
}

interface Suspended {
  readonly arrival: Arrival
  readonly missing: Set<Hash>
}

export class BlockManager {
  readonly wanted: WantedBlocks
  readonly #dag: Dag
  readonly #suspended = new Map<Hash, Suspended>()
  /** Missing ancestor to the blocks that wait for it. */
  readonly #waiting = new Map<Hash, Set<Hash>>()
  /** Headers taken so far, by place; more than one are twins. */
  readonly #taken = new Map<Round, Map<Seat, CheckedDagHeader[]>>()

  constructor(dag: Dag, own: Seat | null) {
    this.#dag = dag
    this.wanted = new WantedBlocks(dag.context.seats, own)
  }

  get suspendedCount(): number {
    return this.#suspended.size
  }

  /** True if the block is in the DAG or waits for ancestors. */
  isHeld(digest: Hash): boolean {
    return this.#dag.get(digest) !== undefined || this.#suspended.has(digest)
  }

  /** The first header taken at the same place, if it is another one. */
  twinOf(header: CheckedDagHeader): CheckedDagHeader | undefined {
    const [first] = this.#takenAt(header.header.round, header.header.author)
    return first !== undefined && first.digest !== header.digest ? first : undefined
  }

  /** Takes a checked block and returns what entered the DAG through it, in causal order. */
  offer(arrival: Arrival, askAtMs: number): readonly AcceptedBlock[] {
    const { block, from, restored } = arrival
    const { round, author, ancestors } = block.header
    if (round <= this.#dag.gcRound || this.isHeld(block.digest)) return []
    const taken = this.#takenAt(round, author)
    if (taken.length >= CONSENSUS_LIMITS.twins && !restored && !this.wanted.isNeeded(block.digest)) {
      this.wanted.drop(block.digest)
      return []
    }
    const missing = ancestors.filter(ancestor => !this.#dag.covers(ancestor))
    if (missing.length === 0) {
      taken.push(withoutBody(block))
      return this.#enter([arrival])
    }
    if (!this.#makeRoom(round, author)) return []
    taken.push(withoutBody(block))
    this.wanted.drop(block.digest)
    this.#suspended.set(block.digest, { arrival, missing: new Set(missing.map(ref => ref.digest)) })
    for (const ref of missing) {
      const children = this.#waiting.get(ref.digest)
      if (children === undefined) this.#waiting.set(ref.digest, new Set([block.digest]))
      else children.add(block.digest)
      if (!this.isHeld(ref.digest)) this.wanted.want(ref, from ?? author, askAtMs, true)
    }
    return []
  }

  /** After a commit moved gcRound: what waited only for collected blocks enters. */
  collect(): readonly AcceptedBlock[] {
    const gcRound = this.#dag.gcRound
    for (const round of this.#taken.keys()) if (round <= gcRound) this.#taken.delete(round)
    const ready: Arrival[] = []
    for (const [digest, { arrival, missing }] of this.#suspended) {
      if (arrival.block.header.round <= gcRound) {
        this.#forget(digest)
        continue
      }
      for (const ancestor of missing) if (this.#isCovered(arrival, ancestor)) this.#release(ancestor, digest, missing)
      if (missing.size === 0) ready.push(arrival)
    }
    this.wanted.collect(gcRound)
    for (const { block } of ready) this.#suspended.delete(block.digest)
    return this.#enter(ready)
  }

  #enter(work: Arrival[]): readonly AcceptedBlock[] {
    const accepted: AcceptedBlock[] = []
    for (let arrival = work.pop(); arrival !== undefined; arrival = work.pop()) {
      const { digest } = arrival.block
      const vertex = this.#dag.insert(withoutBody(arrival.block))
      vertex.committed = arrival.committed
      this.wanted.drop(digest)
      accepted.push({ arrival, vertex })
      for (const child of this.#waiting.get(digest) ?? []) {
        const waiter = present(this.#suspended.get(child), 'who waits is suspended')
        if (!this.#isCovered(waiter.arrival, digest)) continue
        this.#release(digest, child, waiter.missing)
        if (waiter.missing.size > 0) continue
        this.#suspended.delete(child)
        work.push(waiter.arrival)
      }
    }
    return accepted
  }

  /** False as well for who names the digest at a place that is not its own: it waits until commits collect that round. */
  #isCovered({ block }: Arrival, digest: Hash): boolean {
    return block.header.ancestors.every(ref => ref.digest !== digest || this.#dag.covers(ref))
  }

  /** A block no longer waits for an ancestor. */
  #release(ancestor: Hash, child: Hash, missing: Set<Hash>): void {
    missing.delete(ancestor)
    const children = this.#waiting.get(ancestor)
    children?.delete(child)
    if (children?.size === 0) this.#waiting.delete(ancestor)
  }

  /** Room for one more waiting block of an author. Never at the price of a lower round: that is the one needed. */
  #makeRoom(round: Round, author: Seat): boolean {
    let count = 0
    let farthest: CheckedDagHeader | undefined
    for (const {
      arrival: { block }
    } of this.#suspended.values()) {
      if (block.header.author !== author) continue
      count += 1
      if (farthest === undefined || block.header.round > farthest.header.round) farthest = block
    }
    if (count < CONSENSUS_LIMITS.suspendedPerAuthor || farthest === undefined) return true
    if (farthest.header.round <= round) return false
    this.#forget(farthest.digest)
    return true
  }

  /** Drops a waiting block and the questions that only it asked. It may come again. */
  #forget(digest: Hash): void {
    const {
      arrival: { block },
      missing
    } = present(this.#suspended.get(digest), 'only waiting blocks are forgotten')
    this.#suspended.delete(digest)
    for (const ancestor of missing) {
      const children = this.#waiting.get(ancestor)
      children?.delete(digest)
      if (children?.size === 0) {
        this.#waiting.delete(ancestor)
        this.wanted.drop(ancestor)
      }
    }
    if (this.#waiting.has(digest)) this.wanted.want(dagRefOf(block), block.header.author, 0, true)
    const taken = this.#takenAt(block.header.round, block.header.author)
    const place = taken.findIndex(header => header.digest === digest)
    if (place >= 0) taken.splice(place, 1)
  }

  #takenAt(round: Round, author: Seat): CheckedDagHeader[] {
    let row = this.#taken.get(round)
    if (row === undefined) {
      row = new Map()
      this.#taken.set(round, row)
    }
    let taken = row.get(author)
    if (taken === undefined) {
      taken = []
      row.set(author, taken)
    }
    return taken
  }
}

function withoutBody({ header, signature, digest }: CheckedDagBlock): CheckedDagHeader {
  return { header, signature, digest }
}
