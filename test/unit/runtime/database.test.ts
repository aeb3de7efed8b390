// The database keeps what it acknowledges, is opened by one process at a time and migrates once.
import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type Database, lockDataFolder, openDatabase } from '#base-layer/runtime/database.ts'

interface Tables {
  readonly notes: { readonly id: number; readonly amount: number }
}

const folders: string[] = []
let folder: string

const migrations = {
  '001-notes': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('notes')
        .addColumn('id', 'integer', column => column.primaryKey())
        .addColumn('amount', 'integer')
        .execute()
    }
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-database-'))
  folders.push(folder)
})
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})

const open = (safeIntegers = false): Promise<Database<Tables>> =>
  openDatabase<Tables>({ path: join(folder, 'chain.db'), migrations, safeIntegers })

describe('an opened database', () => {
  it('still has synchronous=FULL after writes in WAL mode', async () => {
    const db = await open()
    for (let i = 0; i < 3; i++) db.handle.prepare('INSERT INTO notes VALUES (?, ?)').run(i, i)
    expect(db.handle.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.handle.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.handle.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(db.handle.pragma('trusted_schema', { simple: true })).toBe(0)
    expect(db.handle.pragma('cell_size_check', { simple: true })).toBe(1)
    await db.close()
  })

  it('shows committed rows to kysely, which cannot write', async () => {
    const db = await open()
    db.handle.prepare('INSERT INTO notes VALUES (1, 7)').run()
    expect(await db.kysely.selectFrom('notes').selectAll().execute()).toEqual([{ id: 1, amount: 7 }])
    await expect(db.kysely.insertInto('notes').values({ id: 2, amount: 1 }).execute()).rejects.toThrow(/readonly/)
    await db.close()
  })

  it('returns bigint when asked to and keeps 63-bit amounts whole', async () => {
    const db = await open(true)
    db.handle.prepare('INSERT INTO notes VALUES (?, ?)').run(1, 9223372036854775807n)
    expect(db.handle.prepare('SELECT amount FROM notes').pluck().get()).toBe(9223372036854775807n)
    await db.close()
  })

  it('keeps rows and does not migrate twice when opened again', async () => {
    const first = await open()
    first.handle.prepare('INSERT INTO notes VALUES (1, 7)').run()
    await first.close()
    const second = await open()
    expect(second.handle.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(1)
    await second.close()
  })

  it('is readable by its owner alone', async () => {
    const db = await open()
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
    await db.close()
  })

  it('works in memory for tests', async () => {
    const db = await openDatabase<Tables>({ path: ':memory:', migrations })
    db.handle.prepare('INSERT INTO notes VALUES (1, 7)').run()
    expect(await db.kysely.selectFrom('notes').selectAll().execute()).toHaveLength(1)
    await db.close()
  })
})

describe('opening is refused', () => {
  it('with E_DATA_LOCKED while it is open here', async () => {
    const db = await open()
    await expect(open()).rejects.toMatchObject({ code: 'E_DATA_LOCKED' })
    await db.close()
    await (await open()).close()
  })

  it('with E_DATA_LOCKED while another process holds the folder, and no longer once that is killed', async () => {
    const script = join(folder, 'holder.ts')
    const source = new URL('../../../base-layer/runtime/database.ts', import.meta.url).href
    writeFileSync(
      script,
      `import { lockDataFolder } from '${source}'\n` +
        `lockDataFolder(${JSON.stringify(folder)}); process.send('held'); process.on('disconnect', () => process.exit())\n`
    )
    const holder = fork(script, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const ended = new Promise(resolve => {
      holder.once('exit', resolve)
    })
    try {
      await Promise.race([
        new Promise(resolve => {
          holder.once('message', resolve)
        }),
        ended
      ])
      expect(() => lockDataFolder(folder)).toThrow(expect.objectContaining({ code: 'E_DATA_LOCKED' }))
    } finally {
      holder.kill('SIGKILL')
      await ended
    }
    lockDataFolder(folder)()
  })

  it('with E_DATA_UNUSABLE for a file that is not a database, leaving no lock behind', async () => {
    writeFileSync(join(folder, 'chain.db'), 'this is a text and not a database. '.repeat(9))
    await expect(open()).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
    rmSync(join(folder, 'chain.db'))
    await (await open()).close()
  })

  it('with E_DATA_UNUSABLE when a migration fails', async () => {
    const failing = {
      '001-bad': {
        up: async () => {
          throw new Error('no')
        }
      }
    }
    await expect(openDatabase({ path: join(folder, 'x.db'), migrations: failing })).rejects.toMatchObject({
      code: 'E_DATA_UNUSABLE'
    })
  })
})
