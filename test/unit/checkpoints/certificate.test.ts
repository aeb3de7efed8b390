import { describe, expect, it } from 'vitest'
import {
  CertificateCollector,
  checkCertificate,
  COLLECT_WINDOW,
  committeeKeysOf
} from '#asset-layer/checkpoints/certificate.ts'
import type { SignedStatement } from '#contracts/claims/claim.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { AssetId, DagId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Statement } from '#contracts/statements/statement.ts'
import { alice, call, fakeVerify, issuer, signedInstruction } from '../assets/fixtures.ts'
import { judge, seatFacts } from '../claims/fixtures.ts'
import { certify, Committee, COMMITTEE, signStatement } from '../execution/fixtures.ts'

const mint = (sequence: number) => signedInstruction(issuer, sequence, [call('mint', { to: alice, amount: 1n })])
const committee = new Committee()
const first = present(committee.commit(57, [mint(0)]).statement, 'a statement')
const second = present(committee.commit(58, [mint(1)]).statement, 'a statement')
const other = { ...first, postRoot: second.postRoot }
const signed = (seat: number, statement: Statement = first): SignedStatement => {
  return { statement, signature: signStatement(seat, statement) }
}

describe('a certificate [COM-6]', () => {
  it('is good with a quorum of distinct seats', () => {
    expect(checkCertificate(certify(first), COMMITTEE, fakeVerify)).toEqual({ ok: true, value: first })
    expect(checkCertificate(certify(first, [0, 1, 2, 3, 4, 5, 6]), COMMITTEE, fakeVerify).ok).toBe(true)
  })

  it.each([
    ['fewer signatures than a quorum', certify(first, [0, 1, 2, 3]), 'E_CERTIFICATE_QUORUM'],
    ['one seat twice', certify(first, [0, 1, 2, 3, 3]), 'E_STATEMENT_SEAT'],
    ['seats out of order', certify(first, [1, 0, 2, 3, 4]), 'E_STATEMENT_SEAT'],
    [
      'a seat that is none',
      { ...certify(first), signatures: [...certify(first).signatures, { seat: 7, signature: new Uint8Array(64) }] },
      'E_STATEMENT_SEAT'
    ],
    ['signatures of another statement', { ...certify(other), statement: first }, 'E_STATEMENT_SIGNATURE'],
    ['another asset', certify({ ...first, asset: hashHex<AssetId>('other') }), 'E_STATEMENT_COMMITTEE'],
    ['another epoch', certify({ ...first, epoch: 2 }), 'E_STATEMENT_COMMITTEE'],
    ['another dag', certify({ ...first, dag: hashHex<DagId>('other') }), 'E_STATEMENT_COMMITTEE']
  ])('is refused with %s', (_, certified, code) => {
    expect(checkCertificate(certified, COMMITTEE, fakeVerify)).toMatchObject({ ok: false, code })
  })

  it('needs a quorum of seats that still have something to lose; a slashed one counts for nothing, and spoils nothing', () => {
    const record = seatFacts(0).committee
    const seats = record.seats.map((seat, place) => ({ ...seat, slashed: place === 1 }))
    const { genesis, asset, epoch, dag } = COMMITTEE
    const keys = committeeKeysOf(genesis, asset, epoch, dag, { ...record, seats })
    expect(checkCertificate(certify(first, [0, 2, 3, 4, 5]), keys, fakeVerify).ok).toBe(true)
    expect(checkCertificate(certify(first, [0, 1, 2, 3, 4, 5]), keys, fakeVerify).ok).toBe(true)
    const short = checkCertificate(certify(first, [0, 1, 2, 3, 4]), keys, fakeVerify)
    expect(short).toMatchObject({ code: 'E_CERTIFICATE_QUORUM' })
  })
})

