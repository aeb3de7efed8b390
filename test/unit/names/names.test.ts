// What a name's leaf means at a tick, logins and two-proof resolution, without any chain [NAM-2, NAM-3, NAM-5].
import { describe, expect, it } from 'vitest'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import { checkLogin, decodeLoginRecord, type Login, loginRecordCodec, signLogin } from '#contracts/names/login.ts'
import type { Name } from '#contracts/names/name.ts'
import {
  NO_TARGETS,
  nameCommitmentOf,
  namePriceOf,
  type NameRecord,
  nameRecordCodec,
  type NameStanding,
  standingOf
} from '#contracts/names/name-record.ts'
import { type ProvenName, type resolveName, resolveOnSidechain } from '#contracts/names/resolve.ts'
import { opinionCodec } from '#contracts/names/review.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'

const secretOf = (name: string): Uint8Array => hashBytes('test-key', asciiToBytes(name))
const [alice, bob, bank] = ['alice', 'bob', 'bank'].map(name => derivePublicKey(secretOf(name))) as never as [
  ReturnType<typeof derivePublicKey>,
  ReturnType<typeof derivePublicKey>,
  ReturnType<typeof derivePublicKey>
]
const GRACE = 10
const genesis = hashHex<GenesisHash>('test-chain')
const held: NameRecord = {
  owner: alice,
  targets: { ...NO_TARGETS, key: bank, nickname: 'Alice' },
  claimedAt: 3,
  expiresAt: 100,
  transfer: null,
  history: EMPTY_LOG
}

describe("a name's leaf [NAM-2]", () => {
  it('stands until it expires, for its owner alone through the grace, then for nobody', () => {
    expect(standingOf(held, 99, GRACE)).toMatchObject({ kind: 'held', owner: alice, expiresAt: 100 })
    expect(standingOf(held, 100, GRACE)).toEqual({ kind: 'grace', owner: alice })
    expect(standingOf(held, 109, GRACE)).toEqual({ kind: 'grace', owner: alice })
    expect(standingOf(held, 110, GRACE)).toEqual({ kind: 'free' })
    expect(standingOf(null, 0, GRACE)).toEqual({ kind: 'free' })
  })

  it('passes to the next owner when the delay is over, and then points to that owner alone', () => {
    const leaving: NameRecord = { ...held, transfer: { to: bob, at: 50 } }
    expect(standingOf(leaving, 49, GRACE)).toMatchObject({ owner: alice, targets: { key: bank, nickname: 'Alice' } })
    expect(standingOf(leaving, 50, GRACE)).toMatchObject({ owner: bob, targets: { ...NO_TARGETS, key: bob } })
    expect(standingOf(leaving, 100, GRACE)).toEqual({ kind: 'grace', owner: bob })
  })

  it('has one encoding', () => {
    const leaving: NameRecord = { ...held, transfer: { to: bob, at: 50 } }
    expect(decode(nameRecordCodec, encode(nameRecordCodec, leaving), 512)).toEqual({ ok: true, value: leaving })
  })

  it('is committed to by name, owner and salt, each of which matters', () => {
    const salt = hashHex('salt')
    const all = [
      nameCommitmentOf('alice' as Name, alice, salt),
      nameCommitmentOf('alicf' as Name, alice, salt),
      nameCommitmentOf('alice' as Name, bob, salt),
      nameCommitmentOf('alice' as Name, alice, hashHex('other'))
    ]
    expect(new Set(all).size).toBe(4)
  })

  it('costs more when it is short', () => {
    expect(['abc', 'abcd', 'abcde', 'abcdef', 'a'.repeat(63)].map(name => namePriceOf(name as Name, 2, 10n))).toEqual([
      1280n,
      320n,
      80n,
      20n,
      20n
    ])
  })
})

describe('a review [NAM-4]', () => {
  it('rates with 0 to 5 in up to 140 characters', () => {
    const fits = (rating: number, text: string): boolean => {
      try {
        return encode(opinionCodec, { kind: 'review', rating, words: { kind: 'text', text } }).length > 0
      } catch {
        return false
      }
    }
    expect(fits(5, 'x'.repeat(140))).toBe(true)
    expect(fits(6, '')).toBe(false)
    expect(fits(1, 'x'.repeat(141))).toBe(false)
    expect(fits(1, 'é')).toBe(false)
  })
})

