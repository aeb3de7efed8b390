// chain.db: every block this node accepted, the leaves of the newest final state, and what proofs of finality need.
// One owner, the chain's writer; reads by others are of final rows. A final advance is one transaction, so a crash
// leaves the state of one final block or of the next [FIN-5, POS-5].
import { decode, encode, list, uint } from '#contracts/codec/codec.ts'
import { bytesToHex, equalBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash, OutputId, TransactionId } from '#contracts/primitives/ids.ts'
import { type Certificate, certificateCodec } from '#contracts/statements/vote.ts'
import { type Database, integerIn, openDatabase, type SqliteHandle } from '../runtime/database.ts'
import { reportDiskFailure } from '../runtime/disk-failures.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { StoredEntry } from '../state/trees/section-trees.ts'
import { SECTION_NAMES } from '../state/trees/sections.ts'
import { CHAIN_MIGRATIONS, type ChainTables, HISTORY_KINDS, type HistoryKind, sumOf } from './chain-schema.ts'
import { type ChainStatements, prepareChainStatements } from './chain-statements.ts'
import { STORE_LIMITS } from './limits.ts'

/** A block as the store holds it: bytes are the canonical encoding of blockCodec. */
export interface StoredBlock {
  readonly id: BlockId
  readonly height: number
  readonly slot: number
  readonly bytes: Uint8Array
}

/** One entry of the log of a key or a name; `key` is the encoded key of its section [PRF-4]. */
export interface HistoryEntry {
  readonly kind: HistoryKind
  readonly key: Uint8Array
  readonly index: number
  readonly height: number
  /** Of a transaction, or of a payout that the chain made. */
  readonly id: Hash
}

/** Where an output was spent [PRF-3]. */
export interface Spending {
  readonly height: number
  readonly transaction: TransactionId
}

/** Everything one advance of finality changes on disk. */
export interface FinalAdvance {
  /** Ids of the newly final blocks, all of them stored before. */
  readonly blocks: readonly BlockId[]
  readonly transactions: readonly { readonly id: TransactionId; readonly height: number }[]
  /** Outputs that these blocks spent. */
  readonly spent?: readonly (Spending & { readonly output: OutputId })[]
  /** What these blocks appended to histories of keys and names. */
  readonly history?: Iterable<HistoryEntry>
  /** Leaves that differ from the final state before. */
  readonly changes: Iterable<StoredEntry>
  /** Named singletons to replace: the anchor, the newest proof, the frontier. */
  readonly meta: Readonly<Record<string, Uint8Array>>
  /** Encoded hand-overs of the periods that ended with this advance [FIN-10]. */
  readonly handovers: readonly { readonly period: number; readonly bytes: Uint8Array }[]
  /**
   * Epoch of what the newest final state recorded as final: a certificate of a later target may still have to be carried,
   * even one older than what is justified [FIN-8].
   */
  readonly recordedEpoch: number
}

const certificatesCodec = list(certificateCodec, 1, 1)
const CERTIFICATE_BYTES = 256 * 1024

export async function openChainStore(path: string): Promise<ChainStore> {
  return new ChainStore(await openDatabase<ChainTables>({ path, migrations: CHAIN_MIGRATIONS, safeIntegers: true }))
}

export class ChainStore {
  readonly #database: Database<ChainTables>
  readonly #statements: ChainStatements

  constructor(database: Database<ChainTables>) {
    this.#database = database
    this.#statements = prepareChainStatements(database.handle)
  }

