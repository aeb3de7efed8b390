// A disk that fails ends signing at the failed statement, and damaged pages are found before anything is read.
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync, closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { sql, type Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { integerIn, openDatabase } from '#base-layer/runtime/database.ts'
import { isDiskFailure, onDiskFailure } from '#base-layer/runtime/disk-failures.ts'

const migrations = {
  '001-notes': {
    up: async (db: Kysely<unknown>) => {
      await sql`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT`.execute(db)
    }
  }
}

let folder: string
let path: string
const reported: unknown[] = []
let end = (): void => {}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-disk-'))
  path = join(folder, 'chain.db')
  reported.length = 0
  end = onDiskFailure(error => reported.push(error))
})
afterEach(() => {
  end()
  rmSync(folder, { recursive: true, force: true })
})

/** A file with enough rows for interior and leaf pages. */
async function fill(): Promise<void> {
  const db = await openDatabase({ path, migrations })
  const put = db.handle.prepare('INSERT INTO notes VALUES (?, ?)')
  db.handle.transaction(() => {
    for (let i = 0; i < 2_000; i++) put.run(i, `note ${i} `.repeat(20))
  })()
  await db.close()
}

describe('a failed statement', () => {
  it('is reported before its caller hears of it, even if the caller catches everything [FIN-7]', async () => {
    const db = await openDatabase({ path, migrations })
    db.handle.pragma('max_page_count = 12')
    const put = db.handle.prepare('INSERT INTO notes VALUES (?, ?)')
    const heard: number[] = []
    try {
      for (let i = 0; i < 100; i++) put.run(i, 'x'.repeat(4_000))
    } catch {
      heard.push(reported.length)
    }
    expect(heard).toEqual([1])
    expect(isDiskFailure(reported[0])).toBe(true)
    await db.close()
  })

  it('is reported inside a transaction too, which leaves nothing', async () => {
    const db = await openDatabase({ path, migrations })
    db.handle.pragma('max_page_count = 12')
    const put = db.handle.prepare('INSERT INTO notes VALUES (?, ?)')
    const all = db.handle.transaction(() => {
      for (let i = 0; i < 100; i++) put.run(i, 'x'.repeat(4_000))
    })
    expect(() => all.immediate()).toThrow(/full/)
    expect(reported.length).toBeGreaterThan(0)
    expect(db.handle.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(0)
    await db.close()
  })

  it('that breaks a constraint is an error of the caller alone', async () => {
    const db = await openDatabase({ path, migrations })
    const put = db.handle.prepare('INSERT INTO notes VALUES (1, ?)')
    put.run('a')
    expect(() => put.run('b')).toThrow(/UNIQUE/)
    expect(() => db.handle.prepare('INSERT INTO notes VALUES (?, ?)').run('text', 'c')).toThrow()
    expect(reported).toEqual([])
    await db.close()
  })
})

describe('an opened file', () => {
  it.each([
    ['FULL', 2],
    ['EXTRA', 3]
  ] as const)('keeps synchronous=%s after writes, which the default of the library would not', async (level, value) => {
    const db = await openDatabase({ path, migrations, synchronous: level })
    db.handle.prepare("INSERT INTO notes VALUES (1, 'a')").run()
    expect(db.handle.pragma('synchronous', { simple: true })).toBe(value)
    await db.close()
    // The trap: in WAL mode, without the setting, the level falls at the first write.
    const bare = new SqliteDatabase(path)
    bare.pragma('journal_mode = WAL')
    bare.prepare("INSERT INTO notes VALUES (2, 'b')").run()
    expect(bare.pragma('synchronous', { simple: true })).toBe(1)
    bare.close()
  })

  it('with one damaged page of any kind is refused, or every row of it is still what was written', async () => {
    await fill()
    const whole = readFileSync(path)
    const pages = whole.length / 4_096
    let refused = 0
    for (let page = 0; page < pages; page += 7) {
      const file = openSync(path, 'r+')
      writeSync(file, whole, 0, whole.length, 0)
      // Headers, cell pointers and a length: what makes rows vanish or change places.
      writeSync(file, new Uint8Array(64).fill(0xa5), 0, 64, page * 4_096 + (page === 0 ? 100 : 0))
      closeSync(file)
      const opened = await openDatabase<unknown>({ path, migrations }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'E_DATA_UNUSABLE' })
        return undefined
      })
      if (opened === undefined) {
        refused += 1
        continue
      }
      const rows = opened.handle.prepare('SELECT id, text FROM notes ORDER BY id').all() as {
        id: number
        text: string
      }[]
      expect(rows.map(row => row.text)).toEqual(rows.map(row => `note ${row.id} `.repeat(20)))
      expect(rows).toHaveLength(2_000)
      await opened.close()
    }
    expect(refused).toBeGreaterThan(pages / 7 - 3)
  })

  it('gives integers whole: one beyond a double is refused and not rounded', async () => {
    const db = await openDatabase({ path, migrations, safeIntegers: true })
    db.handle.prepare("INSERT INTO notes VALUES (9007199254740993, 'a')").run()
    const id = db.handle.prepare('SELECT id FROM notes').pluck().get()
    expect(id).toBe(9007199254740993n)
    expect(() => integerIn(id)).toThrow('not one')
    expect(integerIn(7n)).toBe(7)
    await db.close()
  })
})
