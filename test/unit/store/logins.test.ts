// Logins under a node's own name: the newest version is kept, and only what that name signed [NAM-3].
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLoginRpc, storeLogin } from '#base-layer/client/login-methods.ts'
import type { BaseChain } from '#base-layer/index.ts'
import { type Logins, openLogins } from '#base-layer/store/logins.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import { type LoginRecord, loginRecordCodec, signLogin } from '#contracts/names/login.ts'
import type { Name } from '#contracts/names/name.ts'
import { NO_TARGETS } from '#contracts/names/name-record.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import { type Actor, actor } from '#test/support/chain-builder.ts'

const [bank, alice] = [actor('bank'), actor('alice')]
const genesis = hashHex<GenesisHash>('test-chain')
const peer = 'the-bank' as Name
const chain = {
  info: async () => ({ genesis, parameters: DEV_PARAMETERS }),
  tip: async () => ({ ticks: 40 }),
  read: async () => ({
    kind: 'name',
    owner: bank.key,
    targets: NO_TARGETS,
    claimedAt: 1,
    expiresAt: 300,
    transfer: null,
    history: EMPTY_LOG
  })
} as unknown as BaseChain

function recordOf(login: string, version = 1, by: Actor = bank, under = peer): LoginRecord {
  return signLogin(by.secret, genesis, { peer: under, login: login as Name, key: alice.key, version, notAfter: 90 })
}

let logins: Logins
beforeEach(async () => {
  logins = await openLogins(':memory:', peer)
})
afterEach(() => logins.close())

const codeOf = async (record: LoginRecord): Promise<string | undefined> => {
  const stored = await storeLogin(chain, logins, record)
  return stored.ok ? undefined : stored.code
}

describe('logins of a node', () => {
  it('are kept by version, the newest of each', async () => {
    expect(await codeOf(recordOf('alice', 2))).toBeUndefined()
    expect(await codeOf(recordOf('alice', 2))).toBe('E_LOGIN_OLD')
    expect(await codeOf(recordOf('alice', 1))).toBe('E_LOGIN_OLD')
    expect(await codeOf(recordOf('alice', 3))).toBeUndefined()
    expect(logins.get('alice' as Name)?.login.version).toBe(3)
    expect(logins.get('nobody' as Name)).toBeUndefined()
  })

  it('are only those that the name of this node signed', async () => {
    expect(await codeOf(recordOf('alice', 1, alice))).toBe('E_LOGIN_SIGNATURE')
    expect(await codeOf(recordOf('alice', 1, bank, 'other-bank' as Name))).toBe('E_LOGIN_NAME')
    expect(await codeOf({ ...recordOf('alice'), login: { ...recordOf('alice').login, notAfter: 39 } })).toBe(
      'E_LOGIN_EXPIRED'
    )
    expect(logins.list('', 10)).toEqual([])
  })

  it('are listed in order, some at a time', async () => {
    for (const login of ['carol', 'alice', 'bob']) await codeOf(recordOf(login))
    expect(logins.list('', 2).map(one => one.login.login)).toEqual(['alice', 'bob'])
    expect(logins.list('bob', 2).map(one => one.login.login)).toEqual(['carol'])
  })

  it('are served and taken over RPC', async () => {
    const methods = createLoginRpc(chain, logins)
    const call = (method: string, params: object): Promise<unknown> =>
      Promise.resolve().then(() => methods[method]?.call(params as never))
    const record = bytesToHex(encode(loginRecordCodec, recordOf('alice')))
    expect(await call('name.login.put', { record })).toEqual({ ok: true })
    await expect(call('name.login.put', { record })).rejects.toMatchObject({ code: 'E_LOGIN_OLD' })
    await expect(call('name.login.put', { record: '80' })).rejects.toMatchObject({ code: 'E_SCHEMA' })
    expect(await call('name.login.get', { login: 'alice' })).toBe(record)
    expect(await call('name.login.get', { login: 'carol' })).toBeNull()
    await expect(call('name.login.get', { login: 'Alice' })).rejects.toMatchObject({ code: 'E_NAME_TEXT' })
    expect(await call('name.login.list', { after: '', limit: 5 })).toEqual({ peer, records: [record] })
  })
})
