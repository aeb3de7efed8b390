// Who a guard file belongs to and what befell it [FIN-7]: the key, a random id that the chain's file knows, the file's
// place on the disk, and a loss. Read and written by the vote guard alone.
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { type Decoded, decode, encode, hex32, nullable, record, text, uint } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import type { Database } from '../runtime/database.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { Fault } from './guard-loss.ts'
import type { GuardTables } from './guard-schema.ts'

const identityCodec = record({
  key: hex32<PublicKey>(),
  id: hex32<Hash>(),
  /** The file's inode and birth: a copy has others, and may be older than what the key has signed since. */
  place: text(32),
  /** Nothing is signed before this time, milliseconds after genesis. */
  maySignFromMs: uint(),
  /** In periods up to `period` no vote from a source before `epoch`. */
  loss: nullable(record({ period: uint(), epoch: uint() }))
})
export type GuardIdentity = Decoded<typeof identityCodec>

/** A new identity with a new random id, in the place of any other; what rows say stays and still binds. */
export function writeNewIdentity(database: Database<GuardTables>, key: PublicKey, fault: Fault): void {
  const id = bytesToHex(randomBytes(32)) as Hash
  const identity = encode(identityCodec, { key, id, place: placeOf(database.path), ...fault })
  database.handle
    .transaction(() => {
      database.handle.exec('DELETE FROM guard')
      database.handle.prepare('INSERT INTO guard VALUES (1, ?, 0)').run(identity)
    })
    .immediate()
}

/** The same identity with what befell it since. */
export function amendIdentity(database: Database<GuardTables>, changes: Partial<GuardIdentity>): void {
  const identity = readIdentity(database)
  if (identity === undefined) throw new RuntimeError('E_DATA_UNUSABLE', 'the guard file lost its identity')
  const bytes = encode(identityCodec, { ...identity, ...changes })
  database.handle.prepare('UPDATE guard SET identity = ?').run(bytes)
}

export function readIdentity(database: Database<GuardTables>): GuardIdentity | undefined {
  const row = database.handle.prepare('SELECT identity FROM guard').get() as
    | { readonly identity: Uint8Array }
    | undefined
  if (row === undefined) return undefined
  const decoded = decode(identityCodec, row.identity, 1024)
  if (!decoded.ok) throw new RuntimeError('E_DATA_UNUSABLE', `the guard file is damaged: ${decoded.why}`)
  return decoded.value
}

/** Changes when a file is copied or restored, not when its process ends, however it ends. */
export function placeOf(path: string): string {
  if (path === ':memory:') return 'memory'
  const { ino, birthtimeNs, ctimeNs } = statSync(path, { bigint: true })
  // Where the disk keeps no time of birth, the time of the last change may stand for it.
  return birthtimeNs === 0n || birthtimeNs === ctimeNs
    ? ino.toString(36)
    : `${ino.toString(36)}.${birthtimeNs.toString(36)}`
}
