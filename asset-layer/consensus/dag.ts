// The accepted part of one DAG in memory: causally complete above `gcRound`, by digest and by round. The machine owns
// it and adds to it; committer, linearizer and proposer read it. Upholds [DAG-3]: what is here was checked before.
import { assert, present } from '#contracts/primitives/verdict.ts'
import { type CheckedDagHeader, type DagContext, type DagRef, dagRefOf } from '#contracts/statements/dag-header.ts'
import type { Hash, Round, Seat } from '#contracts/primitives/ids.ts'

/** An accepted block without its body. */
export interface Vertex {
  readonly signed: CheckedDagHeader
  readonly ref: DagRef
  /** The one ancestor of each author, own previous block included. */
  readonly ancestorOf: ReadonlyMap<Seat, DagRef>
  /** Seats known to hold this block and its history. */
  readonly knownBy: Set<Seat>
  /** True once it is in a commit. */
  committed: boolean
  /** Remembered answers of `certifies`; ancestors never change, so neither do they. */
  readonly certified: Map<Hash, boolean>
}

export class Dag {
  readonly context: DagContext
  /** Blocks of this round and below are gone and count as present. Set by commits alone. */
  gcRound: Round = 0
  /** Highest round with any block. */
  top: Round = 0
  /** Highest round with blocks of a quorum of authors: the threshold clock stands one above. */
  quorumRound: Round = 0
  readonly #byDigest = new Map<Hash, Vertex>()
  readonly #rounds = new Map<Round, Vertex[]>()

  constructor(context: DagContext) {
    this.context = context
    for (const block of context.genesis) this.insert(block).committed = true
  }

  get(digest: Hash): Vertex | undefined {
    return this.#byDigest.get(digest)
  }

  /** Blocks of a round in the order accepted. */
  at(round: Round): readonly Vertex[] {
    return this.#rounds.get(round) ?? []
  }

  /** Blocks of one author in one round, first accepted first; more than one are twins. */
  slot(round: Round, author: Seat): readonly Vertex[] {
    return this.at(round).filter(vertex => vertex.ref.author === author)
  }

  /** True if a block may enter above this ancestor. A digest named at another place than its own is a block nobody has:
   * else one block under several names would make a quorum of parents. */
  covers({ round, author, digest }: DagRef): boolean {
    if (round <= this.gcRound) return true
    const held = this.#byDigest.get(digest)
    return held !== undefined && held.ref.round === round && held.ref.author === author
  }

  /** Adds a checked block whose ancestors are all covered. */
  insert(signed: CheckedDagHeader): Vertex {
    const ref = dagRefOf(signed)
    assert(!this.#byDigest.has(ref.digest), 'a block enters once')
    const ancestorOf = new Map<Seat, DagRef>()
    for (const ancestor of signed.header.ancestors) {
      assert(this.covers(ancestor), 'ancestors enter first')
      ancestorOf.set(ancestor.author, ancestor)
    }
    const vertex: Vertex = {
      signed,
      ref,
      ancestorOf,
      knownBy: new Set([ref.author]),
      committed: false,
      certified: new Map()
    }
    this.#byDigest.set(ref.digest, vertex)
    const row = this.#rounds.get(ref.round)
    if (row === undefined) this.#rounds.set(ref.round, [vertex])
    else row.push(vertex)
    this.top = Math.max(this.top, ref.round)
    if (ref.round > this.quorumRound && this.hasQuorum(this.at(ref.round))) this.quorumRound = ref.round
    return vertex
  }

  /** True if these blocks are of a quorum of distinct authors. */
  hasQuorum(blocks: Iterable<Vertex>): boolean {
    const authors = new Set<Seat>()
    for (const { ref } of blocks) authors.add(ref.author)
    return authors.size >= this.context.quorum
  }

  /** The accepted ancestors of a block above a round. */
  *ancestorsAbove(vertex: Vertex, floor: Round): Iterable<Vertex> {
    for (const ancestor of vertex.signed.header.ancestors) {
      if (ancestor.round > floor) yield present(this.get(ancestor.digest), 'history is complete above gcRound')
    }
  }

  /** Forgets everything up to a round. */
  collect(gcRound: Round): void {
    // Round 0 stays until something above it goes: the first blocks stand on it.
    if (gcRound <= this.gcRound) return
    for (let round = this.gcRound; round <= gcRound; round++) {
      for (const { ref } of this.at(round)) this.#byDigest.delete(ref.digest)
      this.#rounds.delete(round)
    }
    this.gcRound = gcRound
    this.quorumRound = Math.max(this.quorumRound, gcRound)
  }
}
