// The document of `npm run bench -- --json`: what its readers may rely on. bench-main.ts checks what it prints against it, so
// that a figure which was not taken ends the run instead of missing from the document [PRF-7, GSP-1, DAG-8].
import { z } from 'zod'
import type { AssetResult } from './asset-bench.ts'
import type { BaseResult } from './base-bench.ts'
import { ASSET_BENCH, BASE_BENCH } from './limits.ts'

/** A measured figure: NaN, Infinity and zero mean that nothing was measured. */
const figure = z.number().positive()
const count = z.int().positive()

/** Every kind of proof that a wallet checks under a head. */
export const PROOF_KINDS = [
  'output',
  'ten outputs',
  'absent',
  'block',
  'consistency',
  'transaction',
  'spent',
  'not spent in a block',
  'key history of 100'
] as const
/** What a relay passes on [GSP-1]. */
export const RELAY_KINDS = ['blocks', 'votes', 'acknowledgements', 'transactions'] as const

const ledger = z.strictObject({
  outputs: z.literal(BASE_BENCH.outputs),
  paymentsPerSecond: figure,
  ratioToVerifyBound: figure,
  catchUpPaymentsPerSecond: figure,
  catchUpRatio: figure,
  verifyPerSecond: figure,
  processorRatio: figure,
  catchUpProcessorRatio: figure,
  restoreMs: figure,
  loadedMb: figure,
  balanceProofBytes: count,
  balanceProofMs: figure,
  balanceProofBuildMs: figure
})

const proofs = z.strictObject({
  outputs: z.literal(BASE_BENCH.outputs),
  blocks: count,
  proofs: z
    .array(z.strictObject({ kind: z.enum(PROOF_KINDS), bytes: count, bytesMost: count, verifyMs: figure }))
    .refine(list => namesAll(list, PROOF_KINDS), 'a kind of proof was not measured')
})

const relay = z.strictObject({
  delays: z
    .array(
      z.strictObject({
        kind: z.enum(RELAY_KINDS),
        messages: count,
        forwarded: count,
        largestBytes: count,
        p50Ms: figure,
        p99Ms: figure,
        maxMs: figure
      })
    )
    .refine(list => namesAll(list, RELAY_KINDS), 'a kind of message was not relayed'),
  largestBlockBytes: count
})

const base = ledger
  .extend({
    larger: ledger.nullable(),
    proofs: z.array(proofs),
    relayMsPerMessage: figure,
    relay,
    /** Null only where the system does not tell: not on Linux. */
    memoryAtRestMb: figure.nullable()
  })
  .refine(
    ({ proofs: sizes, outputs, larger }) =>
      sizes.map(one => one.outputs).join() === [outputs, ...(larger === null ? [] : [larger.outputs])].join(),
    'proofs were not measured at each size of the ledger'
  )

const rate = { perSecond: figure, p50Ms: figure, p99Ms: figure, accepted: count }
const asset = z.strictObject({
  instructionsPerSecond: figure,
  p50Ms: figure,
  p99Ms: figure,
  ratioToVerifyBound: figure,
  accepted: count,
  inFlight: count,
  members: z.literal(ASSET_BENCH.seats),
  memberCpuMicrosPerInstruction: figure.nullable(),
  liveAtHeight: count,
  low: z.strictObject(rate),
  levels: z.array(z.strictObject({ ...rate, inFlight: count })).min(1)
})

export const BENCH_DOCUMENT = z.strictObject({
  schema: z.literal('surety.bench/1'),
  verifyPerSecond: figure,
  cores: count,
  base: base.optional(),
  asset: asset.optional()
})

export type BenchDocument = z.infer<typeof BENCH_DOCUMENT>

export interface Found {
  readonly verifyPerSecond: number
  readonly cores: number
  readonly base: BaseResult | undefined
  readonly asset: AssetResult | undefined
}

/** Throws, naming the fields, where a figure is missing or none. A part that was not asked for is left out. */
export function documentOf({ verifyPerSecond, cores, base: baseFound, asset: assetFound }: Found): BenchDocument {
  return BENCH_DOCUMENT.parse({
    schema: 'surety.bench/1',
    verifyPerSecond,
    cores,
    ...(baseFound === undefined ? {} : { base: baseFound }),
    ...(assetFound === undefined ? {} : { asset: assetPart(assetFound, verifyPerSecond * cores) })
  })
}

function assetPart({ best, inFlight, low, levels, liveAt, memberMicros }: AssetResult, verified: number) {
  return {
    instructionsPerSecond: best.perSecond,
    p50Ms: best.p50Ms,
    p99Ms: best.p99Ms,
    // Every instruction is verified once by each member.
    ratioToVerifyBound: Math.round((best.perSecond * ASSET_BENCH.seats * 1000) / verified) / 1000,
    accepted: best.accepted,
    inFlight,
    members: ASSET_BENCH.seats,
    memberCpuMicrosPerInstruction: memberMicros,
    liveAtHeight: liveAt,
    low,
    levels
  }
}

function namesAll(list: readonly { readonly kind: string }[], kinds: readonly string[]): boolean {
  return list.length === kinds.length && kinds.every(kind => list.some(one => one.kind === kind))
}