describe('a login [NAM-3]', () => {
  const login: Login = { peer: 'bank' as Name, login: 'alice' as Name, key: alice, version: 1, notAfter: 50 }
  const standing: NameStanding = {
    kind: 'held',
    owner: bob,
    targets: { ...NO_TARGETS, key: bank },
    expiresAt: 100
  }
  const question = { genesis, login: 'alice' as Name, peer: 'bank' as Name, standing, ticks: 50 }
  const record = signLogin(secretOf('bank'), genesis, login)
  const codeOf = (verdict: ReturnType<typeof checkLogin>): string => (verdict.ok ? 'ok' : verdict.code)

  it("is believed under the key that the peer's name points to, or its owner's if it points to none", () => {
    expect(checkLogin(record, question)).toEqual({ ok: true, value: alice })
    const ownOnly: NameStanding = { kind: 'held', owner: bank, targets: NO_TARGETS, expiresAt: 100 }
    expect(checkLogin(record, { ...question, standing: ownOnly }).ok).toBe(true)
  })

  it('is refused for another login or peer, after its time, changed, under another chain or key', () => {
    expect(codeOf(checkLogin(record, { ...question, login: 'alicf' as Name }))).toBe('E_LOGIN_NAME')
    expect(codeOf(checkLogin(record, { ...question, peer: 'bamk' as Name }))).toBe('E_LOGIN_NAME')
    expect(codeOf(checkLogin(record, { ...question, ticks: 51 }))).toBe('E_LOGIN_EXPIRED')
    expect(codeOf(checkLogin({ ...record, login: { ...login, key: bob } }, question))).toBe('E_LOGIN_SIGNATURE')
    const other = hashHex<GenesisHash>('other-chain')
    expect(codeOf(checkLogin(record, { ...question, genesis: other }))).toBe('E_LOGIN_SIGNATURE')
    const byOwner = signLogin(secretOf('bob'), genesis, login)
    expect(codeOf(checkLogin(byOwner, question))).toBe('E_LOGIN_SIGNATURE')
    for (const nobody of [{ kind: 'free' }, { kind: 'grace', owner: bob }] as const)
      expect(codeOf(checkLogin(record, { ...question, standing: nobody }))).toBe('E_LOGIN_PEER')
  })

  it('fits its limit at its largest, and hostile bytes are refused', () => {
    const long = 'x'.repeat(63) as Name
    const most = Number.MAX_SAFE_INTEGER
    const largest = signLogin(secretOf('bank'), genesis, {
      peer: long,
      login: long,
      key: alice,
      version: most,
      notAfter: most
    })
    expect(decodeLoginRecord(encode(loginRecordCodec, largest)).ok).toBe(true)
    expect(decodeLoginRecord(Uint8Array.of(0x80)).ok).toBe(false)
    expect(decodeLoginRecord(new Uint8Array(1000)).ok).toBe(false)
  })
})

describe('name.sidechain [NAM-5]', () => {
  const side = hashHex<GenesisHash>('side-chain')
  const outer: ProvenName = {
    genesis,
    name: 'games' as Name,
    record: { ...held, targets: { ...NO_TARGETS, sidechain: side } },
    ticks: 20,
    graceTicks: GRACE
  }
  const inner: ProvenName = { genesis: side, name: 'alice' as Name, record: held, ticks: 99, graceTicks: GRACE }
  const codeOf = (verdict: ReturnType<typeof resolveName>): string => (verdict.ok ? 'ok' : verdict.code)

  it('resolves by a proof that the name is that chain, and one on that chain', () => {
    expect(resolveOnSidechain(outer, inner)).toEqual({
      ok: true,
      value: { owner: alice, targets: held.targets, expiresAt: 100 }
    })
  })

  it('is refused with a proof of another chain, a name of no chain, and either name stale or absent', () => {
    expect(codeOf(resolveOnSidechain(outer, { ...inner, genesis }))).toBe('E_NAME_CHAIN')
    expect(codeOf(resolveOnSidechain({ ...outer, record: held }, inner))).toBe('E_NAME_CHAIN')
    expect(codeOf(resolveOnSidechain({ ...outer, ticks: 100 }, inner))).toBe('E_NAME_EXPIRED')
    expect(codeOf(resolveOnSidechain({ ...outer, record: null }, inner))).toBe('E_NAME_FREE')
    expect(codeOf(resolveOnSidechain(outer, { ...inner, ticks: 100 }))).toBe('E_NAME_EXPIRED')
    expect(codeOf(resolveOnSidechain(outer, { ...inner, record: null }))).toBe('E_NAME_FREE')
  })
})
