// From chain.db to the state of the newest final block, and from a genesis document to a new chain.db [GEN-1]. What is
// read back must hash to the root in the final header: a file that was tampered with or torn is refused, not repaired.
import { decode, encode } from '#contracts/codec/codec.ts'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { equalBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type Block, BLOCK_BYTES, blockCodec } from '#contracts/statements/block.ts'
import type { FinalityAnchor } from '../consensus/events.ts'
import { genesisAnchor } from '../consensus/anchor.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { ChainState } from '../state/chain-state.ts'
import { createGenesis } from '../state/genesis-state.ts'
import { exportAnchor, exportState, importState } from '../state/persistence.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { anchorCodec } from './finalise.ts'

export interface Restored {
  readonly state: ChainState
  readonly anchor: FinalityAnchor
}

/** Throws E_DATA_UNUSABLE for a damaged file, one of another network, or a document that starts none. */
export function restoreChain(store: ChainStore, document: Genesis): Restored {
  const genesis = hexToBytes(genesisHashOf(document))
  const known = store.meta('genesis')
  if (known === undefined) return beginChain(store, document, genesis)
  if (!equalBytes(known, genesis)) throw unusable('the data folder belongs to another network')
  const anchor = decode(anchorCodec, store.meta('anchor') ?? new Uint8Array(), 4096)
  if (!anchor.ok) throw unusable('the anchor of finality cannot be read')
  const state = importState(document, store.meta('state') ?? new Uint8Array(), store.leaves())
  if (!state.ok) throw unusable(state.why)
  if (state.value.id !== anchor.value.final.id) throw unusable('the state is not that of the final block')
  return { state: state.value, anchor: anchor.value }
}

function beginChain(store: ChainStore, document: Genesis, genesis: Uint8Array): Restored {
  const made = createGenesis(document)
  if (!made.ok) throw unusable(made.why)
  const state = made.value
  const anchor = genesisAnchor(state)
  const block: Block = { header: state.header, signature: new Uint8Array(64), transactions: [], certificates: [] }
  store.begin({ id: state.id, height: 0, slot: 0, bytes: encode(blockCodec, block) }, exportState(state), {
    genesis,
    anchor: encode(anchorCodec, anchor),
    state: exportAnchor(state)
  })
  return { state, anchor }
}

/** A block that this node wrote. */
export function decodeStoredBlock(bytes: Uint8Array): Block {
  const decoded = decode(blockCodec, bytes, BLOCK_BYTES)
  if (!decoded.ok) throw unusable(`a stored block cannot be read: ${decoded.why}`)
  return decoded.value
}

function unusable(why: string): RuntimeError {
  return new RuntimeError('E_DATA_UNUSABLE', `chain.db: ${why}`)
}
