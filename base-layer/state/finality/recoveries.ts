// Recovered periods as a chain's state holds them [FIN-9]: the body of each file that a block carried, by its
// id, and the table of whichever period finality is in.
import type { Hash } from '#contracts/primitives/ids.ts'
import { type Decoded, hex32, list, record, uint } from '#contracts/codec/codec.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'
import { recoveredTable, recoveryBodyCodec } from '#contracts/statements/recovery.ts'

/** Files of one chain: each took more than half of a table to sign. */
export const RECOVERIES_MAX = 1024

export const recoveryRecordCodec = record({
  body: recoveryBodyCodec,
  /** The period that finality was in. */
  instead: uint(),
  /** Height of the block that carried it. */
  at: uint()
})
export type RecoveryRecord = Decoded<typeof recoveryRecordCodec>

/** Ids of all files that the chain carried, the oldest first: named in every answer of a node. */
export const recoveriesCodec = list(hex32<Hash>(), RECOVERIES_MAX)

const assembled = new WeakMap<object, PeriodTable>()

/** True if finality passed over a period because a file took its place and that of later ones. */
export function isPassedOver({ body, instead }: RecoveryRecord, period: number): boolean {
  return instead <= period && period < body.period
}

/** The table of a record, assembled once. */
export function tableOfRecord(recordOf: RecoveryRecord): PeriodTable {
  let table = assembled.get(recordOf.body)
  if (table === undefined) {
    table = recoveredTable(recordOf.body)
    assembled.set(recordOf.body, table)
  }
  return table
}
