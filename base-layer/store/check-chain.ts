// Whether chain.db is what this node wrote: pages, rows, the chain of block ids with what their
// bodies must hash to, and the state root of the newest final header. At a start for the newest
// blocks; in full by `node check`, on the operator's schedule, and for every backup. It finds, and
// repairs nothing: blocks and state come again from peers.
import { decode, encode } from '#contracts/codec/codec.ts'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { transactionCodec } from '#contracts/ledger/transaction.ts'
import { equalBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import { BLOCK_BYTES, blockCodec, blockIdOf } from '#contracts/statements/block.ts'
import { openReadOnly, type SqliteHandle } from '../runtime/database.ts'
import { transactionsRootOf } from '../state/trees/body-roots.ts'
import { importState } from '../state/persistence.ts'
import type { ChainTables } from './chain-schema.ts'
import { ChainStore } from './chain-store.ts'

export interface ChainCheck {
  readonly ok: boolean
  /** Of the newest final block; null if the state could not be read. */
  readonly height: number | null
  readonly id: BlockId | null
  readonly stateRoot: Hash | null
  /** Blocks whose bodies were looked at; those pruned are not among them. */
  readonly blocks: number
  /** In words; the first few. */
  readonly problems: readonly string[]
}

const PROBLEMS_SHOWN = 8

/** Everything there is to check in a file, which a node may be writing to: it is read as it was at one moment. */
export async function checkChainFile(path: string, document: Genesis): Promise<ChainCheck> {
  const database = openReadOnly<ChainTables>(path)
  try {
    // One transaction, so that leaves, blocks and anchor are of one moment.
    database.handle.exec('BEGIN')
    const problems = findPageDamage(database.handle)
    if (problems.length > 0) return { ...NOTHING, problems }
    return checkContent(new ChainStore(database), document)
  } catch (error) {
    return { ...NOTHING, problems: [String(error)] }
  } finally {
    await database.close()
  }
}

/** The first thing wrong with final blocks of heights `from` to `to`, or undefined. Throws what reading them throws. */
export function findBlockDamage(store: ChainStore, from: number, to: number): string | undefined {
  return walkBlocks(store, from, to).problem
}

const NOTHING: ChainCheck = { ok: false, height: null, id: null, stateRoot: null, blocks: 0, problems: [] }

function findPageDamage(handle: SqliteHandle): string[] {
  const pages = handle.pragma(`integrity_check(${PROBLEMS_SHOWN})`) as readonly { readonly integrity_check: string }[]
  const found = pages.map(row => row.integrity_check).filter(text => text !== 'ok')
  const keys = handle.pragma('foreign_key_check') as readonly unknown[]
  return keys.length === 0 ? found : [...found, `${keys.length} rows name others that are not there`]
}

function checkContent(store: ChainStore, document: Genesis): ChainCheck {
  if (!equalBytes(store.meta('genesis') ?? new Uint8Array(), hexToBytes(genesisHashOf(document)))) {
    return { ...NOTHING, problems: ['the file is of another network'] }
  }
  const state = importState(document, store.meta('state') ?? new Uint8Array(), store.leaves())
  if (!state.ok) return { ...NOTHING, problems: [`the state: ${state.why}`] }
  const { id, header } = state.value
  const { blocks, problem, last } = walkBlocks(store, 0, header.height)
  const problems = problem === undefined ? [] : [problem]
  if (problem === undefined && last !== id) problems.push('the newest final block is not the one of the state')
  return { ok: problems.length === 0, height: header.height, id, stateRoot: header.stateRoot, blocks, problems }
}

interface Walk {
  readonly blocks: number
  readonly problem: string | undefined
  readonly last: BlockId | undefined
}

function walkBlocks(store: ChainStore, from: number, to: number): Walk {
  let blocks = 0
  let last: BlockId | undefined
  for (let height = Math.max(from, store.beginsAt); height <= to; height++) {
    const bytes = store.finalBytes(height)
    const id = store.finalIdAt(height)
    if (id === undefined) return { blocks, problem: `there is no final block of height ${height}`, last }
    if (bytes !== undefined) {
      const problem = problemOf(bytes, id, last, height)
      if (problem !== undefined) return { blocks, problem: `block ${height}: ${problem}`, last }
      blocks += 1
    }
    last = id
  }
  return { blocks, problem: undefined, last }
}

function problemOf(bytes: Uint8Array, id: BlockId, parent: BlockId | undefined, height: number): string | undefined {
  const decoded = decode(blockCodec, bytes, BLOCK_BYTES)
  if (!decoded.ok) return decoded.why
  const { header, transactions } = decoded.value
  if (header.height !== height) return 'it is of another height'
  if (blockIdOf(header) !== id) return 'its id is not the hash of its header'
  if (parent !== undefined && header.parent !== parent) return 'it does not follow the block before it'
  // Block 0 has no body: its roots are fixed with the genesis document [GEN-1].
  if (height === 0) return transactions.length === 0 ? undefined : 'the genesis block has no transactions'
  const root = transactionsRootOf(transactions.map(one => encode(transactionCodec, one)))
  return root === header.transactionsRoot ? undefined : 'its transactions are not those of its header'
}
