// chief.nominate: a member of the board says whom it wants as chief [GOV-2]. Authority: the member.
import { type Decoded, hex32, nullable, record } from '../../codec/codec.ts'
import type { PublicKey } from '../../primitives/ids.ts'

export const chiefNominateCodec = record({
  member: hex32<PublicKey>(),
  /** A member of the board; null takes the nomination back. Replaces what the member said before. */
  candidate: nullable(hex32<PublicKey>())
})
export type ChiefNominate = Decoded<typeof chiefNominateCodec>
