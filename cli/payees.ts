// Who is meant by what a person typed as a payee, and how that is known: shown before anything is paid.
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { isHex32 } from '#contracts/primitives/ids.ts'
import { resolveKey, type Session } from './session.ts'

export interface Payee {
  readonly key: PublicKey
  /** In words. */
  readonly how: string
}

/** Throws E_ADDRESS_... or E_NAME_... if nobody is meant. */
export async function resolvePayee(session: Session, text: string): Promise<Payee> {
  const key = await resolveKey(session, text)
  if (isHex32(text)) return { key, how: 'a key as typed' }
  return { key, how: text.startsWith(`${session.info.prefix}1`) ? 'an address of this network' : 'a wallet here' }
}
