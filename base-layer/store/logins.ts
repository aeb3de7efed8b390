// The logins that this node serves under its own name [NAM-3], in logins.db. Records are signed, so whoever stores
// them can lose or withhold them and nothing worse; only the newest version of each is kept.
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { encode } from '#contracts/codec/codec.ts'
import { decodeLoginRecord, type LoginRecord, loginRecordCodec } from '#contracts/names/login.ts'
import type { Name } from '#contracts/names/name.ts'
import { accept, assert, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { type Database, openDatabase } from '../runtime/database.ts'

export interface LoginTables {
  readonly logins: { readonly login: string; readonly version: number; readonly record: Uint8Array }
}

const LOGIN_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-logins': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`CREATE TABLE logins (login TEXT PRIMARY KEY, version INTEGER NOT NULL, record BLOB NOT NULL)
        STRICT, WITHOUT ROWID`.execute(db)
    }
  }
}

/** Some 300 bytes each: 30 MB of users of one peer. */
export const LOGINS_MAX = 100_000
/** Logins of one answer. */
export const LOGINS_LISTED = 500

export interface Logins {
  /** The name that these are under. */
  readonly peer: Name
  get(login: Name): LoginRecord | undefined
  /** Keeps a record that the caller has checked; an older or equal version changes nothing. */
  put(record: LoginRecord): Verdict<undefined, 'E_LOGIN_NAME' | 'E_LOGIN_OLD' | 'E_LOGIN_FULL'>
  /** In order of login, those after `after`. */
  list(after: string, limit: number): readonly LoginRecord[]
  close(): Promise<void>
}

/** Rejects as `openDatabase` does. `path` may be ':memory:'. */
export async function openLogins(path: string, peer: Name): Promise<Logins> {
  return new LoginFile(await openDatabase<LoginTables>({ path, migrations: LOGIN_MIGRATIONS }), peer)
}

type Row = { readonly version: number; readonly record: Uint8Array }

class LoginFile implements Logins {
  readonly peer: Name
  readonly #database: Database<LoginTables>

  constructor(database: Database<LoginTables>, peer: Name) {
    this.#database = database
    this.peer = peer
  }

  get(login: Name): LoginRecord | undefined {
    const row = this.#row(login)
    return row === undefined ? undefined : recordIn(row)
  }

  put(record: LoginRecord): Verdict<undefined, 'E_LOGIN_NAME' | 'E_LOGIN_OLD' | 'E_LOGIN_FULL'> {
    const { peer, login, version } = record.login
    if (peer !== this.peer) return reject('E_LOGIN_NAME', `this node serves logins of ${this.peer}`)
    const before = this.#row(login)
    if (before !== undefined && before.version >= version) {
      return reject('E_LOGIN_OLD', `version ${before.version} of this login is known`)
    }
    if (before === undefined && this.#count() >= LOGINS_MAX) return reject('E_LOGIN_FULL', 'as many as fit are kept')
    this.#database.handle
      .prepare('INSERT OR REPLACE INTO logins (login, version, record) VALUES (?, ?, ?)')
      .run(login, version, encode(loginRecordCodec, record))
    return accept()
  }

  list(after: string, limit: number): readonly LoginRecord[] {
    const rows = this.#database.handle
      .prepare('SELECT version, record FROM logins WHERE login > ? ORDER BY login LIMIT ?')
      .all(after, Math.min(limit, LOGINS_LISTED)) as Row[]
    return rows.map(recordIn)
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  #row(login: Name): Row | undefined {
    return this.#database.handle.prepare('SELECT version, record FROM logins WHERE login = ?').get(login) as
      | Row
      | undefined
  }

  #count(): number {
    const row = this.#database.handle.prepare('SELECT count(*) AS n FROM logins').get() as { readonly n: number }
    return row.n
  }
}

function recordIn({ record }: Row): LoginRecord {
  const decoded = decodeLoginRecord(new Uint8Array(record))
  assert(decoded.ok, 'a login in the file is one that was stored')
  return decoded.value
}
