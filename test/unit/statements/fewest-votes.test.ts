import { describe, expect, it } from 'vitest'
import { hashHex } from '#contracts/crypto/hash.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { checkCertificateWeight, fewestVotes } from '#contracts/statements/certificate.ts'
import type { PeriodTable } from '#contracts/statements/period-table.ts'
import type { Certificate } from '#contracts/statements/vote.ts'

const keyOf = (name: string): PublicKey => hashHex('test-key', asciiToBytes(name)) as string as PublicKey

function tableOf(weights: Readonly<Record<string, bigint>>): PeriodTable {
  const entries = Object.entries(weights)
    .map(([name, weight]) => ({ peer: keyOf(name), vrfKey: keyOf(`${name} vrf`), weight }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  const total = entries.reduce((sum, entry) => sum + entry.weight, 0n)
  const byPeer = new Map(entries.map(entry => [entry.peer, entry]))
  return {
    period: 0,
    recovery: null,
    seed: hashHex<Hash>('seed'),
    seeded: true,
    total,
    entries,
    byPeer,
    silent: new Set()
  }
}

function certificateBy(...names: readonly string[]): Certificate {
  const root = { epoch: 0, height: 0, id: hashHex('root') }
  const target = { epoch: 1, height: 3, id: hashHex('target') }
  const votes = names
    .map(name => ({ peer: keyOf(name), signature: new Uint8Array(64) }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  return { vote: { period: 0, recovery: null, root, source: root, target }, votes }
}

const votersOf = (certificate: Certificate): readonly string[] => certificate.votes.map(one => one.peer)
const P = { lag: 10, period: 32 }

describe('the certificate a wallet is given [PRF-7]', () => {
  const table = tableOf({ ada: 40n, ben: 30n, cleo: 20n, dan: 10n })

  it('leaves out votes carried for standing alone, which a wallet cannot place [POS-9]', () => {
    const carried = certificateBy('ada', 'ben', 'cleo', 'hana')
    expect(checkCertificateWeight(table, carried, P)).toMatchObject({ ok: false, code: 'E_CERTIFICATE_STRANGER' })
    const given = fewestVotes(table, carried)
    expect(votersOf(given)).not.toContain(keyOf('hana'))
    expect(checkCertificateWeight(table, given, P).ok).toBe(true)
  })

  it('holds the fewest votes that pass two thirds, largest first, in order of peer', () => {
    const given = fewestVotes(table, certificateBy('ada', 'ben', 'cleo', 'dan'))
    expect(new Set(votersOf(given))).toEqual(new Set([keyOf('ada'), keyOf('ben')]))
    expect(votersOf(given)).toEqual([...votersOf(given)].sort())
  })

  it('passes two thirds, not just reaches them [FIN-1]', () => {
    const even = tableOf({ ada: 1n, ben: 1n, cleo: 1n })
    expect(fewestVotes(even, certificateBy('ada', 'ben', 'cleo')).votes).toHaveLength(3)
  })

  it('does not make a quorum of what is none', () => {
    const none = certificateBy('cleo', 'dan', 'hana')
    expect(fewestVotes(table, none)).toEqual(none)
  })
})
