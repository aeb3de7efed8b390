import { describe, expect, it } from 'vitest'
import type { AssetResult } from '#test/bench/asset-bench.ts'
import type { BaseResult, LedgerResult } from '#test/bench/base-bench.ts'
import { measureProofs } from '#test/bench/base-proofs.ts'
import { BENCH_DOCUMENT, type BenchDocument, documentOf, PROOF_KINDS, RELAY_KINDS } from '#test/bench/document.ts'

const LEDGER: LedgerResult = {
  outputs: 100_000,
  paymentsPerSecond: 5_000,
  ratioToVerifyBound: 0.4,
  catchUpPaymentsPerSecond: 4_000,
  catchUpRatio: 0.3,
  verifyPerSecond: 7_000,
  processorRatio: 0.5,
  catchUpProcessorRatio: 0.4,
  restoreMs: 900,
  loadedMb: 400,
  balanceProofBytes: 1_200,
  balanceProofMs: 0.4,
  balanceProofBuildMs: 0.1
}
const proofsAt = (outputs: number) => ({
  outputs,
  blocks: 10_000,
  proofs: PROOF_KINDS.map(kind => ({ kind, bytes: 900, bytesMost: 950, verifyMs: 0.2 }))
})
const BASE: BaseResult = {
  ...LEDGER,
  larger: { ...LEDGER, outputs: 1_000_000 },
  proofs: [proofsAt(100_000), proofsAt(1_000_000)],
  relayMsPerMessage: 0.7,
  relay: {
    delays: RELAY_KINDS.map(kind => ({
      kind,
      messages: 9,
      forwarded: 9,
      largestBytes: 700,
      p50Ms: 0.5,
      p99Ms: 1,
      maxMs: 2
    })),
    largestBlockBytes: 64_000
  },
  memoryAtRestMb: 150
}
const RATE = { perSecond: 1_000, p50Ms: 300, p99Ms: 500, accepted: 15_000 }
const ASSET: AssetResult = {
  best: RATE,
  inFlight: 400,
  low: RATE,
  levels: [{ ...RATE, inFlight: 400 }],
  liveAt: 60,
  memberMicros: 400
}
const FOUND = { verifyPerSecond: 7_000, cores: 2, base: BASE, asset: ASSET }

describe('the document of the benchmark', () => {
  const document = documentOf(FOUND)

  it('has both parts, or the one that was asked for', () => {
    expect(Object.keys(document)).toEqual(['schema', 'verifyPerSecond', 'cores', 'base', 'asset'])
    expect(document.asset?.ratioToVerifyBound).toBe(0.286)
    expect(documentOf({ ...FOUND, asset: undefined })).not.toHaveProperty('asset')
    expect(documentOf({ ...FOUND, base: undefined })).not.toHaveProperty('base')
  })

  it.each(pathsOf(document, []).filter(path => path.length > 1 || !['base', 'asset'].includes(String(path[0]))))(
    'is refused without %s',
    (...path) => {
      expect(BENCH_DOCUMENT.safeParse(without(document, path)).success).toBe(false)
    }
  )

  it('is refused where a figure is not a measured number', () => {
    for (const relayMsPerMessage of [0, Number.NaN, -Infinity]) {
      expect(() => documentOf({ ...FOUND, base: { ...BASE, relayMsPerMessage } })).toThrow('relayMsPerMessage')
    }
  })

  it('is refused where the larger ledger has no proofs, or a field nobody knows is there', () => {
    const short = { ...BASE, proofs: [proofsAt(100_000)] }
    expect(() => documentOf({ ...FOUND, base: short })).toThrow('each size')
    expect(BENCH_DOCUMENT.safeParse({ ...document, more: 1 }).success).toBe(false)
  })
})

describe('the proofs that are measured [PRF-7]', () => {
  it('are of every kind, each checked', () => {
    const { proofs } = measureProofs({ outputs: 300, blocks: 40, samples: 2 })
    expect(proofs.map(one => one.kind)).toEqual([...PROOF_KINDS])
    for (const { bytes, bytesMost, verifyMs } of proofs) {
      expect(bytesMost).toBeGreaterThanOrEqual(bytes)
      expect(verifyMs).toBeGreaterThan(0)
    }
  })
})

type Path = readonly (string | number)[]

/** Every field of a value, those inside its fields included. */
function pathsOf(value: unknown, at: Path): Path[] {
  if (typeof value !== 'object' || value === null) return []
  const fields = Object.entries(value).map(
    ([name, inner]) => [Array.isArray(value) ? Number(name) : name, inner] as const
  )
  return fields.flatMap(([name, inner]) => [[...at, name], ...pathsOf(inner, [...at, name])])
}

/** A copy with that field, or that element of a list, left out. */
function without(document: BenchDocument, path: Path): unknown {
  const copy = structuredClone<unknown>(document)
  let inside: unknown = copy
  for (const name of path.slice(0, -1)) inside = Reflect.get(Object(inside), name)
  const last = path.at(-1) ?? ''
  if (Array.isArray(inside)) inside.splice(Number(last), 1)
  else Reflect.deleteProperty(Object(inside), last)
  return copy
}
