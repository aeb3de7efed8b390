// `npm run bench [-- --json] [--only base|asset] [--long] [--profile DIR]`: what this machine verifies, what the base layer takes,
// and what one committee of real processes accepts, in one run, so that their ratios say something on any machine. Prints one
// document; progress goes to stderr.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { type AssetResult, describe, measureAsset } from './asset-bench.ts'
import { type BaseResult, measureBase } from './base-bench.ts'
import { documentOf, type Found } from './document.ts'
import { ASSET_BENCH, BASE_BENCH } from './limits.ts'
import { measureVerifications } from './verify-bound.ts'

interface Wishes {
  readonly json: boolean
  readonly long: boolean
  readonly only?: string
  readonly profile?: string
}

function readWishes(): Wishes {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' }
    }
  })
  const { only } = values
  if (only !== undefined && only !== 'base' && only !== 'asset') throw new Error('--only takes base or asset')
  return values
}

async function main(): Promise<void> {
  const wishes = readWishes()
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
  const folder = await mkdtemp(join(tmpdir(), 'surety-bench-'))
  const settingsFor = (deadlineMs: number) => {
    const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(deadlineMs)])
    return { folder, signal, profileDir: wishes.profile, note }
  }
  try {
    const base =
      wishes.only === 'asset'
        ? undefined
        : await measureBase(settingsFor(wishes.long ? BASE_BENCH.longDeadlineMs : BASE_BENCH.deadlineMs), wishes.long)
    const asset = wishes.only === 'base' ? undefined : await measureAsset(settingsFor(ASSET_BENCH.deadlineMs))
    print(wishes.json, { verifyPerSecond, cores, base, asset })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function print(isJson: boolean, found: Found): void {
  const document = documentOf(found)
  const { verifyPerSecond, cores, base, asset } = found
  const lines = [
    `${verifyPerSecond} signatures verified a second on one core; ${cores} cores`,
    ...(base === undefined ? [] : baseLines(base)),
    ...(asset === undefined ? [] : assetLines(asset, document.asset?.ratioToVerifyBound ?? 0))
  ]
  process.stdout.write(`${isJson ? JSON.stringify(document) : lines.join('\n')}\n`)
}

function baseLines({ larger, memoryAtRestMb, proofs, relayMsPerMessage, ...ledger }: BaseResult): string[] {
  const lines = [ledger, ...(larger === null ? [] : [larger])].map(
    one =>
      `base, ${one.outputs} outputs: ${one.paymentsPerSecond} payments a second (${one.ratioToVerifyBound} of the verify bound), ` +
      `a late joiner ${one.catchUpPaymentsPerSecond} (${one.catchUpRatio}), ${one.loadedMb} MB; ` +
      `proof of one output ${one.balanceProofBytes} bytes, checked in ${one.balanceProofMs} ms`
  )
  for (const { outputs, proofs: costs } of proofs) {
    const parts = costs.map(({ kind, bytes, verifyMs }) => `${kind} ${bytes} bytes, ${verifyMs.toFixed(2)} ms`)
    lines.push(`proofs at ${outputs} outputs: ${parts.join('; ')}`)
  }
  lines.push(`a relay's own delay, slowest kind of message: ${relayMsPerMessage} ms`)
  return memoryAtRestMb === null ? lines : [...lines, `memory of a node at rest: ${memoryAtRestMb} MB`]
}

function assetLines({ best, inFlight, low, memberMicros }: AssetResult, ratio: number): string[] {
  const cost = memberMicros === null ? [] : [`processor time of one member for each instruction: ${memberMicros} µs`]
  return [
    `one committee of ${ASSET_BENCH.seats} processes: ${describe(best)}, ${inFlight} in flight`,
    ...cost,
    `at ${ASSET_BENCH.lowPerSecond} a second: half within ${low.p50Ms} ms, 99 % within ${low.p99Ms} ms`,
    `ratio to the verify bound (verifications x cores / ${ASSET_BENCH.seats}): ${ratio}`
  ]
}

await main().catch((error: unknown) => {
  process.stderr.write(`the benchmark failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
