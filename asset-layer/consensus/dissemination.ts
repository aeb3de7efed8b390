// Who is known to hold which block, and which headers each member should be told of next: the pushes B1 and B2 of
// Starfish [DAG-2]. Marks come from what members wrote or sent, never from what was sent to them.
import type { Hash, Round, Seat } from '#contracts/primitives/ids.ts'
import type { CheckedDagHeader } from '#contracts/statements/dag-header.ts'
import type { Dag, Vertex } from './dag.ts'
import { CONSENSUS_LIMITS } from './limits.ts'

export interface Push {
  readonly to: Seat
  readonly headers: readonly CheckedDagHeader[]
}

export class Dissemination {
  readonly #dag: Dag
  /** Accepted blocks each other member was not told of yet. */
  readonly #untold = new Map<Seat, Vertex[]>()

  constructor(dag: Dag, own: Seat | null) {
    this.#dag = dag
    // An observer tells nobody anything: members would have to check what it says for no gain.
    for (let seat = 0; own !== null && seat < dag.context.seats; seat++) if (seat !== own) this.#untold.set(seat, [])
  }

  /** A block entered. `sentToAll`: it is our own and goes to everyone whole. */
  accepted(vertex: Vertex, from: Seat | null, sentToAll: boolean): void {
    this.#markHistory(vertex, vertex.ref.author)
    if (from !== null) this.markHeld(vertex, from)
    if (sentToAll) {
      // Our block goes to everyone and names these: who misses one asks us for it, as it would after a push.
      const named = new Set<Hash>()
      for (const { digest } of vertex.ancestorOf.values()) named.add(digest)
      for (const [seat, list] of this.#untold) {
        this.#untold.set(
          seat,
          list.filter(({ ref }) => !named.has(ref.digest))
        )
      }
      return
    }
    for (const list of this.#untold.values()) list.push(vertex)
  }

  /** A member showed that it holds a block, hence its history. */
  markHeld(vertex: Vertex, seat: Seat): void {
    if (vertex.knownBy.has(seat)) return
    vertex.knownBy.add(seat)
    this.#markHistory(vertex, seat)
  }

  /** What to tell now; nothing is told twice. */
  takePushes(): readonly Push[] {
    const pushes: Push[] = []
    for (const [to, list] of this.#untold) {
      const unknown = list.filter(vertex => !vertex.knownBy.has(to) && vertex.ref.round > this.#dag.gcRound)
      const now = unknown.slice(0, CONSENSUS_LIMITS.pushHeaders)
      this.#untold.set(to, unknown.slice(now.length))
      if (now.length > 0) pushes.push({ to, headers: now.map(vertex => vertex.signed) })
    }
    return pushes
  }

  /** Messages may be lost: everything of this round and above that a member is not known to hold is told again. */
  tellAgain(fromRound: Round): void {
    for (const [seat, list] of this.#untold) {
      list.length = 0
      for (let round = Math.max(1, fromRound); round <= this.#dag.top; round++) {
        for (const vertex of this.#dag.at(round)) if (!vertex.knownBy.has(seat)) list.push(vertex)
      }
    }
  }

  /** Everything below a block that its holder has; stops where this was said before. */
  #markHistory(vertex: Vertex, seat: Seat): void {
    const stack = [vertex]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const ancestor of this.#dag.ancestorsAbove(next, this.#dag.gcRound)) {
        if (ancestor.knownBy.has(seat)) continue
        ancestor.knownBy.add(seat)
        stack.push(ancestor)
      }
    }
  }
}
