// name.update, name.transfer, name.renew: what the owner of a name may do with it [NAM-2]. Each names the owner, who is
// its authority, so that who must sign does not depend on the tick at which a transfer takes effect.
import { type Decoded, hex32, nullable, record, uint } from '../../codec/codec.ts'
import { nameCodec } from '../../names/name.ts'
import { NAME_TERMS_MAX, nameTargetsCodec } from '../../names/name-record.ts'
import type { PublicKey } from '../../primitives/ids.ts'

const owned = { name: nameCodec, owner: hex32<PublicKey>() }

/** Replaces all of what the name points to. */
export const nameUpdateCodec = record({ ...owned, targets: nameTargetsCodec })
export type NameUpdate = Decoded<typeof nameUpdateCodec>

/** To the next owner after NAME_TRANSFER ticks; null revokes the transfer on its way. */
export const nameTransferCodec = record({ ...owned, to: nullable(hex32<PublicKey>()) })
export type NameTransfer = Decoded<typeof nameTransferCodec>

export const nameRenewCodec = record({ ...owned, terms: uint(NAME_TERMS_MAX) })
export type NameRenew = Decoded<typeof nameRenewCodec>
