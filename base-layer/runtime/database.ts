// Opens an SQLite file so that a commit it acknowledged is on the disk. Stores of both layers are built on it.
// The order of the first statements matters: better-sqlite3 falls back to synchronous=NORMAL at the first write in WAL
// mode unless FULL was set before, so every opening writes one row and asserts what is in force after it.
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { watchForFailures } from './disk-failures.ts'
import { RuntimeError } from './errors.ts'
import { DATABASE_LIMITS } from './limits.ts'

export type SqliteHandle = SqliteDatabase.Database

export interface Database<Tables> {
  readonly path: string
  /** For prepared statements and `handle.transaction(fn).immediate()`. The only connection that writes. */
  readonly handle: SqliteHandle
  /** For queries: a second connection, read-only, so its asynchronous work never sits inside a transaction of ours. */
  readonly kysely: Kysely<Tables>
  close(): Promise<void>
}

/** EXTRA also syncs the folder after a journal is removed: for files that say what was signed. */
export type Synchronous = 'FULL' | 'EXTRA'
const LEVEL: Readonly<Record<Synchronous, number>> = { FULL: 2, EXTRA: 3 }

export interface DatabaseSettings {
  /** File path. Its folder exists. ':memory:' gives a database without a file, a lock or a second connection. */
  readonly path: string
  /** By name; run in the order of their names, each once, ever. Names are append-only. */
  readonly migrations: Readonly<Record<string, Migration>>
  /** Integers come back as bigint, exact whatever a damaged file says; `integerIn` makes a number of one. */
  readonly safeIntegers?: boolean
  /** Default FULL. */
  readonly synchronous?: Synchronous
}

/** Rejects: E_DATA_LOCKED if another process has the file open, E_DATA_UNUSABLE if it cannot be opened or migrated. */
export async function openDatabase<Tables>(settings: DatabaseSettings): Promise<Database<Tables>> {
  const { path, synchronous = 'FULL' } = settings
  const inMemory = path === ':memory:'
  const release = inMemory ? (): void => {} : lockFile(`${path}.lock`)
  const opened: SqliteHandle[] = []
  try {
    if (!inMemory) createPrivate(path)
    const handle = connect(path, synchronous, opened)
    assertSound(handle)
    await migrate(handle, settings.migrations)
    assertDurable(handle, synchronous)
    handle.defaultSafeIntegers(settings.safeIntegers ?? false)
    const reader = inMemory ? handle : connect(path, synchronous, opened)
    if (!inMemory) reader.pragma('query_only = ON')
    const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: reader }) })
    const close = async (): Promise<void> => {
      await kysely.destroy()
      // Kysely closes only what it has used; the connection that closes last folds the WAL into the file.
      if (reader.open) reader.close()
      if (handle.open) handle.close()
      release()
    }
    return { path, handle, kysely, close }
  } catch (error) {
    for (const handle of opened) handle.close()
    release()
    if (error instanceof RuntimeError) throw error
    throw new RuntimeError('E_DATA_UNUSABLE', `${path}: ${String(error)}`)
  }
}

/**
 * For whoever checks a file, also while a node writes to it. Both handles are one, which cannot write. Throws
 * E_DATA_UNUSABLE if there is none.
 */
export function openReadOnly<Tables>(path: string): Database<Tables> {
  let handle: SqliteHandle
  try {
    handle = new SqliteDatabase(path, { readonly: true, fileMustExist: true })
    handle.pragma('trusted_schema = OFF')
    handle.pragma('cell_size_check = ON')
    handle.defaultSafeIntegers(true)
  } catch (error) {
    throw new RuntimeError('E_DATA_UNUSABLE', `${path}: ${String(error)}`)
  }
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: handle }) })
  return {
    path,
    handle,
    kysely,
    close: async () => {
      await kysely.destroy()
      if (handle.open) handle.close()
    }
  }
}

/** Holds the folder for this process until the result is called or the process ends. Throws E_DATA_LOCKED. */
export function lockDataFolder(folder: string): () => void {
  return lockFile(`${folder}/folder.lock`)
}

/** A stored integer as a number; a damaged one is E_DATA_UNUSABLE, never rounded. */
export function integerIn(value: unknown): number {
  const number = Number(value)
  if (typeof value === 'bigint' && Number.isSafeInteger(number)) return number
  throw new RuntimeError('E_DATA_UNUSABLE', 'a stored number is not one')
}

/** For the owner alone, from the first byte on. SQLite gives its -wal and -shm files the mode of the database. */
function createPrivate(path: string): void {
  const isNew = !existsSync(path)
  closeSync(openSync(path, 'a', 0o600))
  // A new file outlives a power cut only once its folder is on the disk too.
  if (isNew) syncFolder(dirname(path))
}

/** Makes names that were added to or removed from a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function connect(path: string, synchronous: Synchronous, opened: SqliteHandle[]): SqliteHandle {
  const handle = new SqliteDatabase(path, { timeout: DATABASE_LIMITS.busyTimeoutMs })
  opened.push(handle)
  watchForFailures(handle)
  handle.pragma('journal_mode = WAL')
  handle.pragma(`synchronous = ${synchronous}`)
  handle.pragma('foreign_keys = ON')
  handle.pragma('trusted_schema = OFF')
  handle.pragma('cell_size_check = ON')
  handle.pragma(`journal_size_limit = ${DATABASE_LIMITS.walBytesMax}`)
  handle.pragma(`wal_autocheckpoint = ${DATABASE_LIMITS.checkpointPages}`)
  handle.pragma(`cache_size = -${DATABASE_LIMITS.cacheKib}`)
  return handle
}

async function migrate(handle: SqliteHandle, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  // The dialect closes what it is given; migrations run over the writing connection, which stays open.
  const database = { prepare: (sql: string) => handle.prepare(sql), close: () => {} }
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  const provider = { getMigrations: async () => migrations }
  // All of them or none: the library does without a transaction here, and half a migration cannot be gone on with.
  handle.exec('BEGIN IMMEDIATE')
  const { error } = await new Migrator({ db: kysely, provider }).migrateToLatest()
  await kysely.destroy()
  if (error !== undefined) throw error
  handle.exec('COMMIT')
}

/** Pages and rows at every start: what a power cut, a bad disk or a hand left is found before anything is read. */
function assertSound(handle: SqliteHandle): void {
  const found = handle.pragma('quick_check(1)', { simple: true })
  if (found !== 'ok') throw new RuntimeError('E_DATA_UNUSABLE', `${handle.name} is damaged: ${String(found)}`)
}

function assertDurable(handle: SqliteHandle, synchronous: Synchronous): void {
  handle.exec('CREATE TABLE IF NOT EXISTS opening (id INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT')
  handle.exec('INSERT INTO opening VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1')
  const level = handle.pragma('synchronous', { simple: true })
  if (level === LEVEL[synchronous]) return
  throw new RuntimeError('E_DATA_UNUSABLE', `synchronous is ${String(level)} after the first write`)
}

/** An exclusive transaction on an empty database: the kernel drops the lock with the process, however it ends. */
function lockFile(path: string): () => void {
  let lock: SqliteHandle | undefined
  try {
    createPrivate(path)
    lock = new SqliteDatabase(path, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    const busy = error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')
    if (busy) throw new RuntimeError('E_DATA_LOCKED', `another process is using ${path.replace(/[^/]*$/, '')}`)
    throw new RuntimeError('E_DATA_UNUSABLE', `${path}: ${String(error)}`)
  }
  const held = lock
  return () => {
    if (held.open) held.close()
  }
}
