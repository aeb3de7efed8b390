// The file of a wallet on one network: an account's memory that outlives the process, and the
// public keys given out so far. What is held and what is to be sent is on the disk before it
// leaves, so a crash between the two loses nothing [WAL-1].
import { decode, encode } from '#contracts/codec/codec.ts'
import { TRANSACTION_BYTES, type Transaction, transactionCodec } from '#contracts/ledger/transaction.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { GenesisHash, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { type Database, openDatabase } from '../runtime/database.ts'
import { RuntimeError } from '../runtime/errors.ts'
import { type AccountMemory, isEnd, type OwnState, type OwnTransaction } from './memory.ts'
import { WALLET_MIGRATIONS, type WalletTables } from './wallet-schema.ts'

export interface StoredTransaction extends OwnTransaction {
  readonly height: number | null
  readonly atMs: number
  readonly proof: Uint8Array | null
}

export interface WalletStore extends AccountMemory {
  /** How many of the keys were given out. */
  given: number
  /** Public keys in the order they are derived; empty for a wallet of a single key. */
  readonly keys: readonly PublicKey[]
  addKeys(keys: readonly PublicKey[]): void
  /** The number of the next hash lock of this wallet: its preimage is derived from it. Each is given once. */
  nextLock(): number
  readonly locks: number
  /** Newest first. */
  history(limit: number): readonly StoredTransaction[]
  keepProof(id: TransactionId, proof: Uint8Array): void
  close(): Promise<void>
}

/** Rejects E_DATA_LOCKED while another process has it, E_DATA_UNUSABLE if it is damaged or another network's. */
export async function openWalletStore(path: string, genesis: GenesisHash): Promise<WalletStore> {
  const database = await openDatabase<WalletTables>({ path, migrations: WALLET_MIGRATIONS })
  try {
    const store = new FileWalletStore(database)
    store.bind(genesis)
    return store
  } catch (error) {
    await database.close()
    throw error
  }
}

type TransactionRow = Omit<WalletTables['transactions'], 'place'>

class FileWalletStore implements WalletStore {
  readonly #database: Database<WalletTables>
  readonly #statements: ReturnType<typeof prepareAll>

  constructor(database: Database<WalletTables>) {
    this.#database = database
    this.#statements = prepareAll(database.handle)
  }

  bind(genesis: GenesisHash): void {
    const found = this.#meta('genesis')
    if (found === undefined) this.#putMeta('genesis', hexToBytes(genesis))
    else if (bytesToHex(found) !== genesis) {
      throw new RuntimeError('E_DATA_UNUSABLE', `${this.#database.path} is of another network`)
    }
  }

