// `npm run bench [-- --json] [--profile DIR]`: what this machine verifies, and what one committee of real processes accepts,
// in one run, so that their ratio says something on any machine. Prints one document; progress goes to stderr.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { type AssetResult, describe, measureAsset } from './asset-bench.ts'
import { ASSET_BENCH } from './limits.ts'
import { measureVerifications } from './verify-bound.ts'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, profile: { type: 'string' } } })
  const startedMs = performance.now()
  const note = (line: string): void => {
    process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)} s  ${line}\n`)
  }
  installNodeCrypto()
  const cores = availableParallelism()
  const verifyPerSecond = measureVerifications()
  note(`${verifyPerSecond} signatures verified a second on one core, ${cores} cores`)
  const interrupted = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort())
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(ASSET_BENCH.deadlineMs)])
  const folder = await mkdtemp(join(tmpdir(), 'surety-bench-'))
  try {
    const result = await measureAsset({ folder, signal, profileDir: values.profile, note })
    // Every instruction is verified once by each member.
    const ratio = result.best.perSecond / ((verifyPerSecond * cores) / ASSET_BENCH.seats)
    print(values.json, verifyPerSecond, cores, result, Math.round(ratio * 1000) / 1000)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function print(json: boolean, verifyPerSecond: number, cores: number, result: AssetResult, ratio: number): void {
  const { best, inFlight, low, levels, liveAt, memberMicros } = result
  const asset = {
    instructionsPerSecond: best.perSecond,
    p50Ms: best.p50Ms,
    p99Ms: best.p99Ms,
    ratioToVerifyBound: ratio,
    accepted: best.accepted,
    inFlight,
    members: ASSET_BENCH.seats,
    memberCpuMicrosPerInstruction: memberMicros,
    liveAtHeight: liveAt,
    low,
    levels
  }
  const cost = memberMicros === null ? [] : [`processor time of one member for each instruction: ${memberMicros} µs`]
  const lines = [
    `${verifyPerSecond} signatures verified a second on one core; ${cores} cores`,
    `one committee of ${ASSET_BENCH.seats} processes: ${describe(best)}, ${inFlight} in flight`,
    ...cost,
    `at ${ASSET_BENCH.lowPerSecond} a second: half within ${low.p50Ms} ms, 99 % within ${low.p99Ms} ms`,
    `ratio to the verify bound (verifications x cores / ${ASSET_BENCH.seats}): ${ratio}`
  ]
  const document = JSON.stringify({ schema: 'surety.bench/1', verifyPerSecond, cores, asset })
  process.stdout.write(`${json ? document : lines.join('\n')}\n`)
}

await main().catch((error: unknown) => {
  process.stderr.write(`the benchmark failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
