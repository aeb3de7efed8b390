// Copies of chain.db while the node writes to it, checked before they count, the oldest dropped. chain.db alone:
// votes.db says what a key has signed, and an older copy of it in its place would let the key contradict itself
// [FIN-7]; without chain.db's newest blocks a node merely fetches them again.
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync
} from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { openReadOnly, type SqliteHandle, syncFolder } from '../runtime/database.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { type ChainCheck, checkChainFile } from './check-chain.ts'

export interface BackupSettings {
  /** Made if it is missing. */
  readonly folder: string
  /** Newest copies that stay, at least one. */
  readonly keep: number
  /** Unix milliseconds, for the name. */
  readonly nowMs: number
  readonly check: (path: string) => Promise<ChainCheck>
  /** Pages copied per turn of the event loop; writes of the same connection go into the copy as they happen. */
  readonly pages?: number
}

export interface Backup {
  readonly path: string
  readonly bytes: number
  readonly check: ChainCheck
}

const NAME = /^chain-\d{8}T\d{9}Z\.db$/
const PAGES = 256
const ALL_PAGES = 2 ** 31 - 1

/**
 * One copy by the connection that writes, so that a write does not start it again. Rejects E_DATA_UNUSABLE if the copy
 * does not check: then the one that runs is to be checked too.
 */
export async function backUpChain(handle: SqliteHandle, settings: BackupSettings): Promise<Backup> {
  const { folder, keep, nowMs, check, pages = PAGES } = settings
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = `chain-${new Date(nowMs).toISOString().replace(/[-:.]/g, '')}.db`
  const draft = join(folder, `${name}.new`)
  try {
    await handle.backup(draft, { progress: () => pages })
    makeOneFile(draft)
    const checked = await check(draft)
    if (!checked.ok) throw new RuntimeError('E_DATA_UNUSABLE', `the copy is damaged: ${checked.problems.join('; ')}`)
    const path = join(folder, name)
    renameSync(draft, path)
    syncFolder(folder)
    dropOld(folder, Math.max(1, keep))
    return { path, bytes: statSync(path).size, check: checked }
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${draft}${suffix}`, { force: true })
  }
}

/**
 * A copy from outside the node's process, which may be writing: all pages in one step, so that they
 * are of one moment. The writer does not wait for it.
 */
export async function backUpChainFile(
  path: string,
  document: Genesis,
  settings: Pick<BackupSettings, 'folder' | 'keep'>
): Promise<Backup> {
  const source = openReadOnly(path)
  try {
    const check = (copy: string): Promise<ChainCheck> => checkChainFile(copy, document)
    return await backUpChain(source.handle, { ...settings, check, nowMs: Date.now(), pages: ALL_PAGES })
  } finally {
    await source.close()
  }
}

/** Newest last. */
export function listBackups(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(name => NAME.test(name))
      .sort()
      .map(name => join(folder, name))
  } catch {
    return []
  }
}

/** Without a WAL beside it, for its owner alone, and on the disk. */
function makeOneFile(path: string): void {
  chmodSync(path, 0o600)
  const copy = new SqliteDatabase(path)
  copy.pragma('journal_mode = DELETE')
  copy.close()
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function dropOld(folder: string, keep: number): void {
  for (const path of listBackups(folder).slice(0, -keep)) rmSync(path, { force: true })
}
