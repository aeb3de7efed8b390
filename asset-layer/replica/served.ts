// What a node can show of the assets it serves or observes: running replicas, and lanes of earlier epochs from the store. Request
// handlers and client sessions look things up here.
import { decode } from '#contracts/codec/codec.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import type { AssetId, CheckpointId } from '#contracts/primitives/ids.ts'
import { type CertifiedStatement, statementIdOf } from '#contracts/statements/statement.ts'
import { certifiedStatementCodec } from '../checkpoints/certificate.ts'
import type { AssetStore } from '../store/asset-store.ts'
import type { LaneStore } from '../store/lane-store.ts'
import type { Replica } from './replica.ts'
import { ClosedStates } from './closed-states.ts'
import { Traces } from './traces.ts'

export interface FoundSequence {
  readonly lane: LaneStore
  readonly certified: CertifiedStatement
}

export class ServedAssets {
  readonly store: AssetStore
  /** Running ones, by lane. */
  readonly #replicas = new Map<number, Replica>()
  // Both go with their lane when the store forgets it.
  readonly #traces = new WeakMap<LaneStore, Traces>()
  readonly #closedStates = new WeakMap<LaneStore, ClosedStates>()

  constructor(store: AssetStore) {
    this.store = store
  }

  add(replica: Replica): void {
    this.#replicas.set(replica.lane.row.id, replica)
    this.#traces.set(replica.lane, replica.traces)
    this.#closedStates.set(replica.lane, replica.closedStates)
  }

  remove(replica: Replica): void {
    this.#replicas.delete(replica.lane.row.id)
  }

  replicas(): readonly Replica[] {
    return [...this.#replicas.values()]
  }

  /** The running replica of an asset: a member's before an observer's, the newest epoch first. */
  running(asset: AssetId): Replica | undefined {
    const mine = this.replicas().filter(replica => replica.asset === asset)
    return mine.sort((a, b) => b.epoch - a.epoch || (b.seat ?? -1) - (a.seat ?? -1))[0]
  }

  tracesOf(lane: LaneStore): Traces {
    const known = this.#traces.get(lane)
    if (known !== undefined) return known
    const made = new Traces(lane)
    this.#traces.set(lane, made)
    return made
  }

  /** The state that a closed sequence left, of the newest epoch that still holds it: settled ones are often of the last. */
  closedState(asset: AssetId, sequence: number): SparseTree<Uint8Array> | undefined {
    for (const lane of this.store.lanesOf(asset)) {
      if (!lane.ready) continue
      const states = this.#closedStates.get(lane) ?? new ClosedStates(lane)
      this.#closedStates.set(lane, states)
      const tree = states.of(sequence)
      if (tree !== undefined) return tree
    }
    return undefined
  }

  /** A sequence with its newest certificate: the one of a statement's id, or of the newest epoch that has one. */
  sequence(asset: AssetId, sequence: number, statement: CheckpointId | null): FoundSequence | undefined {
    for (const lane of this.store.lanesOf(asset)) {
      const certified = certifiedOf(lane.certificate(sequence))
      if (certified === undefined) continue
      if (statement === null || statementIdOf(certified.statement) === statement) return { lane, certified }
    }
    return undefined
  }

  /** The newest certificate of a lane's sequence. */
  sequenceOf(lane: LaneStore, sequence: number): CertifiedStatement | undefined {
    return certifiedOf(lane.certificate(sequence))
  }

  /** The newest certificate of any sequence. */
  newest(asset: AssetId): CertifiedStatement | undefined {
    for (const lane of this.store.lanesOf(asset)) {
      const certified = certifiedOf(lane.newestCertificate())
      if (certified !== undefined) return certified
    }
    return undefined
  }
}

function certifiedOf(encoded: Uint8Array | undefined): CertifiedStatement | undefined {
  if (encoded === undefined) return undefined
  const decoded = decode(certifiedStatementCodec, encoded, encoded.length)
  return decoded.ok ? decoded.value : undefined
}
