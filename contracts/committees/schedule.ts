// When an epoch of a committee begins and ends [COM-4, CKP-1].
import type { Parameters } from '../ledger/parameters.ts'
import type { Height } from '../primitives/ids.ts'
import type { CommitteeRecord } from './committee-record.ts'

type Lengths = Pick<Parameters, 'epoch' | 'margin'>

/** Height from which a commit closes the epoch: where the next one begins if its source is in time. */
export function boundaryOf({ source }: Pick<CommitteeRecord, 'source'>, { epoch, margin }: Lengths): Height {
  return source + epoch + margin
}