  meta(name: string): Uint8Array | undefined {
    return metaIn(this.#statements.meta.get(name))
  }

  putMeta(name: string, value: Uint8Array): void {
    this.#statements.putMeta.run(name, value)
  }

  /**
   * Stores blocks and certificates in one durable transaction; those already there stay as
   * they are. `guard`: the stamp of the vote guard as it is now, so that an older copy of its
   * file is noticed however long finality stalls [FIN-7].
   */
  put(blocks: readonly StoredBlock[], certificates: readonly Certificate[], guard?: Uint8Array): void {
    const { putBlock, putCertificate, dropCertificates, putMeta } = this.#statements
    this.#transact(() => {
      for (const { id, height, slot, bytes } of blocks) putBlock.run(hexToBytes(id), height, slot, bytes, sumOf(bytes))
      for (const certificate of certificates) {
        const { epoch, id } = certificate.vote.target
        putCertificate.run(epoch, hexToBytes(id), encode(certificatesCodec, [certificate]))
      }
      if (guard !== undefined) putMeta.run('guard', guard)
      if (certificates.length > 0) dropCertificates.run(STORE_LIMITS.certificates)
    })
  }

  /** One transaction: after it the node's final state is the advance's. */
  advance(advance: FinalAdvance): void {
    const { markFinal, putLeaf, dropLeaf, putMeta, putHandover, dropForks, dropOld } = this.#statements
    this.#transact(() => {
      for (const id of advance.blocks) {
        const { changes } = markFinal.run(hexToBytes(id))
        if (changes !== 1) throw new RuntimeError('E_DATA_UNUSABLE', `block ${id} became final but is not stored`)
      }
      this.#index(advance)
      for (const { section, key, value } of advance.changes) {
        const place = SECTION_NAMES.indexOf(section)
        if (value === null) dropLeaf.run(place, key)
        else putLeaf.run(place, key, value)
      }
      for (const [name, value] of Object.entries(advance.meta)) putMeta.run(name, value)
      for (const { period, bytes } of advance.handovers) putHandover.run(period, bytes)
      dropForks.run()
      dropOld.run(advance.recordedEpoch)
    })
  }

  /** Height of the first block this file has: above 0 if it began with a state that was fetched [FIN-5]. */
  get beginsAt(): number {
    const kept = this.meta('begin')
    const height = kept === undefined ? undefined : decode(uint(), kept, kept.length)
    return height?.ok === true ? height.value : 0
  }

  /** The first state of a new file: leaves and singletons, and the genesis block if it has bytes. */
  begin(genesis: StoredBlock, leaves: Iterable<StoredEntry>, meta: Readonly<Record<string, Uint8Array>>): void {
    const { putBlock, markFinal, putLeaf, putMeta } = this.#statements
    this.#transact(() => {
      putBlock.run(hexToBytes(genesis.id), genesis.height, genesis.slot, genesis.bytes, sumOf(genesis.bytes))
      markFinal.run(hexToBytes(genesis.id))
      for (const { section, key, value } of leaves) putLeaf.run(SECTION_NAMES.indexOf(section), key, value)
      for (const [name, value] of Object.entries(meta)) putMeta.run(name, value)
      putMeta.run('begin', encode(uint(), genesis.height))
    })
  }

  *leaves(): Generator<StoredEntry, undefined> {
    for (const row of this.#statements.leaves.iterate()) {
      const { section, key, value } = row as ChainTables['leaves']
      const name = SECTION_NAMES[Number(section)]
      if (name === undefined) throw new RuntimeError('E_DATA_UNUSABLE', `chain.db names section ${section}`)
      yield { section: name, key, value }
    }
  }

  /** Undefined for a block that is not stored, or whose body was pruned; so are the two below. */
  blockBytes(id: BlockId): Uint8Array | undefined {
    return this.#whole(this.#statements.block.get(hexToBytes(id)))
  }

  hasBlock(id: BlockId): boolean {
    return this.#statements.hasBlock.get(hexToBytes(id)) !== undefined
  }

  /** Of the final chain, by height. */
  finalBytes(height: number): Uint8Array | undefined {
    return this.#whole(this.#statements.finalBlock.get(height))
  }

  /** Encoded final blocks of heights `from` to `to`, in order, until they exceed `maxBytes`; at least one. */
  finalRange(from: number, to: number, maxBytes: number): Uint8Array[] {
    const found: Uint8Array[] = []
    let bytes = 0
    for (const row of this.#statements.finalRange.iterate(from, to)) {
      const one = this.#whole(row)
      bytes += one?.length ?? 0
      if (one === undefined || (found.length > 0 && bytes > maxBytes)) break
      found.push(one)
    }
    return found
  }

  /** Ids of the final chain from a height on. */
  finalIds(from: number): BlockId[] {
    return this.#statements.finalIds
      .all(from)
      .map(row => bytesToHex((row as { readonly id: Uint8Array }).id) as BlockId)
  }

  /** Ids of final blocks of heights `from` up to, not with, `to`. */
  finalIdsBetween(from: number, to: number): BlockId[] {
    return this.#statements.finalIdsBetween
      .all(from, to)
      .map(row => bytesToHex((row as { readonly id: Uint8Array }).id) as BlockId)
  }

  finalIdAt(height: number): BlockId | undefined {
    const row = this.#statements.finalId.get(height) as { readonly id: Uint8Array } | undefined
    return row === undefined ? undefined : (bytesToHex(row.id) as BlockId)
  }

  /** Height of a block of the final chain. */
  finalHeightOf(id: BlockId): number | undefined {
    return heightIn(this.#statements.finalHeight.get(hexToBytes(id)))
  }

  /** Stored blocks above the final one, by height: what consensus is given back at a start. */
  openBlocks(): Uint8Array[] {
    return this.#statements.openBlocks.all().flatMap(row => this.#whole(row) ?? [])
  }

  certificates(): Certificate[] {
    return this.#statements.certificates.all().flatMap(row => {
      const decoded = decode(certificatesCodec, (row as { readonly bytes: Uint8Array }).bytes, CERTIFICATE_BYTES)
      return decoded.ok ? decoded.value : []
    })
  }

  heightOfTransaction(id: TransactionId): number | undefined {
    return heightIn(this.#statements.transaction.get(hexToBytes(id)))
  }

  /** Where a final block spent an output; undefined: nowhere, or there is no such output. */
  spendingOf(output: OutputId): Spending | undefined {
    const row = this.#statements.spending.get(hexToBytes(output)) as ChainTables['spent'] | undefined
    if (row === undefined) return undefined
    return { height: integerIn(row.height), transaction: bytesToHex(row.transaction_id) as TransactionId }
  }

  /** Entries of a history from an index on, in order, at most `limit` [PRF-4]. */
  history(kind: HistoryKind, key: Uint8Array, from: number, limit: number): HistoryEntry[] {
    const rows = this.#statements.history.all(HISTORY_KINDS.indexOf(kind), key, from, limit)
    return (rows as ChainTables['history'][]).map(row => ({
      kind,
      key,
      index: integerIn(row.place),
      height: integerIn(row.height),
      id: bytesToHex(row.id) as Hash
    }))
  }

  /**
   * Drops the bodies of final blocks below a height, a thousand at most; how many. For nodes that sign nothing:
   * acknowledgements are digests of blocks of any height [POS-6].
   */
  pruneBodies(below: number): number {
    return this.#statements.prune.run(below).changes
  }

  /** Encoded hand-overs from period 0 on. */
  handovers(): Uint8Array[] {
    return this.#statements.handovers.all().map(row => (row as { readonly bytes: Uint8Array }).bytes)
  }

  /** Those from a period on, until they exceed `maxBytes`; at least one if there is one. */
  handoversFrom(period: number, maxBytes: number): Uint8Array[] {
    const found: Uint8Array[] = []
    let bytes = 0
    for (const row of this.#statements.handoversFrom.iterate(period)) {
      const one = (row as { readonly bytes: Uint8Array }).bytes
      bytes += one.length
      if (found.length > 0 && bytes > maxBytes) break
      found.push(one)
    }
    return found
  }

  get path(): string {
    return this.#database.path
  }

  /** The writing connection, for copies made while it writes. */
  get handle(): SqliteHandle {
    return this.#database.handle
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  #index({ transactions, spent = [], history = [] }: FinalAdvance): void {
    const { putTransaction, putSpent, putHistory } = this.#statements
    for (const { id, height } of transactions) putTransaction.run(hexToBytes(id), height)
    for (const { output, height, transaction } of spent) {
      putSpent.run(hexToBytes(output), height, hexToBytes(transaction))
    }
    for (const { kind, key, index, height, id } of history) {
      putHistory.run(HISTORY_KINDS.indexOf(kind), key, index, height, hexToBytes(id))
    }
  }

  /** A block as it was written, or undefined; a damaged one is reported, ends the node and is never given out. */
  #whole(row: unknown): Uint8Array | undefined {
    if (row === undefined) return undefined
    const { bytes, sum } = row as Pick<ChainTables['blocks'], 'bytes' | 'sum'>
    if (bytes.length === 0) return undefined
    if (equalBytes(sumOf(bytes), sum)) return bytes
    const damage = new RuntimeError('E_DATA_UNUSABLE', 'chain.db: a stored block is not what was written')
    reportDiskFailure(damage)
    throw damage
  }

  #transact(change: () => void): void {
    this.#database.handle.transaction(change).immediate()
  }
}

function metaIn(row: unknown): Uint8Array | undefined {
  return (row as { readonly value: Uint8Array } | undefined)?.value
}

function heightIn(row: unknown): number | undefined {
  return row === undefined ? undefined : integerIn((row as { readonly height: unknown }).height)
}