describe('the collector', () => {
  it('gives the certificate once, with the signature that makes the quorum, and keeps later ones', () => {
    const collector = new CertificateCollector(COMMITTEE, fakeVerify)
    for (const seat of [6, 5, 2, 1])
      expect(collector.add(seat, signed(seat))).toEqual({ kind: 'counted', certificate: undefined })
    const outcome = collector.add(0, signed(0))
    expect(outcome).toMatchObject({ kind: 'counted', certificate: { statement: first } })
    expect(
      outcome.kind === 'counted' && checkCertificate(present(outcome.certificate, ''), COMMITTEE, fakeVerify).ok
    ).toBe(true)
    expect(collector.add(3, signed(3))).toEqual({ kind: 'counted', certificate: undefined })
    expect(collector.certificateOf(1)?.signatures.map(({ seat }) => seat)).toEqual([0, 1, 2, 3, 5, 6])
  })

  it('does not count a seat twice', () => {
    const collector = new CertificateCollector(COMMITTEE, fakeVerify)
    expect(collector.add(0, signed(0)).kind).toBe('counted')
    for (let i = 0; i < 5; i++) expect(collector.add(0, signed(0))).toEqual({ kind: 'repeated' })
    expect(collector.certificateOf(1)).toBeUndefined()
  })

  it('does not mix signatures of different statements', () => {
    const collector = new CertificateCollector(COMMITTEE, fakeVerify)
    for (const seat of [0, 1, 2]) collector.add(seat, signed(seat))
    for (const seat of [3, 4, 5]) collector.add(seat, signed(seat, other))
    expect(collector.certificateOf(1)).toBeUndefined()
    collector.add(6, signed(6, other))
    expect(collector.certificateOf(1)).toBeUndefined()
  })

  it('proves a seat guilty that signs two statements of one commit', () => {
    const collector = new CertificateCollector(COMMITTEE, fakeVerify)
    collector.add(0, signed(0))
    const outcome = collector.add(0, signed(0, other))
    expect(outcome).toMatchObject({ kind: 'evidence', claim: { kind: 'equivocation', seat: 0 } })
    expect(outcome.kind === 'evidence' && judge(outcome.claim, seatFacts(0)).kind).toBe('guilty')
  })

  it('proves a seat guilty that contradicts its newest statement', () => {
    const collector = new CertificateCollector(COMMITTEE, fakeVerify)
    collector.add(0, signed(0, second))
    const outcome = collector.add(0, signed(0, { ...first, stepCount: 9 }))
    expect(outcome).toMatchObject({ kind: 'evidence', claim: { kind: 'contradiction' } })
    expect(outcome.kind === 'evidence' && judge(outcome.claim, seatFacts(0)).kind).toBe('guilty')
    expect(collector.certificateOf(1)).toBeUndefined()
  })

  it.each([
    ['a forged signature', 0, signed(1), 'E_STATEMENT_SIGNATURE'],
    ['a seat that is none', 7, signed(0), 'E_STATEMENT_SEAT'],
    ['another committee', 0, signed(0, { ...first, epoch: 2 }), 'E_STATEMENT_COMMITTEE'],
    ['a commit far ahead', 0, signed(0, { ...first, commitIndex: COLLECT_WINDOW }), 'E_STATEMENT_WINDOW']
  ])('refuses %s', (_, seat, statement, code) => {
    expect(new CertificateCollector(COMMITTEE, fakeVerify).add(seat, statement)).toMatchObject({
      kind: 'refused',
      code
    })
  })

  it('forgets what lies below a commit and refuses it from then on', () => {
    const collector = new CertificateCollector(COMMITTEE, fakeVerify)
    for (const seat of [0, 1, 2, 3, 4]) collector.add(seat, signed(seat))
    collector.forgetBelow(2)
    expect(collector.certificateOf(1)).toBeUndefined()
    expect(collector.add(5, signed(5))).toMatchObject({ code: 'E_STATEMENT_WINDOW' })
    expect(collector.add(5, signed(5, second)).kind).toBe('counted')
  })
})
