// The asset's state as it was when recent sequences closed: for queries, snapshots and replays. In memory they share most of
// their nodes; older ones are built from the store, and their root is compared before anyone sees them.
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import type { LaneStore } from '../store/lane-store.ts'
import { rootOfTree, treeOf } from './executor.ts'

const KEPT = 128

export class ClosedStates {
  readonly #lane: LaneStore
  /** Oldest first. */
  readonly #trees = new Map<number, SparseTree<Uint8Array>>()

  constructor(lane: LaneStore) {
    this.#lane = lane
  }

  add(sequence: number, tree: SparseTree<Uint8Array>): void {
    this.#trees.delete(sequence)
    this.#trees.set(sequence, tree)
    if (this.#trees.size <= KEPT) return
    const oldest = this.#trees.keys().next().value
    if (oldest !== undefined) this.#trees.delete(oldest)
  }

  /** The state after a sequence of this lane, or the one the lane starts from; undefined if it is not kept. */
  of(sequence: number): SparseTree<Uint8Array> | undefined {
    const known = this.#trees.get(sequence)
    if (known !== undefined) return known
    const closing = this.#lane.closing(sequence)
    if (closing === undefined && sequence !== this.#lane.row.start.sequence) return undefined
    const tree = treeOf(this.#lane.stateAt(sequence))
    // Versions below the newest settled sequence are pruned: what comes out then is not that state.
    if (closing !== undefined && rootOfTree(tree) !== closing.postRoot) return undefined
    this.add(sequence, tree)
    return tree
  }
}
