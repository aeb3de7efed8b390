// Who is meant by what a person typed as a payee, and how that is known: shown before anything is paid.
import { isPunycode, type Name, parseWrittenName } from '#contracts/names/name.ts'
import { isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { misuse, refused } from './exit-codes.ts'
import { findLogin, findName, readName } from './names.ts'
import { resolveKey, type Session } from './session.ts'
import { publicKeyOf } from './wallets.ts'

export interface Payee {
  readonly key: PublicKey
  /** In words. */
  readonly how: string
  /** The name that was followed, if one was. */
  readonly name?: Name
}

/** `loginNode`: RPC of the node that serves a login's record; default the one of the settings. */
export interface PayeeSettings {
  readonly loginNode?: string
}

/**
 * A key, an address, a wallet here, a name of the chain or login@peer, in this order. Throws E_ADDRESS_..., E_NAME_... or
 * E_LOGIN_...
 */
export async function resolvePayee(
  session: Session,
  text: string,
  { loginNode = session.context.settings.rpc.value }: PayeeSettings = {}
): Promise<Payee> {
  const isAddress = text.startsWith(`${session.info.prefix}1`)
  const isWallet = (await publicKeyOf(session.context, text)) !== undefined
  if (isHex32(text)) return { key: await resolveKey(session, text), how: 'a key as typed' }
  if (isAddress || isWallet) {
    return { key: await resolveKey(session, text), how: isAddress ? 'an address of this network' : 'a wallet here' }
  }
  const written = parseWrittenName(text)
  if (written === undefined) {
    throw misuse('E_ADDRESS_FORMAT', `${text} is neither an address, nor a wallet here, nor a name`)
  }
  if (written.kind === 'sidechain') {
    throw refused('E_NAME_KIND', `this wallet cannot follow ${text} yet: ask for a name or an address`)
  }
  if (written.kind === 'login') {
    const { login, peer } = written
    const known = await readName(session, peer)
    if (known.standing.kind === 'free') throw refused('E_NAME_FREE', `nobody holds the name ${peer}`)
    const key = await findLogin(session, known, login, loginNode)
    return { key, how: `the login ${text}, signed by ${peer}${sayProven(known.proven)}${warningOf(peer)}` }
  }
  const { targets, proven } = await findName(session, written.name)
  if (targets.key === null) throw refused('E_NAME_PAYEE', `the name ${text} points to no key`)
  const nickname = targets.nickname === null ? '' : `, who calls itself "${targets.nickname}"`
  const how = `the name ${text}${nickname}${sayProven(proven)}${warningOf(written.name)}`
  return { key: targets.key, how, name: written.name }
}

function sayProven(proven: boolean): string {
  return proven ? ', proven' : ', as the node says'
}

function warningOf(name: Name): string {
  return isPunycode(name) ? ', written in letters that may look like others' : ''
}
