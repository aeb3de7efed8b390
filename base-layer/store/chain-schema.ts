// Tables of chain.db: blocks, leaves of the newest final state, certificates, hand-overs,
// and indexes over the final chain. Names of migrations are append-only; hot paths use
// prepared statements over the same tables (chain-store.ts).
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { hashBytes } from '#contracts/crypto/hash.ts'

/** Of a block's bytes as they were written: a row that a disk or a hand changed is found when it is read. */
export function sumOf(bytes: Uint8Array): Uint8Array {
  return hashBytes('stored-block', bytes)
}

/** Kinds of histories in the order of their number; append-only [PRF-4]. */
export const HISTORY_KINDS = ['keys', 'names'] as const
export type HistoryKind = (typeof HISTORY_KINDS)[number]

export interface ChainTables {
  /** Singletons by name: genesis, anchor, proof, guard. */
  readonly meta: { readonly name: string; readonly value: Uint8Array }
  readonly blocks: {
    readonly id: Uint8Array
    readonly height: bigint
    readonly slot: bigint
    /** 1 for a block of the final chain. */
    readonly final: bigint
    /** Empty once pruned. */
    readonly bytes: Uint8Array
    readonly sum: Uint8Array
  }
  readonly leaves: { readonly section: bigint; readonly key: Uint8Array; readonly value: Uint8Array }
  readonly certificates: { readonly targetEpoch: bigint; readonly targetId: Uint8Array; readonly bytes: Uint8Array }
  readonly handovers: { readonly period: bigint; readonly bytes: Uint8Array }
  /** Of final blocks only, like the two below. */
  readonly transactions: { readonly id: Uint8Array; readonly height: bigint }
  /** Which transaction spent an output, and in which block [PRF-3]. */
  readonly spent: { readonly output: Uint8Array; readonly height: bigint; readonly transaction_id: Uint8Array }
  /** What touched a key or a name, in the order of its log; the state holds count and root alone [PRF-4]. */
  readonly history: {
    readonly kind: bigint
    readonly key: Uint8Array
    readonly place: bigint
    readonly height: bigint
    readonly id: Uint8Array
  }
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
  },
  '002-indexes': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`CREATE TABLE spent (output BLOB PRIMARY KEY, height INTEGER NOT NULL, transaction_id BLOB NOT NULL)
        STRICT, WITHOUT ROWID`.execute(db)
      await sql`CREATE TABLE history (kind INTEGER NOT NULL, key BLOB NOT NULL, place INTEGER NOT NULL,
        height INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (kind, key, place)) STRICT, WITHOUT ROWID`.execute(db)
      await sql`ALTER TABLE blocks ADD COLUMN sum BLOB NOT NULL DEFAULT x''`.execute(db)
      const { rows } = await sql<{ readonly id: Uint8Array }>`SELECT id FROM blocks`.execute(db)
      for (const { id } of rows) {
        const found = await sql<{ readonly bytes: Uint8Array }>`SELECT bytes FROM blocks WHERE id = ${id}`.execute(db)
        for (const { bytes } of found.rows) {
          await sql`UPDATE blocks SET sum = ${sumOf(bytes)} WHERE id = ${id}`.execute(db)
        }
      }
    }
  }
}
