// Tables of chain.db: blocks, leaves of the newest final state, certificates and hand-overs. Names of migrations are
// append-only; hot paths use prepared statements over the same tables (chain-store.ts).
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

export interface ChainTables {
  /** Singletons by name: genesis, anchor, proof, guard. */
  readonly meta: { readonly name: string; readonly value: Uint8Array }
  readonly blocks: {
    readonly id: Uint8Array
    readonly height: number
    readonly slot: number
    /** 1 for a block of the final chain. */
    readonly final: number
    readonly bytes: Uint8Array
  }
  readonly leaves: { readonly section: number; readonly key: Uint8Array; readonly value: Uint8Array }
  readonly certificates: { readonly targetEpoch: number; readonly targetId: Uint8Array; readonly bytes: Uint8Array }
  readonly handovers: { readonly period: number; readonly bytes: Uint8Array }
  /** Of final blocks only. */
  readonly transactions: { readonly id: Uint8Array; readonly height: number }
}

export const CHAIN_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-chain': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID`.execute(db)
      await sql`CREATE TABLE blocks (id BLOB PRIMARY KEY, height INTEGER NOT NULL, slot INTEGER NOT NULL,
        final INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT`.execute(db)
      await sql`CREATE UNIQUE INDEX blocks_final ON blocks (height) WHERE final = 1`.execute(db)
      await sql`CREATE INDEX blocks_open ON blocks (height) WHERE final = 0`.execute(db)
      await sql`CREATE TABLE leaves (section INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (section, key)) STRICT, WITHOUT ROWID`.execute(db)
      await sql`CREATE TABLE certificates (targetEpoch INTEGER NOT NULL, targetId BLOB NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (targetEpoch, targetId)) STRICT, WITHOUT ROWID`.execute(db)
      await sql`CREATE TABLE handovers (period INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT`.execute(db)
      await sql`CREATE TABLE transactions (id BLOB PRIMARY KEY, height INTEGER NOT NULL) STRICT, WITHOUT ROWID`.execute(
        db
      )
    }
  }
}
