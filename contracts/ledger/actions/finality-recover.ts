// finality.recover: a recovery file, which puts a new table in the place of one that cannot reach two thirds [FIN-9].
// The file is a statement, defined above the ledger, and travels as bytes.
import { bytes, type Decoded, record } from '../../codec/codec.ts'

/** What a transaction leaves beside its inputs and outputs. */
const FILE_BYTES = 88 * 1024

export const finalityRecoverCodec = record({ file: bytes(FILE_BYTES) })
export type FinalityRecover = Decoded<typeof finalityRecoverCodec>
