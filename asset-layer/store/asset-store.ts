// asset.db of one node: its lanes, its offences and claims, its watchers' heartbeats, and when it was made. Opened by the
// node; every replica, handler and watcher works on the lanes it gives out.
import { randomBytes } from 'node:crypto'
import { openDatabase, type Database } from '#base-layer/runtime/database.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, DagId, Hash, Seat } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { LaneStore, type LaneRow } from './lane-store.ts'
import { type StoredStart, startCodec } from './records.ts'
import { MIGRATIONS } from './schema.ts'

export type OffenceState = 'found' | 'committed' | 'revealed' | 'done' | 'dropped'

export interface StoredOffence {
  /** Names what is accused, so that one fault is claimed once. */
  readonly id: string
  readonly asset: AssetId
  readonly kind: string
  /** Encoded claim. */
  readonly claim: Uint8Array
  readonly salt: Hash
  readonly state: OffenceState
  /** Transaction of the newest act, if any. */
  readonly submission: string | null
  /** Final height when the state was entered. */
  readonly height: number
}

interface LaneColumns {
  readonly id: number
  readonly asset: string
  readonly epoch: number
  readonly dag: string
  readonly seat: number
  readonly start: Uint8Array
  readonly ready: number
  readonly proposes: number
}

const OBSERVER = -1

export class AssetStore {
  readonly #database: Database<unknown>
  /** Milliseconds after genesis at which this file was made: what came before it may have been forgotten [DAG-6]. */
  readonly bornMs: number
  readonly #lanes = new Map<number, LaneStore>()

  private constructor(database: Database<unknown>, bornMs: number) {
    this.#database = database
    this.bornMs = bornMs
  }

  /** Opens or makes the file. `nowMs` counts from genesis. Rejects E_DATA_LOCKED, E_DATA_UNUSABLE. */
  static async open(path: string, nowMs: number): Promise<AssetStore> {
    const database = await openDatabase<unknown>({ path, migrations: MIGRATIONS })
    const { handle } = database
    handle.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?)').run('born', Buffer.from(String(nowMs)))
    const row = handle.prepare('SELECT value FROM meta WHERE name = ?').get('born') as { value: Uint8Array }
    return new AssetStore(database, Number(Buffer.from(row.value).toString()))
  }

  /** The lane of a seat (null: observer) in a dag. Made if it is not there: then `beganMs`, when the epoch began in
   * milliseconds after genesis, decides whether it may propose. */
  lane(asset: AssetId, epoch: number, dag: DagId, seat: Seat | null, start: StoredStart, beganMs: number): LaneStore {
    const { handle } = this.#database
    handle
      .prepare(`INSERT OR IGNORE INTO lanes (asset, epoch, dag, seat, start, ready, proposes, created)
      VALUES (?, ?, ?, ?, ?, 0, ?, ?)`)
      .run(asset, epoch, dag, seat ?? OBSERVER, encode(startCodec, start), this.bornMs <= beganMs ? 1 : 0, Date.now())
    const row = handle.prepare('SELECT * FROM lanes WHERE dag = ? AND seat = ?').get(dag, seat ?? OBSERVER)
    return this.#open(row as LaneColumns)
  }

  /** Every lane of an asset, newest epoch first, members before observers. */
  lanesOf(asset: AssetId): readonly LaneStore[] {
    const rows = this.#database.handle
      .prepare('SELECT * FROM lanes WHERE asset = ? ORDER BY epoch DESC, seat DESC')
      .all(asset) as LaneColumns[]
    return rows.map(row => this.#open(row))
  }

  lanesOfDag(dag: DagId): readonly LaneStore[] {
    const rows = this.#database.handle
      .prepare('SELECT * FROM lanes WHERE dag = ? ORDER BY seat DESC')
      .all(dag) as LaneColumns[]
    return rows.map(row => this.#open(row))
  }

  /** Forgets a lane and everything in it. */
  dropLane(lane: LaneStore): void {
    const { handle } = this.#database
    const { id } = lane.row
    this.#lanes.delete(id)
    handle
      .transaction(() => {
        for (const table of [
          'blocks',
          'proposals',
          'commits',
          'steps',
          'receipts',
          'leaves',
          'statements',
          'closings',
          'certificates'
        ]) {
          handle.prepare(`DELETE FROM ${table} WHERE lane = ?`).run(id)
        }
        handle.prepare('DELETE FROM lanes WHERE id = ?').run(id)
      })
      .immediate()
  }

  /** Keeps an offence with a fresh salt before anything is sent. False if it is known. */
  addOffence(id: string, asset: AssetId, kind: string, claim: Uint8Array, height: number): boolean {
    const salt = bytesToHex(randomBytes(32))
    return (
      this.#database.handle
        .prepare('INSERT OR IGNORE INTO offences VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?)')
        .run(id, asset, kind, claim, salt, 'found', height, Date.now()).changes === 1
    )
  }

  setOffence(id: string, state: OffenceState, submission: string | null, height: number): void {
    this.#database.handle
      .prepare('UPDATE offences SET state = ?, submission = ?, height = ? WHERE id = ?')
      .run(state, submission, height, id)
  }

  offences(): readonly StoredOffence[] {
    const columns = 'id, asset, kind, claim, salt, state, submission, height'
    return this.#database.handle.prepare(`SELECT ${columns} FROM offences ORDER BY created`).all() as StoredOffence[]
  }

  beat(asset: AssetId, sequence: number, atMs: number): void {
    this.#database.handle
      .prepare(`INSERT INTO heartbeats VALUES (?, ?, ?)
      ON CONFLICT (asset) DO UPDATE SET sequence = excluded.sequence, at_ms = excluded.at_ms`)
      .run(asset, sequence, atMs)
  }

  heartbeats(): readonly { readonly asset: AssetId; readonly sequence: number; readonly atMs: number }[] {
    return this.#database.handle.prepare('SELECT asset, sequence, at_ms AS atMs FROM heartbeats').all() as {
      asset: AssetId
      sequence: number
      atMs: number
    }[]
  }

  async close(): Promise<void> {
    for (const lane of this.#lanes.values()) lane.flush()
    await this.#database.close()
  }

  #open(columns: LaneColumns): LaneStore {
    const known = this.#lanes.get(columns.id)
    if (known !== undefined) return known
    const start = decode(startCodec, columns.start, columns.start.length)
    const row: LaneRow = {
      id: columns.id,
      asset: columns.asset as AssetId,
      epoch: columns.epoch,
      dag: columns.dag as DagId,
      seat: columns.seat === OBSERVER ? null : columns.seat,
      start: present(start.ok ? start.value : undefined, 'the store holds what it was given'),
      mayPropose: columns.proposes === 1
    }
    const lane = new LaneStore(this.#database.handle, row, columns.ready === 1)
    this.#lanes.set(columns.id, lane)
    return lane
  }
}

/** The key of a receipt: 32 bytes of the instruction's id. */
export function receiptKey(instruction: Hash): Uint8Array {
  return hexToBytes(instruction)
}
