// name.login.* over JSON-RPC: the logins that a node serves under its own name [NAM-3].
// Whoever has one signed by that name may store it: the signature is the permission, checked
// against the name as it stands in the newest final state.
import { z } from 'zod'
import { encode } from '#contracts/codec/codec.ts'
import {
  checkLogin,
  decodeLoginRecord,
  LOGIN_RECORD_BYTES,
  type LoginRecord,
  loginRecordCodec
} from '#contracts/names/login.ts'
import { asName, type Name } from '#contracts/names/name.ts'
import { standingOf } from '#contracts/names/name-record.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'
import { RpcFailure, type RpcMethod, rpcMethod } from '../runtime/json-rpc-method.ts'
import { LOGINS_LISTED, type Logins } from '../store/logins.ts'

const name = z.string().max(63)
const recordHex = z
  .string()
  .max(2 * LOGIN_RECORD_BYTES)
  .regex(/^(?:[0-9a-f]{2})*$/, 'lower-case hexadecimal bytes')

/** The methods of a node with a name; one without has none of them. */
export function createLoginRpc(chain: BaseChain, logins: Logins): Readonly<Record<string, RpcMethod>> {
  return {
    'name.login.get': rpcMethod(
      {
        summary: 'The signed record of a login under the name of this node, hexadecimal, or null.',
        params: z.strictObject({ login: name }),
        result: recordHex.nullable(),
        errors: ['E_NAME_TEXT']
      },
      ({ login }) => {
        const record = logins.get(nameIn(login))
        return record === undefined ? null : hexOf(record)
      }
    ),
    'name.login.list': rpcMethod(
      {
        summary: 'Records of logins under this name, in order, after the given one.',
        params: z.strictObject({ after: name.default(''), limit: z.int().min(1).max(LOGINS_LISTED).default(100) }),
        result: z.object({ peer: name, records: z.array(recordHex) })
      },
      ({ after, limit }) => ({ peer: logins.peer, records: logins.list(after, limit).map(hexOf) })
    ),
    'name.login.put': rpcMethod(
      {
        summary: 'Stores a record that the name of this node has signed; a newer version replaces an older one.',
        params: z.strictObject({ record: recordHex }),
        result: z.object({ ok: z.literal(true) }),
        errors: ['E_LOGIN_NAME', 'E_LOGIN_PEER', 'E_LOGIN_EXPIRED', 'E_LOGIN_SIGNATURE', 'E_LOGIN_OLD', 'E_LOGIN_FULL']
      },
      async ({ record }) => {
        const decoded = decodeLoginRecord(hexToBytes(record))
        const stored = decoded.ok ? await storeLogin(chain, logins, decoded.value) : decoded
        if (!stored.ok) throw new RpcFailure(stored.code, stored.why)
        return { ok: true }
      }
    )
  }
}

/** Keeps a record if the node's name, as it stands in final state, signed it. */
export async function storeLogin(chain: BaseChain, logins: Logins, record: LoginRecord): Promise<Verdict<undefined>> {
  const { peer } = logins
  if (record.login.peer !== peer) return reject('E_LOGIN_NAME', `this node serves logins of ${peer}`)
  const [info, tip, found] = await Promise.all([
    chain.info(),
    chain.tip('final'),
    chain.read('names', { kind: 'name', name: peer })
  ])
  const leaf = found?.kind === 'name' ? found : null
  const standing = standingOf(leaf, tip.ticks, info.parameters.nameGraceTicks)
  const question = { genesis: info.genesis, login: record.login.login, peer, standing, ticks: tip.ticks }
  const checked = checkLogin(record, question)
  if (!checked.ok) return checked
  const stored = logins.put(record)
  return stored.ok ? accept() : stored
}

function nameIn(text: string): Name {
  const found = asName(text)
  if (found === undefined) throw new RpcFailure('E_NAME_TEXT', 'not a name')
  return found
}

function hexOf(record: LoginRecord): string {
  return bytesToHex(encode(loginRecordCodec, record))
}
