import { describe, expect, it } from 'vitest'
import type { Claim, SeatClaim, SignedStatement } from '#contracts/claims/claim.ts'
import { claimTargetOf, decodeClaim, encodeClaim } from '#contracts/claims/claim.ts'
import { buildContradictionClaim, type SignedTrace } from '#contracts/claims/build.ts'
import { showLeaf, traceLogOf } from '#contracts/claims/shown-leaf.ts'
import type { TraceLeaf } from '#contracts/assets/trace.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { contradictionOf } from '#contracts/claims/contradiction.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage, verifySignature } from '#contracts/crypto/signature.ts'
import type { DagId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import {
  type DagHeader,
  dagHeaderSigningBytes,
  genesisHeaders,
  dagRefOf,
  dagDigest,
  type SignedDagHeader
} from '#contracts/statements/dag-header.ts'
import { type Statement, statementSigningBytes } from '#contracts/statements/statement.ts'
import { ASSET, fakeSign, GENESIS, nth, expectValue } from '../assets/fixtures.ts'
import { DAG, FIRST, SEATS, signStatement } from '../execution/fixtures.ts'
import { judge, seatFacts } from './fixtures.ts'

const root = (n: number): Hash => hashHex('test-root', Uint8Array.of(n))
const seat = 3
const fields = { asset: ASSET, epoch: 1, dag: DAG, seat }
const otherDag = root(99) as string as DagId

const base: Statement = {
  asset: ASSET,
  epoch: 1,
  dag: DAG,
  commitIndex: 5,
  sequence: 2,
  previous: FIRST,
  engine: 1,
  baseHeight: 60,
  logConsumed: 0,
  firstStep: 10,
  stepCount: 4,
  traceRoot: root(1),
  preRoot: root(2),
  postRoot: root(3),
  exitCount: 0,
  exitsRoot: root(4),
  outboxRoot: root(5),
  closes: 'open'
}

function signed(changes: Partial<Statement>, by = seat): SignedStatement {
  const statement = { ...base, ...changes }
  return { statement, signature: signStatement(by, statement) }
}

function header(changes: Partial<DagHeader>, by = seat): SignedDagHeader {
  const ancestors = genesisHeaders(DAG, 7).map(genesis => dagRefOf({ header: genesis, digest: dagDigest(genesis) }))
  const value = {
    dag: DAG,
    round: 1,
    author: seat,
    ancestors,
    bodyHash: root(6),
    bodyBytes: 1,
    baseHeight: 60,
    ...changes
  }
  return { header: value, signature: fakeSign(nth(SEATS, by), dagHeaderSigningBytes(GENESIS, value)) }
}

const statements = (first: SignedStatement, second: SignedStatement): SeatClaim => {
  return { kind: 'equivocation', ...fields, twins: { kind: 'statements', first, second } }
}
const headers = (first: SignedDagHeader, second: SignedDagHeader): SeatClaim => {
  return { kind: 'equivocation', ...fields, twins: { kind: 'headers', first, second } }
}
const contradiction = (first: SignedStatement, second: SignedStatement): SeatClaim => {
  return { kind: 'contradiction', ...fields, first, second, shown: null }
}
const kindOf = (claim: Claim, at = seat) => {
  const judgement = judge(claim, seatFacts(at))
  return judgement.kind === 'malformed' ? judgement.code : judgement.kind
}

describe('equivocation [DAG-7]', () => {
  it('convicts a seat of two statements of one commit', () => {
    const claim = statements(signed({}), signed({ postRoot: root(9) }))
    expect(judge(claim, seatFacts(seat))).toEqual({
      kind: 'guilty',
      seats: [seat],
      why: 'two statements of one commit'
    })
  })

  it('convicts a seat of two headers of one round', () => {
    const claim = headers(header({}), header({ bodyHash: root(7) }))
    expect(judge(claim, seatFacts(seat))).toEqual({ kind: 'guilty', seats: [seat], why: 'two headers of one round' })
  })

  it.each([
    ['the same statement twice', statements(signed({}), signed({}))],
    ['statements of two commits', statements(signed({}), signed({ commitIndex: 6, stepCount: 5 }))],
    ['the same header twice', headers(header({}), header({}))],
    ['one header signed twice', headers(header({}), { ...header({}), signature: new Uint8Array(64) })],
    ['headers of two rounds', headers(header({}), header({ round: 2 }))]
  ])('does not convict for %s', (_, claim) => {
    expect(kindOf(claim)).toBe('not-guilty')
  })

  it.each([
    ['a forged statement', statements(signed({}), signed({ postRoot: root(9) }, 4)), 'E_CLAIM_SIGNATURE'],
    ['a forged first statement', statements(signed({ postRoot: root(9) }, 4), signed({})), 'E_CLAIM_SIGNATURE'],
    ['a forged header', headers(header({}), header({ bodyHash: root(7) }, 4)), 'E_CLAIM_SIGNATURE'],
    ['statements across dags [CKP-1]', statements(signed({}), signed({ dag: otherDag })), 'E_CLAIM_TARGET'],
    ['statements across epochs', statements(signed({}), signed({ epoch: 2 })), 'E_CLAIM_TARGET'],
    [
      'headers of another dag',
      headers(header({ dag: otherDag }), header({ dag: otherDag, bodyHash: root(7) })),
      'E_CLAIM_TARGET'
    ],
    [
      'headers of another seat',
      headers(header({ author: 4 }, 4), header({ author: 4, bodyHash: root(7) }, 4)),
      'E_CLAIM_TARGET'
    ]
  ])('finds %s malformed', (_, claim, code) => {
    expect(kindOf(claim)).toBe(code)
  })

  it('is judged against its own target alone', () => {
    const claim = statements(signed({}), signed({ postRoot: root(9) }))
    expect(kindOf(claim, 4)).toBe('E_CLAIM_TARGET')
    expect(kindOf({ ...claim, seat: 60 } as SeatClaim, 60)).toBe('E_CLAIM_SEAT')
    expect(kindOf({ ...claim, epoch: 2 } as SeatClaim)).toBe('E_CLAIM_TARGET')
  })

  it('survives its encoding', () => {
    const claims = [
      statements(signed({}), signed({ postRoot: root(9) })),
      headers(header({}), header({ bodyHash: root(7) }))
    ]
    for (const claim of claims) {
      expect(kindOf(expectValue(decodeClaim(encodeClaim(claim))))).toBe('guilty')
      expect(claimTargetOf(claim)).toEqual({ kind: 'seat', ...fields })
    }
  })

  it('is proven under real keys [SIG-1]', () => {
    const secret = new Uint8Array(32).fill(7)
    const key = derivePublicKey(secret)
    const sign = (statement: Statement) => ({
      statement,
      signature: signMessage(secret, statementSigningBytes(GENESIS, statement))
    })
    const facts = seatFacts(seat)
    const committee = {
      ...facts.committee,
      seats: facts.committee.seats.map(one => ({ ...one, validator: key as PublicKey }))
    }
    const claim = statements(sign(base), sign({ ...base, stepCount: 3 }))
    expect(judgeClaim(claim, { ...facts, committee }, verifySignature).kind).toBe('guilty')
    expect(judgeClaim(claim, facts, verifySignature)).toMatchObject({ code: 'E_CLAIM_SIGNATURE' })
  })
})

describe('contradiction [DAG-7]', () => {
  const later = { commitIndex: 6 }
  const cases: readonly (readonly [string, Partial<Statement>, Partial<Statement>])[] = [
    ['a statement above one that closes its epoch', { closes: 'epoch' }, { ...later, sequence: 3 }],
    ['a lower sequence at a higher commit', {}, { ...later, sequence: 1 }],
    ['a statement of a sequence above one that closes it', { closes: 'interval' }, { ...later, stepCount: 5 }],
    ['fewer steps at a higher commit', {}, { ...later, stepCount: 3 }],
    ['two roots before the first step', {}, { ...later, stepCount: 5, preRoot: root(9) }],
    ['two roots after the same number of steps', {}, { ...later, postRoot: root(9) }],
    ['two leaves at one index', {}, { ...later, traceRoot: root(9) }]
  ]
  it.each(cases)('convicts a seat of %s, in either order', (why, first, second) => {
    for (const pair of [
      [signed(first), signed(second)],
      [signed(second), signed(first)]
    ]) {
      expect(judge(contradiction(nth(pair, 0), nth(pair, 1)), seatFacts(seat))).toEqual({
        kind: 'guilty',
        seats: [seat],
        why
      })
    }
  })

  it.each([
    ['more steps at a higher commit', {}, { ...later, stepCount: 5, postRoot: root(9), traceRoot: root(8) }],
    ['the same steps at a higher commit', {}, { ...later, closes: 'interval' }],
    [
      'the next sequence after one that closes',
      { closes: 'cap' },
      { ...later, sequence: 3, preRoot: root(3), stepCount: 1 }
    ],
    ['a statement below one that closes its epoch', {}, { ...later, closes: 'epoch' }],
    ['two statements of one commit, which is equivocation', {}, { stepCount: 3 }]
  ] as const)('does not convict for %s', (_, first, second) => {
    expect(kindOf(contradiction(signed(first), signed(second)))).toBe('not-guilty')
  })

  it('is never found across dags', () => {
    expect(contradictionOf({ ...base, closes: 'epoch' }, { ...base, commitIndex: 6, dag: otherDag })).toBeUndefined()
  })

  it('needs both signatures', () => {
    expect(kindOf(contradiction(signed({}), signed({ ...later, stepCount: 3 }, 4)))).toBe('E_CLAIM_SIGNATURE')
  })
})

describe('contradiction by what two traces hold [DAG-7]', () => {
  const leafAt = (place: number, tone = place): TraceLeaf => {
    return {
      index: base.firstStep + place,
      inputHash: root(100 + tone),
      inputLength: 10,
      root: root(150 + tone),
      effectsHash: root(200)
    }
  }
  const traceOf = (leaves: readonly TraceLeaf[], changes: Partial<Statement>): SignedTrace => {
    const traceRoot = bytesToHex(traceLogOf(leaves).root()) as Hash
    const postRoot = nth(leaves, leaves.length - 1).root
    return { ...signed({ stepCount: leaves.length, traceRoot, postRoot, ...changes }), leaves }
  }
  const accepted = traceOf([leafAt(0), leafAt(1), leafAt(2)], {})
  const later = { commitIndex: 6, closes: 'interval' } as const
  /** A longer trace, true in itself, in which another step took the place of an accepted one. */
  const takenBack = traceOf([leafAt(0), leafAt(9), leafAt(2), leafAt(3)], later)

  it('convicts a seat that took back an accepted step in a longer trace, in either order', () => {
    expect(contradictionOf(accepted.statement, takenBack.statement)).toBeUndefined()
    for (const [one, other] of [
      [accepted, takenBack],
      [takenBack, accepted]
    ] as const) {
      const claim = expectValue(buildContradictionClaim(fields, one, other))
      expect(claim.shown?.place).toBe(1)
      expect(judge(claim, seatFacts(seat))).toMatchObject({ kind: 'guilty', seats: [seat] })
      expect(kindOf(expectValue(decodeClaim(encodeClaim(claim))))).toBe('guilty')
    }
  })

  it('convicts of two leaves with one root, whose effects differ', () => {
    const other = traceOf([leafAt(0), { ...leafAt(1), effectsHash: root(201) }, leafAt(2), leafAt(3)], later)
    const claim = expectValue(buildContradictionClaim(fields, accepted, other))
    expect(judge(claim, seatFacts(seat))).toMatchObject({ kind: 'guilty', why: 'two leaves at one index' })
  })

  it('convicts of a postRoot that a longer trace denies, without the leaves of the shorter one', () => {
    const denied = traceOf([leafAt(0), leafAt(1), leafAt(2)], { postRoot: root(77) })
    const longer = traceOf([leafAt(0), leafAt(1), leafAt(2), leafAt(3)], later)
    const claim = expectValue(buildContradictionClaim(fields, denied, longer))
    expect(claim.shown).toMatchObject({ place: 2, first: null })
    expect(judge(claim, seatFacts(seat))).toMatchObject({ why: 'two roots after the same number of steps' })
  })

  it('never convicts a trace that only grew', () => {
    const grown = traceOf([leafAt(0), leafAt(1), leafAt(2), leafAt(3)], later)
    expect(buildContradictionClaim(fields, accepted, grown).ok).toBe(false)
    for (let place = 0; place < 3; place++) {
      const shown = {
        place,
        first: showLeaf(accepted.leaves, traceLogOf(accepted.leaves), place) ?? null,
        second: showLeaf(grown.leaves, traceLogOf(grown.leaves), place) ?? null
      }
      expect(kindOf({ ...contradiction(accepted, grown), shown } as Claim)).toBe('not-guilty')
      expect(kindOf({ ...contradiction(accepted, grown), shown: { ...shown, place: place + 1 } } as Claim)).toBe(
        'E_CLAIM_LEAF'
      )
    }
    const last = showLeaf(grown.leaves, traceLogOf(grown.leaves), 2) ?? null
    expect(kindOf({ ...contradiction(accepted, grown), shown: { place: 2, first: null, second: last } } as Claim)).toBe(
      'not-guilty'
    )
    expect(kindOf({ ...contradiction(accepted, grown), shown: { place: 2, first: last, second: null } } as Claim)).toBe(
      'E_CLAIM_LEAF'
    )
  })

  it('finds leaves of another trace malformed, and judges neither other sequences, nor commits, nor forgeries', () => {
    const claim = expectValue(buildContradictionClaim(fields, accepted, takenBack))
    const swapped = { place: 1, first: claim.shown?.second ?? null, second: claim.shown?.first ?? null }
    expect(kindOf({ ...claim, shown: swapped })).toBe('E_CLAIM_LEAF')
    const nextOne = traceOf(takenBack.leaves, { ...later, sequence: 3 })
    expect(kindOf({ ...claim, second: { statement: nextOne.statement, signature: nextOne.signature } })).toBe(
      'not-guilty'
    )
    const statement = takenBack.statement
    const forged = { statement, signature: signStatement(4, statement) }
    expect(kindOf({ ...claim, second: forged })).toBe('E_CLAIM_SIGNATURE')
  })
})
