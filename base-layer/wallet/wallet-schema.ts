// Tables of a wallet's file: what it has sent, which outputs that holds, and its public keys. No
// secret is in it. Names of migrations are append-only.
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

export interface WalletTables {
  /** Singletons by name: genesis, given, locks. */
  readonly meta: { readonly name: string; readonly value: Uint8Array }
  readonly keys: { readonly place: number; readonly key: Uint8Array }
  readonly transactions: {
    readonly place: number
    readonly id: Uint8Array
    readonly bytes: Uint8Array
    readonly state: string
    readonly note: string
    /** Of the block that holds a final one. */
    readonly height: number | null
    /** Unix milliseconds. */
    readonly atMs: number
    /** Encoded, from the newest final block that was asked. */
    readonly proof: Uint8Array | null
  }
  readonly held: { readonly output: Uint8Array; readonly id: Uint8Array }
}

export const WALLET_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-wallet': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID`.execute(db)
      await sql`CREATE TABLE keys (place INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE) STRICT`.execute(db)
      await sql`CREATE TABLE transactions (place INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL,
        state TEXT NOT NULL, note TEXT NOT NULL, height INTEGER, atMs INTEGER NOT NULL, proof BLOB) STRICT`.execute(db)
      await sql`CREATE INDEX transactions_open ON transactions (state) WHERE state IN ('built', 'sent')`.execute(db)
      await sql`CREATE TABLE held (output BLOB PRIMARY KEY, id BLOB NOT NULL) STRICT, WITHOUT ROWID`.execute(db)
    }
  }
}
