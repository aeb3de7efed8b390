// Tables of asset.db. A lane is one seat of one dag, or an observer of it: it owns its blocks, steps, state and statements, so
// that nothing of one epoch can be taken for another's. Hot paths run as prepared statements; see lane-store.ts.
import type { Migration } from 'kysely/migration'
import { type Kysely, sql } from 'kysely'

const TABLES: readonly string[] = [
  'CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT',
  // seat -1: observer. start: where the dag begins. progress: where execution stands, without the tree.
  `CREATE TABLE lanes (
    id INTEGER PRIMARY KEY, asset TEXT NOT NULL, epoch INTEGER NOT NULL, dag TEXT NOT NULL, seat INTEGER NOT NULL,
    start BLOB NOT NULL, progress BLOB, ready INTEGER NOT NULL, proposes INTEGER NOT NULL, created INTEGER NOT NULL,
    UNIQUE (dag, seat)
  ) STRICT`,
  `CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER NOT NULL, round INTEGER NOT NULL, author INTEGER NOT NULL,
    digest TEXT NOT NULL, header BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (lane, digest)
  ) STRICT`,
  'CREATE INDEX blocks_by_round ON blocks (lane, round)',
  // The guard of own blocks: what may be signed, at most one for each round [DAG-6].
  `CREATE TABLE proposals (
    lane INTEGER NOT NULL, round INTEGER NOT NULL, header BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (lane, round)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE commits (
    lane INTEGER NOT NULL, place INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (lane, place)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE steps (
    lane INTEGER NOT NULL, place INTEGER NOT NULL, sequence INTEGER NOT NULL, committed INTEGER NOT NULL,
    input BLOB NOT NULL, leaf BLOB NOT NULL, effects BLOB NOT NULL, PRIMARY KEY (lane, place)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE receipts (
    instruction BLOB NOT NULL, lane INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (instruction, lane)
  ) STRICT, WITHOUT ROWID`,
  // The value a key has from this sequence on; NULL: none.
  `CREATE TABLE leaves (
    lane INTEGER NOT NULL, key BLOB NOT NULL, sequence INTEGER NOT NULL, value BLOB, PRIMARY KEY (lane, key, sequence)
  ) STRICT, WITHOUT ROWID`,
  // The sign guard: one statement for each commit of a lane, written before it is signed [DAG-6, BND-4].
  `CREATE TABLE statements (
    lane INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, statement BLOB NOT NULL, PRIMARY KEY (lane, place)
  ) STRICT, WITHOUT ROWID`,
  // How each sequence closed here.
  `CREATE TABLE closings (
    lane INTEGER NOT NULL, sequence INTEGER NOT NULL, statement BLOB NOT NULL, PRIMARY KEY (lane, sequence)
  ) STRICT, WITHOUT ROWID`,
  // The newest certificate of each sequence.
  `CREATE TABLE certificates (
    lane INTEGER NOT NULL, sequence INTEGER NOT NULL, place INTEGER NOT NULL, certified BLOB NOT NULL,
    PRIMARY KEY (lane, sequence)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE offences (
    id TEXT PRIMARY KEY, asset TEXT NOT NULL, kind TEXT NOT NULL, claim BLOB NOT NULL, salt TEXT NOT NULL,
    state TEXT NOT NULL, submission TEXT, height INTEGER NOT NULL, created INTEGER NOT NULL
  ) STRICT`,
  'CREATE TABLE heartbeats (asset TEXT PRIMARY KEY, sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT'
]

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-tables': {
    up: async (database: Kysely<unknown>) => {
      for (const table of TABLES) await sql.raw(table).execute(database)
    }
  }
}
