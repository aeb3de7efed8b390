// The state after one block, immutable: what fork choice, block production, wallets and the asset layer read.
// Everything a later block's validity depends on is under `header.stateRoot` or, for ids of ancestors, under
// `header.historyRoot` [PRF-1, PRF-2].
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { LogFrontier } from '#contracts/merkle/log.ts'
import type { BlockId, GenesisHash, Hash, Height, PublicKey, Slot } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { BlockHeader } from '#contracts/statements/block.ts'
import { type PeriodTable, periodOf } from '#contracts/statements/period-table.ts'
import type { FinalityPoint, PeriodId, Vote } from '#contracts/statements/vote.ts'
import type { ChainView } from '../consensus/transition.ts'
import type { Ancestors } from './trees/ancestors.ts'
import { ticksSince } from './finality/clocks.ts'
import type { KeyEntry } from './trees/key-history.ts'
import type { NameEntry } from './names/name-entry.ts'
import { isYoung, votersLacking } from './finality/late-votes.ts'
import { type Reader, readTable, readVotingTable } from './finality/period-tables.ts'
import { isPassedOver } from './finality/recoveries.ts'
import { decodeKey, readSection, type SectionTrees, treeOf } from './trees/section-trees.ts'
import type { FinalityHead, KeyOf, SectionName, ValueOf } from './trees/sections.ts'

/** What every state of one chain shares. */
export interface ChainContext {
  readonly genesis: GenesisHash
  readonly document: Genesis
  /** As at genesis: only what never changes is read here; the rest is `ChainState.parameters`. */
  readonly parameters: Parameters
  readonly supply: bigint
}

export interface ChainStateParts {
  readonly chain: ChainContext
  readonly id: BlockId
  readonly header: BlockHeader
  readonly trees: SectionTrees
  /** Over the ids of blocks 0 to height - 1 [PRF-1]. */
  readonly history: LogFrontier
  /** Ids of this block and those before it, by height. */
  readonly ancestors: Ancestors
  readonly keyEntries?: readonly KeyEntry[]
  readonly nameEntries?: readonly NameEntry[]
}

export class ChainState implements ChainView {
  readonly chain: ChainContext
  readonly id: BlockId
  readonly header: BlockHeader
  readonly trees: SectionTrees
  readonly history: LogFrontier
  readonly ancestors: Ancestors
  /** What this block added to the histories of keys [PRF-4]: no part of the state, and gone with a restored one. */
  readonly keyEntries: readonly KeyEntry[]
  /** The same for the histories of names. */
  readonly nameEntries: readonly NameEntry[]
  #parameters: Parameters | undefined

  constructor(parts: ChainStateParts) {
    this.chain = parts.chain
    this.id = parts.id
    this.header = parts.header
    this.trees = parts.trees
    this.history = parts.history
    this.ancestors = parts.ancestors
    this.keyEntries = parts.keyEntries ?? []
    this.nameEntries = parts.nameEntries ?? []
  }

  get height(): Height {
    return this.header.height
  }

  get stateRoot(): Hash {
    return this.header.stateRoot
  }

  /** Those that the next block is judged under: genesis's, but for what has been changed since [GOV-3, PAR-1]. */
  get parameters(): Parameters {
    this.#parameters ??= present(this.get('parameters', 'current'), 'state has parameters')
    return this.#parameters
  }

  /** A leaf of a section, or undefined if the key is absent. */
  get<S extends SectionName>(section: S, key: KeyOf<S>): ValueOf<S> | undefined {
    return readSection(this.trees, section, key)
  }

  /** All leaves of a section, in order of path. */
  *entries<S extends SectionName>(section: S): Generator<readonly [KeyOf<S>, ValueOf<S>], undefined> {
    for (const leaf of treeOf(this.trees, section).entries()) {
      yield [decodeKey(section, present(leaf.key, 'state keeps keys')), present(leaf.value, 'state keeps values')]
    }
  }

  tableOf(period: number): PeriodTable | undefined {
    return readTable((section, key) => this.get(section, key), period)
  }

  votingTable(period: PeriodId): PeriodTable | undefined {
    return readVotingTable((section, key) => this.get(section, key), period)
  }

  get finalityPeriod(): PeriodId {
    const { period, recovery } = this.finality
    return { period, recovery }
  }

  /** Ids of the recovery files that this chain carried, the oldest first [FIN-9]. */
  get recoveries(): readonly Hash[] {
    const kept = this.get('finality', { kind: 'recoveries' })
    return kept?.kind === 'recoveries' ? kept.ids : []
  }

  /** True if no table finalised in this period: a recovery file took its place with that of a later one [FIN-9]. */
  isPassedOver(period: number): boolean {
    return this.recoveries.some(id => {
      const kept = this.get('finality', { kind: 'recovery', id })
      return kept?.kind === 'recovery' && isPassedOver(kept, period)
    })
  }

  tableAt(height: Height): PeriodTable | undefined {
    const table = this.tableOf(periodOf(height, this.chain.parameters))
    return table?.seeded === true ? table : undefined
  }

  /** Registered, and not paid out after it retired. */
  isPeer(key: PublicKey): boolean {
    const record = this.get('peers', key)
    return record !== undefined && (record.countedTo === null || record.bondAtoms > 0n)
  }

  lateVoters(vote: Vote, peers: Iterable<PublicKey>, slot: Slot): readonly PublicKey[] {
    if (!isYoung(this.chain.parameters, vote, slot)) return []
    const get: Reader = (section, key) => this.get(section, key)
    return votersLacking(
      { get, votingTable: period => this.votingTable(period), isPeer: peer => this.isPeer(peer) },
      vote,
      peers
    )
  }

  get finality(): FinalityHead {
    const head = this.get('finality', { kind: 'head' })
    const value = present(head?.kind === 'head' ? head : undefined, 'state has a finality head')
    return this.height > 0 ? value : atGenesis(value, this.id)
  }

  get justified(): readonly FinalityPoint[] {
    return this.finality.justified
  }

  get recordedFinal(): FinalityPoint {
    return this.finality.recordedFinal
  }

  get ticks(): number {
    return this.header.ticks
  }

  /**
   * Id of the block at a height of this chain, from the root of the finality period up; undefined elsewhere.
   */
  ancestorAt(height: Height): BlockId | undefined {
    return this.ancestors.at(height)
  }

  /**
   * Ticks since the clock of what happened at `height` started, or undefined while that height is not recorded
   * final [FIN-8].
   */
  ticksSince(height: Height): number | undefined {
    return ticksSince((section, key) => this.get(section, key), height, this.ticks, this.finality.clocksFrom)
  }
}

/**
 * The state of block 0 cannot hold its own id, so its points are named by the genesis hash until they are read.
 */
function atGenesis(head: FinalityHead, id: BlockId): FinalityHead {
  const point = { epoch: 0, height: 0, id }
  return { ...head, justified: [point], recordedFinal: point }
}
