// Every statement that chain.db is read and written by, prepared once: a row through the query builder costs ten
// times as much. chain-store.ts runs them and is the only one that does.
import type { SqliteHandle } from '../runtime/database.ts'
import { STORE_LIMITS } from './limits.ts'

/** Of better-sqlite3, as far as it is used here; its own type has no name that declarations could carry. */
export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number }
  get(...values: readonly unknown[]): unknown
  all(...values: readonly unknown[]): unknown[]
  iterate(...values: readonly unknown[]): IterableIterator<unknown>
}

export type ChainStatements = ReturnType<typeof prepareChainStatements>

export function prepareChainStatements(handle: SqliteHandle) {
  const prepare = (text: string): Statement => handle.prepare(text)
  return {
    meta: prepare('SELECT value FROM meta WHERE name = ?'),
    putMeta: prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
    block: prepare('SELECT bytes, sum FROM blocks WHERE id = ?'),
    hasBlock: prepare('SELECT 1 FROM blocks WHERE id = ?'),
    putBlock: prepare('INSERT INTO blocks VALUES (?, ?, ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING'),
    markFinal: prepare('UPDATE blocks SET final = 1 WHERE id = ?'),
    finalBlock: prepare('SELECT bytes, sum FROM blocks WHERE final = 1 AND height = ?'),
    finalRange: prepare('SELECT bytes, sum FROM blocks WHERE final = 1 AND height BETWEEN ? AND ? ORDER BY height'),
    finalId: prepare('SELECT id FROM blocks WHERE final = 1 AND height = ?'),
    finalIds: prepare('SELECT id FROM blocks WHERE final = 1 AND height >= ? ORDER BY height'),
    finalIdsBetween: prepare('SELECT id FROM blocks WHERE final = 1 AND height >= ? AND height < ? ORDER BY height'),
    finalHeight: prepare('SELECT height FROM blocks WHERE final = 1 AND id = ?'),
    openBlocks: prepare('SELECT bytes, sum FROM blocks WHERE final = 0 ORDER BY height'),
    /** Blocks no final chain can hold any more. */
    dropForks: prepare(`DELETE FROM blocks WHERE final = 0
      AND height <= (SELECT height FROM blocks WHERE final = 1 ORDER BY height DESC LIMIT 1)`),
    leaves: prepare('SELECT section, key, value FROM leaves'),
    putLeaf: prepare(
      'INSERT INTO leaves VALUES (?, ?, ?) ON CONFLICT (section, key) DO UPDATE SET value = excluded.value'
    ),
    dropLeaf: prepare('DELETE FROM leaves WHERE section = ? AND key = ?'),
    certificates: prepare('SELECT bytes FROM certificates ORDER BY targetEpoch'),
    putCertificate: prepare('INSERT INTO certificates VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    dropCertificates: prepare(`DELETE FROM certificates WHERE targetEpoch <
      (SELECT min(targetEpoch) FROM (SELECT targetEpoch FROM certificates ORDER BY targetEpoch DESC LIMIT ?))`),
    dropOld: prepare('DELETE FROM certificates WHERE targetEpoch <= ?'),
    transaction: prepare('SELECT height FROM transactions WHERE id = ?'),
    putTransaction: prepare('INSERT INTO transactions VALUES (?, ?) ON CONFLICT DO NOTHING'),
    putSpent: prepare('INSERT INTO spent VALUES (?, ?, ?)'),
    spending: prepare('SELECT height, transaction_id FROM spent WHERE output = ?'),
    putHistory: prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?)'),
    history: prepare(
      'SELECT place, height, id FROM history WHERE kind = ? AND key = ? AND place >= ? ORDER BY place LIMIT ?'
    ),
    prune: prepare(`UPDATE blocks SET bytes = x'', sum = x'' WHERE id IN (SELECT id FROM blocks
      WHERE final = 1 AND height > 0 AND height < ? AND length(bytes) > 0 ORDER BY height LIMIT ${STORE_LIMITS.pruned})`),
    putHandover: prepare('INSERT INTO handovers VALUES (?, ?) ON CONFLICT DO NOTHING'),
    handovers: prepare('SELECT bytes FROM handovers ORDER BY period'),
    handoversFrom: prepare('SELECT bytes FROM handovers WHERE period >= ? ORDER BY period')
  }
}
