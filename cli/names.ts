// Names as commands use them: proven from the genesis document that this machine trusts, where it has one; and logins, the
// wallets that a name's peer vouches for [NAM-2, NAM-3].
import { z } from 'zod'
import { readProvenName } from '#base-layer/index.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import {
  checkLogin,
  decodeLoginRecord,
  LOGIN_RECORD_BYTES,
  type LoginCode,
  type LoginRecord
} from '#contracts/names/login.ts'
import { asName, type Name } from '#contracts/names/name.ts'
import { type NameRecord, type NameStanding, standingOf } from '#contracts/names/name-record.ts'
import type { ResolvedName } from '#contracts/names/resolve.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey, Tick } from '#contracts/primitives/ids.ts'
import { reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { readGenesis } from './devnet/genesis-file.ts'
import { misuse, refused, unwrap } from './exit-codes.ts'
import { genesisClient } from './proofs.ts'
import type { Session } from './session.ts'

/** A name as it stands in final state. */
export interface KnownName {
  readonly name: Name
  readonly record: NameRecord | null
  readonly standing: NameStanding
  readonly ticks: Tick
  /** False: only the node says so, for there is no genesis document of this network here. */
  readonly proven: boolean
}

export type FoundName = ResolvedName & Pick<KnownName, 'proven'>

/** Answer of name.login.get, and an entry of name.login.list. */
export const LOGIN_HEX = z
  .string()
  .max(2 * LOGIN_RECORD_BYTES)
  .regex(/^(?:[0-9a-f]{2})*$/)

export function nameOf(text: string): Name {
  const name = asName(text)
  if (name === undefined) throw misuse('E_NAME_TEXT', `${text} is not a name: 3 to 63 of a-z, 0-9 and inner hyphens`)
  return name
}

/** Throws what is wrong with the node's proof. */
export async function readName({ chain, info, context }: Session, name: Name): Promise<KnownName> {
  const genesis = await readGenesis(context.settings.genesis.value)
  if (genesis.ok && genesisHashOf(genesis.value) === info.genesis) {
    const trusted = unwrap(genesisClient(genesis.value))
    const { record, ticks, graceTicks } = unwrap(await readProvenName(chain, trusted, name))
    return { name, record, standing: standingOf(record, ticks, graceTicks), ticks, proven: true }
  }
  context.output.note(
    'Not proven: there is no genesis document of this network here, so the node is believed (--genesis)'
  )
  const [found, { ticks }] = await Promise.all([chain.read('names', { kind: 'name', name }), chain.tip('final')])
  const record = found?.kind === 'name' ? found : null
  return { name, record, standing: standingOf(record, ticks, info.parameters.nameGraceTicks), ticks, proven: false }
}

/** What a name stands for. Throws E_NAME_FREE, E_NAME_EXPIRED, or what is wrong with the node's proof. */
export async function findName(session: Session, name: Name): Promise<FoundName> {
  const { standing, proven } = await readName(session, name)
  if (standing.kind === 'free') throw refused('E_NAME_FREE', `nobody holds the name ${name}`)
  if (standing.kind === 'grace') throw refused('E_NAME_EXPIRED', `the name ${name} has expired`)
  const { owner, targets, expiresAt } = standing
  return { owner, targets, expiresAt, proven }
}

/** The key behind `login@peer`, as a node serves its record: checked against the peer's name, whoever serves it. */
export async function findLogin(session: Session, peer: KnownName, login: Name, rpc: string): Promise<PublicKey> {
  const { name } = peer
  const found = LOGIN_HEX.nullable().safeParse(await askLogins(rpc, 'name.login.get', { login }, name))
  if (!found.success) throw refused('E_RPC_BAD_ANSWER', `${rpc} gave no login record`)
  if (found.data === null) throw refused('E_LOGIN_UNKNOWN', `${name} has no login ${login}`)
  return unwrap(checkedLogin(session, peer, login, unwrap(decodeLoginRecord(hexToBytes(found.data)))))
}

export function checkedLogin(
  { info }: Pick<Session, 'info'>,
  peer: KnownName,
  login: Name,
  record: LoginRecord
): Verdict<PublicKey, LoginCode> {
  if (peer.standing.kind === 'grace') return reject('E_LOGIN_PEER', `the name ${peer.name} has expired`)
  const { standing, ticks } = peer
  return checkLogin(record, { genesis: info.genesis, login, peer: peer.name, standing, ticks })
}

/** Asks the node that serves the logins of a peer. Throws E_LOGIN_NODE if this one serves none. */
export async function askLogins(rpc: string, method: string, params: object, peer: Name): Promise<unknown> {
  return await rpcCall(rpc, method, params).catch((error: unknown) => {
    const isOther = error instanceof Error && 'code' in error && error.code === 'E_NO_METHOD'
    throw isOther ? refused('E_LOGIN_NODE', `the node at ${rpc} serves no logins; ${peer}'s node does`) : error
  })
}
