// Taking a state apart into bytes and back, so that a node can keep its newest final one and start from it. The
// node stores; what is read back is checked against the header, so a damaged file is refused and not believed.
import { type Decoded, decode, encode, hex32, list, record } from '#contracts/codec/codec.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { logFrontierCodec } from '#contracts/merkle/log.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { blockIdOf, headerCodec } from '#contracts/statements/block.ts'
import { Ancestors, appended } from './trees/ancestors.ts'
import { ChainState } from './chain-state.ts'
import { createChain } from './genesis-state.ts'
import { changedBetween, restoreSections, type StoredEntry, storedEntries, rootOfTrees } from './trees/section-trees.ts'
import { historyRootOf } from './transition.ts'

/** Blocks of a finality period that never ends: at a slot a second, half a year. */
const ANCESTORS_MAX = 16_777_216
/** Bytes of an anchor: the ids and a header. */
const ANCHOR_BYTES = 36 * ANCESTORS_MAX

/** What a state has beside its sections. */
const anchorCodec = record({
  header: headerCodec,
  /** Of the ids of blocks before the first of `ids`; the last of them is this block's. */
  before: logFrontierCodec,
  ids: list(hex32<BlockId>(), ANCESTORS_MAX, 1)
})
export type Anchor = Decoded<typeof anchorCodec>

/** Everything beside the sections, in canonical bytes: rewritten whole whenever a newer state is stored. */
export function exportAnchor({ header, ancestors }: ChainState): Uint8Array {
  return encode(anchorCodec, { header, before: ancestors.before, ids: ancestors.ids() })
}

/** Every leaf of every section. */
export function exportState(state: ChainState): Generator<StoredEntry, undefined> {
  return storedEntries(state.trees)
}

/** What to write and delete to get from one stored state to a later one; costs what changed. */
export function changedEntries(from: ChainState, to: ChainState): Generator<StoredEntry, undefined> {
  return changedBetween(from.trees, to.trees)
}

export type ImportCode =
  | 'E_IMPORT_GENESIS'
  | 'E_IMPORT_ANCHOR'
  | 'E_IMPORT_ENTRIES'
  | 'E_IMPORT_STATE_ROOT'
  | 'E_IMPORT_HISTORY'

/** The state that was exported, or what does not fit. */
export function importState(
  document: Genesis,
  anchorBytes: Uint8Array,
  entries: Iterable<StoredEntry>
): Verdict<ChainState, ImportCode> {
  const chain = createChain(document)
  if (!chain.ok) return reject('E_IMPORT_GENESIS', chain.why)
  const anchor = decode(anchorCodec, anchorBytes, ANCHOR_BYTES)
  if (!anchor.ok) return reject('E_IMPORT_ANCHOR', anchor.why)
  const { header, before, ids } = anchor.value
  const id = blockIdOf(header)
  const ancestors = Ancestors.of(ids, before)
  if (ancestors.next !== header.height + 1 || ancestors.at(header.height) !== id) {
    return reject('E_IMPORT_ANCHOR', "the ids do not end with the header's")
  }
  // A false id would make this node refuse the certificates that everybody else takes [FIN-8].
  const history = appended(before, ids.slice(0, -1))
  if (historyRootOf(history) !== header.historyRoot) {
    return reject('E_IMPORT_HISTORY', "the history is not the header's")
  }
  const trees = restoreSections(entries)
  if (trees === undefined) return reject('E_IMPORT_ENTRIES', 'an entry is not one of its section')
  if (rootOfTrees(trees) !== header.stateRoot) return reject('E_IMPORT_STATE_ROOT', "the sections are not the header's")
  const state = new ChainState({ chain: chain.value, id, header, trees, history, ancestors })
  // Targets of certificates that may still count are looked up from the root of the period on [FIN-8].
  const [root] = state.justified
  return root !== undefined && root.height < ancestors.from
    ? reject('E_IMPORT_ANCHOR', 'the ids do not begin with the root of the period')
    : accept(state)
}