  hold(transaction: Transaction, id: TransactionId, note: string, replaces?: TransactionId): void {
    const { putTransaction, putHeld, setState, dropHeld } = this.#statements
    this.#durable(() => {
      putTransaction.run(hexToBytes(id), encode(transactionCodec, transaction), note, Date.now())
      for (const input of transaction.inputs) putHeld.run(hexToBytes(input), hexToBytes(id))
      if (replaces === undefined) return
      setState.run('replaced', null, hexToBytes(replaces))
      dropHeld.run(hexToBytes(replaces))
    })
  }

  mark(id: TransactionId, state: OwnState, height?: number): void {
    const { setState, dropHeld } = this.#statements
    this.#durable(() => {
      setState.run(state, height ?? null, hexToBytes(id))
      if (isEnd(state)) dropHeld.run(hexToBytes(id))
    })
  }

  open(): readonly OwnTransaction[] {
    return (this.#statements.openOnes.all() as readonly TransactionRow[]).map(storedIn)
  }

  find(id: TransactionId): OwnTransaction | undefined {
    const row = this.#statements.findOne.get(hexToBytes(id)) as TransactionRow | undefined
    return row === undefined ? undefined : storedIn(row)
  }

  isHeld(output: OutputId): boolean {
    return this.#statements.isHeld.get(hexToBytes(output)) !== undefined
  }

  get held(): number {
    return (this.#statements.countHeld.get() as { readonly count: number }).count
  }

  get given(): number {
    return numberIn(this.#meta('given'))
  }

  set given(count: number) {
    this.#putMeta('given', bytesOf(count))
  }

  get keys(): readonly PublicKey[] {
    const rows = this.#statements.keys.all() as readonly { readonly key: Uint8Array }[]
    return rows.map(({ key }) => bytesToHex(key) as PublicKey)
  }

  addKeys(keys: readonly PublicKey[]): void {
    this.#durable(() => {
      for (const key of keys) this.#statements.putKey.run(hexToBytes(key))
    })
  }

  nextLock(): number {
    const next = this.locks
    this.#putMeta('locks', bytesOf(next + 1))
    return next
  }

  get locks(): number {
    return numberIn(this.#meta('locks'))
  }

  history(limit: number): readonly StoredTransaction[] {
    return (this.#statements.newest.all(limit) as readonly TransactionRow[]).map(storedIn)
  }

  keepProof(id: TransactionId, proof: Uint8Array): void {
    this.#statements.putProof.run(proof, hexToBytes(id))
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  #durable(work: () => void): void {
    this.#database.handle.transaction(work).immediate()
  }

  #meta(name: string): Uint8Array | undefined {
    return (this.#statements.getMeta.get(name) as { readonly value: Uint8Array } | undefined)?.value
  }

  #putMeta(name: string, value: Uint8Array): void {
    this.#statements.putMeta.run(name, value)
  }
}

function prepareAll(handle: Database<WalletTables>['handle']) {
  const prepare = (text: string) => handle.prepare(text)
  const columns = 'id, bytes, state, note, height, atMs, proof'
  return {
    getMeta: prepare('SELECT value FROM meta WHERE name = ?'),
    putMeta: prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
    keys: prepare('SELECT key FROM keys ORDER BY place'),
    putKey: prepare('INSERT OR IGNORE INTO keys (key) VALUES (?)'),
    putTransaction: prepare(
      `INSERT INTO transactions (id, bytes, state, note, atMs) VALUES (?, ?, 'built', ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = 'built'`
    ),
    setState: prepare('UPDATE transactions SET state = ?, height = ? WHERE id = ?'),
    putProof: prepare('UPDATE transactions SET proof = ? WHERE id = ?'),
    openOnes: prepare(`SELECT ${columns} FROM transactions WHERE state IN ('built', 'sent') ORDER BY place`),
    findOne: prepare(`SELECT ${columns} FROM transactions WHERE id = ?`),
    newest: prepare(`SELECT ${columns} FROM transactions ORDER BY place DESC LIMIT ?`),
    putHeld: prepare('INSERT INTO held VALUES (?, ?) ON CONFLICT (output) DO UPDATE SET id = excluded.id'),
    dropHeld: prepare('DELETE FROM held WHERE id = ?'),
    isHeld: prepare('SELECT 1 FROM held WHERE output = ?'),
    countHeld: prepare('SELECT count(*) AS count FROM held')
  }
}

function storedIn({ id, bytes, state, ...rest }: TransactionRow): StoredTransaction {
  const decoded = decode(transactionCodec, Uint8Array.from(bytes), TRANSACTION_BYTES)
  if (!decoded.ok) throw new RuntimeError('E_DATA_UNUSABLE', `a stored transaction is damaged: ${decoded.why}`)
  return { id: bytesToHex(id) as TransactionId, transaction: decoded.value, state: state as OwnState, ...rest }
}

function bytesOf(count: number): Uint8Array {
  return new TextEncoder().encode(String(count))
}

function numberIn(bytes: Uint8Array | undefined): number {
  const count = bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes))
  if (!Number.isSafeInteger(count) || count < 0) throw new RuntimeError('E_DATA_UNUSABLE', 'a stored count is no count')
  return count
}
