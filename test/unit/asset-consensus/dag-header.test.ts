// The header of a DAG block: its codec, its digest and every way to be invalid without looking at another block [DAG-3].
import { describe, expect, it } from 'vitest'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import {
  checkDagBlock,
  checkDagBody,
  checkDagHeader,
  DAG_LIMITS,
  type DagHeader,
  dagBodyCodec,
  dagBodyHash,
  dagDigest,
  dagHeaderCodec,
  dagHeaderSigningBytes,
  dagRefOf,
  deriveDagContext,
  deriveLeader,
  EMPTY_BODY,
  genesisHeaders,
  isDagEquivocation,
  signedDagHeaderCodec
} from '#contracts/statements/dag-header.ts'
import { buildHeader, drawDag, TEST_DAG } from '#test/support/drawn-dag.ts'

const context = deriveDagContext(TEST_DAG, 4)
const valid = buildHeader(context, {}).header
const refs = context.genesis.map(dagRefOf)
const drawn = drawDag('Rounds 1-2 : *')
const parents = ['A2', 'B2', 'C2', 'D2'].map(name => dagRefOf(drawn.block(name)))
const other = hashHex('test', Uint8Array.of(9))

describe('the header of a DAG block [DAG-3]', () => {
  it('decodes to what was encoded, with an empty and a full list of ancestors', () => {
    for (const header of [valid, { ...valid, ancestors: [] }]) {
      const decoded = decode(dagHeaderCodec, encode(dagHeaderCodec, header), DAG_LIMITS.headerBytes)
      expect(decoded).toEqual({ ok: true, value: header })
    }
    const most = Array.from({ length: 100 }, (_, author) => ({ round: 0xffff_fffe, author, digest: other }))
    const bytes = encode(dagHeaderCodec, { ...valid, round: 0xffff_ffff, ancestors: most })
    expect(bytes.length).toBeLessThanOrEqual(DAG_LIMITS.headerBytes)
    const signed = encode(signedDagHeaderCodec, {
      header: { ...valid, ancestors: most },
      signature: new Uint8Array(64)
    })
    expect(signed.length).toBeLessThanOrEqual(DAG_LIMITS.signedHeaderBytes)
  })

  it('has a digest over all fields and nothing else', () => {
    const digest = dagDigest(valid)
    const changes: Partial<DagHeader>[] = [
      { dag: other },
      { round: 2 },
      { author: 1 },
      { ancestors: refs.slice(0, 3) },
      { bodyHash: other },
      { bodyBytes: 2 },
      { baseHeight: 1 }
    ]
    for (const change of changes) expect(dagDigest({ ...valid, ...change })).not.toBe(digest)
    expect(dagDigest({ ...valid })).toBe(digest)
  })

  it('is accepted with all, or with a quorum of parents and a weak link', () => {
    expect(checkDagHeader(context, valid).ok).toBe(true)
    const weak = { ...valid, round: 3, ancestors: [...parents.slice(0, 3), dagRefOf(drawn.block('D1'))] }
    expect(checkDagHeader(context, weak).ok).toBe(true)
    const absent = { ...valid, round: 3, ancestors: [refs[0] ?? parents[0], ...parents.slice(1)] }
    expect(checkDagHeader(context, absent as DagHeader).ok).toBe(true)
  })

  it.each<[string, Partial<DagHeader>]>([
    ['E_DAG_OTHER_DAG', { dag: other }],
    ['E_DAG_ROUND', { round: 0 }],
    ['E_DAG_AUTHOR', { author: 4 }],
    ['E_DAG_ANCESTOR_COUNT', { ancestors: [] }],
    ['E_DAG_ANCESTOR_COUNT', { ancestors: [...refs, ...refs] }],
    ['E_DAG_ANCESTOR_AUTHOR', { ancestors: [...refs.slice(0, 3), { round: 0, author: 7, digest: other }] }],
    ['E_DAG_ANCESTOR_TWICE', { round: 3, ancestors: [...parents.slice(0, 3), ...parents.slice(2, 3)] }],
    ['E_DAG_OWN_ANCESTOR', { ancestors: [...refs].reverse() }],
    ['E_DAG_ANCESTOR_ROUND', { round: 2, ancestors: parents }],
    ['E_DAG_GENESIS', { ancestors: refs.map((ref, seat) => (seat === 3 ? { ...ref, digest: other } : ref)) }],
    ['E_DAG_PARENTS', { ancestors: refs.slice(0, 2) }],
    ['E_DAG_PARENTS', { round: 3, ancestors: [...parents.slice(0, 2), ...refs.slice(2)] }]
  ])('is refused with %s', (code, change) => {
    expect(checkDagHeader(context, { ...valid, ...change })).toMatchObject({ ok: false, code })
  })

  it('counts quorums of f + 1 to 3f + 1 seats as the larger two thirds', () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 10, 13, 100].map(n => {
      const { faults, quorum } = deriveDagContext(TEST_DAG, n)
      return [n, faults, quorum]
    })
    expect(sizes).toEqual([
      [1, 0, 1],
      [2, 0, 2],
      [3, 0, 3],
      [4, 1, 3],
      [5, 1, 4],
      [6, 1, 5],
      [7, 2, 5],
      [10, 3, 7],
      [13, 4, 9],
      [100, 33, 67]
    ])
    for (const [n = 0, faults = 0, quorum = 0] of sizes) expect(n - faults).toBeGreaterThanOrEqual(quorum)
  })
})

