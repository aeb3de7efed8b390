// Tables of votes.db. Primary keys alone forbid a second acknowledgement or proposal in a slot and a second vote for a
// target epoch in a period [FIN-7]. Names of migrations are append-only.
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

export interface GuardTables {
  /** One row: the encoded identity, and how many signatures were written. */
  readonly guard: { readonly only: number; readonly identity: Uint8Array; readonly writes: number }
  readonly acknowledgements: { readonly slot: number; readonly block: Uint8Array }
  readonly votes: {
    readonly period: number
    readonly sourceEpoch: number
    readonly targetEpoch: number
    readonly root: Uint8Array
    readonly target: Uint8Array
    /** Id of the recovery file of the voted period, if any [FIN-9]. */
    readonly recovery: Uint8Array | null
  }
  readonly proposals: { readonly slot: number; readonly block: Uint8Array }
}

export const GUARD_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-guard': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`CREATE TABLE guard (only INTEGER PRIMARY KEY CHECK (only = 1), identity BLOB NOT NULL,
        writes INTEGER NOT NULL) STRICT`.execute(db)
      await sql`CREATE TABLE acknowledgements (slot INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT`.execute(db)
      await sql`CREATE TABLE votes (period INTEGER NOT NULL, sourceEpoch INTEGER NOT NULL, targetEpoch INTEGER NOT NULL,
        root BLOB NOT NULL, target BLOB NOT NULL, PRIMARY KEY (period, targetEpoch)) STRICT`.execute(db)
      await sql`CREATE TABLE proposals (slot INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT`.execute(db)
    }
  },
  '002-recovery': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`ALTER TABLE votes ADD COLUMN recovery BLOB`.execute(db)
    }
  }
}
