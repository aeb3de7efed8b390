// params.propose and params.approve: changing what may be changed of the parameters [GOV-3]. Authority: propose, the
// chief; approve, the member of the board.
import { amount, bool, type Decoded, hex32, list, record, text } from '../../codec/codec.ts'
import type { PublicKey, TransactionId } from '../../primitives/ids.ts'

/** No set has more parameters. */
export const CHANGES_MAX = 64

/** A field of the parameters by its name, and its new value. Those that never change are refused by the rules. */
export const parameterChangeCodec = record({ parameter: text(32), value: amount() })
export type ParameterChange = Decoded<typeof parameterChangeCodec>
export const parameterChangesCodec = list(parameterChangeCodec, CHANGES_MAX, 1)

export const paramsProposeCodec = record({ chief: hex32<PublicKey>(), changes: parameterChangesCodec })
export type ParamsPropose = Decoded<typeof paramsProposeCodec>

export const paramsApproveCodec = record({
  member: hex32<PublicKey>(),
  /** The transaction that proposed it. */
  proposal: hex32<TransactionId>(),
  /** False takes an approval back. */
  approves: bool
})
export type ParamsApprove = Decoded<typeof paramsApproveCodec>