describe('the body of a DAG block [DAG-3]', () => {
  const body = encode(dagBodyCodec, [Uint8Array.of(1), Uint8Array.of(2, 3)])
  const header = { ...valid, bodyHash: dagBodyHash(body), bodyBytes: body.length }

  it('is accepted as announced', () => {
    expect(checkDagBody(header, body)).toMatchObject({ ok: true, value: [Uint8Array.of(1), Uint8Array.of(2, 3)] })
    expect(checkDagBody(valid, EMPTY_BODY).ok).toBe(true)
  })

  it('is refused with another length, other bytes, or another form', () => {
    expect(checkDagBody({ ...header, bodyBytes: 1 }, body)).toMatchObject({ code: 'E_DAG_BODY_SIZE' })
    expect(checkDagBody({ ...header, bodyHash: other }, body)).toMatchObject({ code: 'E_DAG_BODY_HASH' })
    const text = Uint8Array.of(0x81, 0x61, 0x61)
    const hostile = { ...valid, bodyHash: dagBodyHash(text), bodyBytes: 3 }
    expect(checkDagBody(hostile, text)).toMatchObject({ code: 'E_DAG_BODY_FORM' })
  })
})

describe('the signature of a DAG block [SIG-2]', () => {
  const genesis = other as GenesisHash
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
  const key = derivePublicKey(secret)
  const signature = signMessage(secret, dagHeaderSigningBytes(genesis, valid))

  it('is accepted from the seat’s key and names the digest', () => {
    const checked = checkDagBlock(context, genesis, key, { header: valid, signature }, EMPTY_BODY)
    expect(checked).toMatchObject({ ok: true, value: { digest: dagDigest(valid), body: EMPTY_BODY } })
  })

  it('is refused over another header, another chain, or with another key', () => {
    const bad = { ok: false, code: 'E_DAG_SIGNATURE' }
    const changed = { ...valid, baseHeight: 1 }
    expect(checkDagBlock(context, genesis, key, { header: changed, signature }, EMPTY_BODY)).toMatchObject(bad)
    const elsewhere = hashHex<GenesisHash>('test', Uint8Array.of(8))
    expect(checkDagBlock(context, elsewhere, key, { header: valid, signature }, EMPTY_BODY)).toMatchObject(bad)
    const stranger = derivePublicKey(secret.map(byte => byte + 1))
    expect(checkDagBlock(context, genesis, stranger, { header: valid, signature }, EMPTY_BODY)).toMatchObject(bad)
  })
})

describe('round 0 and leaders [DAG-1]', () => {
  it('makes n different empty headers from the dag id, others for another dag', () => {
    const headers = genesisHeaders(TEST_DAG, 4)
    expect(headers.map(header => header.author)).toEqual([0, 1, 2, 3])
    const digests = new Set([...headers, ...genesisHeaders(other, 4)].map(dagDigest))
    expect(digests.size).toBe(8)
  })

  it('gives every seat a fair part of the rounds, the same on every node', () => {
    const counts = [0, 0, 0, 0, 0, 0, 0]
    for (let round = 1; round <= 7000; round++) {
      const seat = deriveLeader(TEST_DAG, round, 7)
      counts[seat] = (counts[seat] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(deriveLeader(TEST_DAG, 5, 7)).toBe(deriveLeader(TEST_DAG, 5, 7))
  })
})

describe('twins [DAG-7]', () => {
  it('are two headers of one dag, round and author, and nothing else', () => {
    const twin = { ...valid, baseHeight: 1 }
    expect(isDagEquivocation(valid, twin)).toBe(true)
    expect(isDagEquivocation(valid, { ...valid })).toBe(false)
    expect(isDagEquivocation(valid, { ...twin, author: 1 })).toBe(false)
    expect(isDagEquivocation(valid, { ...twin, round: 2 })).toBe(false)
    expect(isDagEquivocation(valid, { ...twin, dag: other })).toBe(false)
  })
})
