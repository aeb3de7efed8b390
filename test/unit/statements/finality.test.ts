// What a peer may sign, what counts, and what convicts it: votes, certificates, acknowledgements, proposals.
import { describe, expect, it } from 'vitest'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { EVIDENCE_BYTES } from '#contracts/ledger/actions/evidence-post.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import {
  type Acknowledgement,
  acknowledgementSigningBytes,
  deriveDigest,
  derivePieceAt,
  PIECE_BYTES
} from '#contracts/statements/acknowledgement.ts'
import { type BlockHeader, headerSigningBytes, type SignedHeader } from '#contracts/statements/block.ts'
import { checkCertificate, checkVote } from '#contracts/statements/certificate.ts'
import { checkEvidence, type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import { lastHeightOf, type PeriodTable, periodOf } from '#contracts/statements/period-table.ts'
import {
  type Certificate,
  contradicts,
  type FinalityPoint,
  mayVote,
  type SignedVote,
  type Vote,
  voteMarkOf,
  voteSigningBytes
} from '#contracts/statements/vote.ts'
import { headerOf } from '#test/unit/base-consensus/fixtures.ts'

const P = { lag: 10, period: 32 }
const GENESIS = hashHex<GenesisHash>('test', asciiToBytes('genesis'))
const id = (name: string): BlockId => hashHex<BlockId>('test', asciiToBytes(name))
const point = (epoch: number, height: number, name = `b${height}`): FinalityPoint => ({ epoch, height, id: id(name) })
const ROOT = point(0, 0)
const vote = (source: FinalityPoint, target: FinalityPoint, fields: Partial<Vote> = {}): Vote => ({
  period: 0,
  recovery: null,
  root: ROOT,
  source,
  target,
  ...fields
})

const secretOf = (name: string): Uint8Array => hashBytes('test-key', asciiToBytes(name))
const keys = new Map<string, PublicKey>()
const keyOf = (name: string): PublicKey => {
  const key = keys.get(name) ?? derivePublicKey(secretOf(name))
  keys.set(name, key)
  return key
}
const signVote = (name: string, one: Vote): SignedVote => ({
  vote: one,
  peer: keyOf(name),
  signature: signMessage(secretOf(name), voteSigningBytes(GENESIS, one))
})

describe('the form of a vote [FIN-1, FIN-2]', () => {
  const last = lastHeightOf(0, P)
  it.each<[string, Vote]>([
    ['from the root', vote(ROOT, point(3, 5))],
    ['to the same block in a later epoch', vote(point(3, 5), point(4, 5))],
    ['up to the last height of the period', vote(point(3, 5), point(4, last))],
    [
      'from the last block of the period before',
      {
        period: 1,
        recovery: null,
        root: point(0, last),
        source: point(0, last),
        target: point(9, last + 4)
      }
    ]
  ])('is good %s', (_, good) => {
    expect(checkVote(good, P)).toEqual({ ok: true, value: good })
  })

  it.each<[string, string, Vote]>([
    ['a root with an epoch', 'E_VOTE_ROOT', vote(point(3, 5), point(4, 6), { root: point(1, 0) })],
    ['a root at another height', 'E_VOTE_ROOT', vote(point(3, 5), point(4, 6), { root: point(0, 1) })],
    ['a root of another period', 'E_VOTE_ROOT', vote(point(3, 5), point(4, 6), { period: 1 })],
    ["a target of the source's epoch", 'E_VOTE_EPOCH', vote(point(3, 5), point(3, 6))],
    ['a source of epoch 0 beside the root', 'E_VOTE_EPOCH', vote(point(0, 5), point(3, 6))],
    ['a target below the source', 'E_VOTE_HEIGHT', vote(point(3, 5), point(4, 4))],
    ["another block at the source's height", 'E_VOTE_HEIGHT', vote(point(3, 5), point(4, 5, 'other'))],
    ["another block at the root's height", 'E_VOTE_HEIGHT', vote(point(3, 0, 'other'), point(4, 6))],
    ['a target above the last height of the period', 'E_VOTE_HEIGHT', vote(point(3, 5), point(4, last + 1))]
  ])('is bad with %s', (_, code, bad) => {
    expect(checkVote(bad, P)).toMatchObject({ ok: false, code })
  })

  it('counts periods so that L_j is the last height of period j [POS-1]', () => {
    for (const period of [0, 1, 7]) {
      expect(periodOf(lastHeightOf(period, P), P)).toBe(period)
      expect(periodOf(lastHeightOf(period, P) + 1, P)).toBe(period + 1)
    }
    expect(periodOf(0, P)).toBe(0)
  })
})

describe('certificates [FIN-1]', () => {
  const weights = { alice: 40n, bob: 30n, carol: 20n, dave: 10n }
  const entries = Object.entries(weights)
    .map(([name, weight]) => ({ peer: keyOf(name), vrfKey: keyOf(name), weight }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  const table: PeriodTable = {
    period: 0,
    recovery: null,
    seed: id('seed'),
    seeded: true,
    total: 100n,
    entries,
    silent: new Set(),
    byPeer: new Map(entries.map(entry => [entry.peer, entry]))
  }
  const link = vote(point(3, 5), point(4, 7))
  const certificate = (names: readonly string[], one: Vote = link): Certificate => ({
    vote: one,
    votes: names
      .map(name => signVote(name, one))
      .map(({ peer, signature }) => ({ peer, signature }))
      .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  })
  const check = (one: Certificate, isPeer?: (peer: PublicKey) => boolean): unknown => {
    const verdict = checkCertificate(table, one, GENESIS, P, isPeer)
    return verdict.ok ? 'ok' : verdict.code
  }

  it('stand on more than two thirds of the weight', () => {
    expect(check(certificate(['alice', 'bob']))).toBe('ok')
    expect(check(certificate(['alice', 'carol']))).toBe('E_CERTIFICATE_WEIGHT')
  })

  it('of exactly two thirds are none', () => {
    const thirds = { ...table, total: 105n }
    const verdict = checkCertificate(thirds, certificate(['alice', 'bob']), GENESIS, P)
    expect(verdict).toMatchObject({ ok: false, code: 'E_CERTIFICATE_WEIGHT' })
  })

  it('carry votes of registered peers without weight, and of nobody else [POS-9]', () => {
    expect(check(certificate(['alice', 'bob', 'zero']))).toBe('E_CERTIFICATE_STRANGER')
    expect(check(certificate(['alice', 'bob', 'zero']), peer => peer === keyOf('zero'))).toBe('ok')
    expect(check(certificate(['alice', 'carol', 'zero']), peer => peer === keyOf('zero'))).toBe('E_CERTIFICATE_WEIGHT')
  })

  it('list each peer once, in order', () => {
    const { votes } = certificate(['alice', 'bob', 'carol'])
    expect(check({ vote: link, votes: [...votes].reverse() })).toBe('E_CERTIFICATE_ORDER')
    expect(check({ vote: link, votes: [present(votes[0], 'one'), ...votes] })).toBe('E_CERTIFICATE_ORDER')
  })

  it('are refused with one bad signature, a bad form, or the table of another period', () => {
    const good = certificate(['alice', 'bob', 'carol'])
    const [first, ...rest] = good.votes
    const forged = { ...present(first, 'one'), signature: present(rest[0], 'two').signature }
    expect(check({ ...good, votes: [forged, ...rest] })).toBe('E_CERTIFICATE_SIGNATURE')
    expect(check(certificate(['alice', 'bob'], vote(point(3, 5), point(3, 7))))).toBe('E_VOTE_EPOCH')
    expect(checkCertificate({ ...table, period: 1 }, good, GENESIS, P)).toMatchObject({
      ok: false,
      code: 'E_VOTE_PERIOD'
    })
  })
})

describe('what a peer may sign after its last vote [FIN-4, FIN-7]', () => {
  const last = voteMarkOf(vote(point(3, 5), point(5, 8)))

  it('is anything for a key that never voted', () => {
    expect(mayVote(undefined, vote(ROOT, point(1, 1)))).toBe(true)
  })

  it.each<[string, boolean, Vote]>([
    ['a later target from the same source', true, vote(point(3, 5), point(6, 9))],
    ['a later target from a later source', true, vote(point(5, 8), point(6, 9))],
    ['the same epoch again', false, vote(point(3, 5), point(5, 8))],
    ['an earlier target', false, vote(point(3, 5), point(4, 8))],
    ['an earlier source', false, vote(point(2, 4), point(6, 9))],
    ['another root', false, vote(point(3, 5), point(6, 9), { root: point(0, 0, 'other') })],
    [
      'a later period, whose sources begin anew',
      true,
      vote(point(0, 41), point(6, 44), { period: 1, root: point(0, 41) })
    ],
    [
      'a later period with an earlier target',
      false,
      vote(point(0, 41), point(5, 44), { period: 1, root: point(0, 41) })
    ]
  ])('%s: %s', (_, may, next) => {
    expect(mayVote(last, next)).toBe(may)
  })

  it('never an earlier period', () => {
    expect(mayVote({ ...last, period: 1 }, vote(point(4, 6), point(9, 9)))).toBe(false)
  })

  it('never contradicts: every vote allowed after a chain of votes agrees with all of them', () => {
    const points = [1, 2, 3, 4, 5, 6].flatMap(epoch => [point(epoch, epoch), point(epoch, epoch, `x${epoch}`)])
    const all = [ROOT, ...points].flatMap(source =>
      points.filter(target => target.epoch > source.epoch).map(target => vote(source, target))
    )
    for (const first of all) {
      for (const second of all) {
        if (mayVote(voteMarkOf(first), second)) expect(contradicts(first, second)).toBe(false)
      }
    }
  })
})

describe('votes that contradict each other [FIN-4]', () => {
  const a = vote(point(3, 5), point(6, 8))
  it.each<[string, boolean, Vote]>([
    ['itself', false, a],
    ['the same target epoch, another block', true, vote(point(3, 5), point(6, 9))],
    ['the same target epoch, another source', true, vote(point(4, 6), point(6, 8))],
    ['one that it surrounds', true, vote(point(4, 6), point(5, 7))],
    ['one that surrounds it', true, vote(point(2, 4), point(7, 9))],
    ['one that only begins where it ends', false, vote(point(6, 8), point(7, 9))],
    ['one from the same source', false, vote(point(3, 5), point(7, 9))],
    ['another root', true, vote(point(7, 9), point(8, 9), { root: point(0, 0, 'other') })],
    ['another period', false, vote(point(3, 5), point(6, 9), { period: 1 })]
  ])('%s: %s', (_, does, b) => {
    expect(contradicts(a, b)).toBe(does)
    expect(contradicts(b, a)).toBe(does)
  })
})

describe('evidence [FIN-4, POS-5]', () => {
  const votes = (first: SignedVote, second: SignedVote): Evidence => ({ kind: 'votes', first, second })
  const [one, two] = [vote(point(3, 5), point(5, 8)), vote(point(3, 5), point(5, 9))]
  const signAck = (name: string, acknowledgement: Acknowledgement) => ({
    acknowledgement,
    peer: keyOf(name),
    signature: signMessage(secretOf(name), acknowledgementSigningBytes(GENESIS, acknowledgement))
  })
  const ack = (block: string, slot = 4, digest = 'd'): Acknowledgement => ({
    slot,
    block: id(block),
    digest: id(digest)
  })
  const signHeader = (name: string, header: BlockHeader): SignedHeader => ({
    header,
    signature: signMessage(secretOf(name), headerSigningBytes(GENESIS, header))
  })
  const header = (fields: Partial<BlockHeader>): BlockHeader =>
    headerOf({ proposer: keyOf('mallory'), slot: 4, height: 4, ...fields })

  it.each<[Evidence['kind'], number, Evidence]>([
    ['votes', 0, votes(signVote('mallory', one), signVote('mallory', two))],
    [
      'acknowledgements',
      4,
      { kind: 'acknowledgements', first: signAck('mallory', ack('x')), second: signAck('mallory', ack('y')) }
    ],
    [
      'proposals',
      4,
      {
        kind: 'proposals',
        first: signHeader('mallory', header({})),
        second: signHeader('mallory', header({ timeMs: 7 }))
      }
    ]
  ])('of two %s convicts their signer', (kind, when, evidence) => {
    expect(checkEvidence(evidence, GENESIS)).toEqual({ ok: true, value: { kind, peer: keyOf('mallory'), when } })
    const bytes = encode(evidenceCodec, evidence)
    expect(bytes.length).toBeLessThan(EVIDENCE_BYTES)
    expect(decode(evidenceCodec, bytes, EVIDENCE_BYTES)).toEqual({ ok: true, value: evidence })
  })

  it.each<[string, string, Evidence]>([
    [
      'votes that agree',
      'E_EVIDENCE_AGREES',
      votes(signVote('mallory', one), signVote('mallory', vote(point(5, 8), point(6, 9))))
    ],
    ['votes of two peers', 'E_EVIDENCE_PEERS', votes(signVote('mallory', one), signVote('alice', two))],
    [
      'a vote it did not sign',
      'E_EVIDENCE_SIGNATURE',
      votes(signVote('mallory', one), { ...signVote('mallory', two), signature: signVote('alice', two).signature })
    ],
    [
      'acknowledgements of one block',
      'E_EVIDENCE_AGREES',
      { kind: 'acknowledgements', first: signAck('mallory', ack('x')), second: signAck('mallory', ack('x', 4, 'e')) }
    ],
    [
      'acknowledgements of two slots',
      'E_EVIDENCE_AGREES',
      { kind: 'acknowledgements', first: signAck('mallory', ack('x')), second: signAck('mallory', ack('y', 5)) }
    ],
    [
      'acknowledgements of two peers',
      'E_EVIDENCE_PEERS',
      { kind: 'acknowledgements', first: signAck('mallory', ack('x')), second: signAck('alice', ack('y')) }
    ],
    [
      'an acknowledgement it did not sign',
      'E_EVIDENCE_SIGNATURE',
      {
        kind: 'acknowledgements',
        first: signAck('mallory', ack('x')),
        second: { ...signAck('mallory', ack('y')), signature: signAck('alice', ack('y')).signature }
      }
    ],
    [
      'one block twice',
      'E_EVIDENCE_AGREES',
      { kind: 'proposals', first: signHeader('mallory', header({})), second: signHeader('mallory', header({})) }
    ],
    [
      'blocks of two slots',
      'E_EVIDENCE_AGREES',
      {
        kind: 'proposals',
        first: signHeader('mallory', header({})),
        second: signHeader('mallory', header({ slot: 5 }))
      }
    ],
    [
      'blocks of two proposers',
      'E_EVIDENCE_PEERS',
      {
        kind: 'proposals',
        first: signHeader('mallory', header({})),
        second: signHeader('alice', header({ proposer: keyOf('alice') }))
      }
    ],
    [
      'a block it did not sign',
      'E_EVIDENCE_SIGNATURE',
      {
        kind: 'proposals',
        first: signHeader('mallory', header({})),
        second: signHeader('alice', header({ timeMs: 7 }))
      }
    ]
  ])('is none in %s', (_, code, evidence) => {
    expect(checkEvidence(evidence, GENESIS)).toMatchObject({ ok: false, code })
  })

  it('of another network is none [SIG-2]', () => {
    const evidence = votes(signVote('mallory', one), signVote('mallory', two))
    expect(checkEvidence(evidence, hashHex<GenesisHash>('test', asciiToBytes('elsewhere')))).toMatchObject({
      ok: false,
      code: 'E_EVIDENCE_SIGNATURE'
    })
  })
})

describe('the digest of an acknowledgement [POS-6]', () => {
  const block = id('block')

  it('asks for a piece at or below the recorded final height of the parent', () => {
    const heights = Array.from({ length: 64 }, (_, n) => derivePieceAt(block, keyOf(`peer ${n}`), 9).height)
    expect(Math.max(...heights)).toBe(9)
    expect(Math.min(...heights)).toBe(0)
    expect(derivePieceAt(block, keyOf('alice'), 0).height).toBe(0)
  })

  it('differs by peer, by block and by what is held', () => {
    const held = asciiToBytes('all of the past')
    const digest = deriveDigest(block, keyOf('alice'), 3n, held)
    expect(deriveDigest(block, keyOf('alice'), 3n + BigInt(held.length), held)).toBe(digest)
    expect(deriveDigest(block, keyOf('bob'), 3n, held)).not.toBe(digest)
    expect(deriveDigest(id('other'), keyOf('alice'), 3n, held)).not.toBe(digest)
    expect(deriveDigest(block, keyOf('alice'), 3n, asciiToBytes('all of the pasT'))).not.toBe(digest)
  })

  it('covers at most 64 kB', () => {
    const long = new Uint8Array(2 * PIECE_BYTES)
    const changed = long.slice()
    changed[PIECE_BYTES] = 1
    expect(deriveDigest(block, keyOf('alice'), 0n, changed)).toBe(deriveDigest(block, keyOf('alice'), 0n, long))
    changed[PIECE_BYTES - 1] = 1
    expect(deriveDigest(block, keyOf('alice'), 0n, changed)).not.toBe(deriveDigest(block, keyOf('alice'), 0n, long))
  })
})
