// Payments per second of the base layer, as a block comes and as a late joiner takes a chain, and what a wallet's proof
// weighs. The ledger is made here; each figure is taken in a process of its own that starts from files [LED-5, PRF-7].
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ImportResult } from './base-import.ts'
import { buildLedger, writeLedger } from './base-ledger.ts'
import { type BaseBenchSettings, measureMemoryAtRest } from './base-memory.ts'
import { measureProofs, type ProofSizes } from './base-proofs.ts'
import { measureRelay, type RelayMeasures } from './relay.ts'
import { BASE_BENCH } from './limits.ts'

const run = promisify(execFile)
const IMPORT = join(import.meta.dirname, 'base-import.ts')

export interface LedgerResult {
  readonly outputs: number
  readonly paymentsPerSecond: number
  /** Of verifications per second of one core times the cores, in the same minute. */
  readonly ratioToVerifyBound: number
  readonly catchUpPaymentsPerSecond: number
  readonly catchUpRatio: number
  readonly verifyPerSecond: number
  /** Both ratios as processor time gives them: what they would be were the machine used by nothing else. */
  readonly processorRatio: number
  readonly catchUpProcessorRatio: number
  readonly restoreMs: number
  /** Of a process that holds this ledger, before it takes blocks. */
  readonly loadedMb: number
  readonly balanceProofBytes: number
  readonly balanceProofMs: number
  readonly balanceProofBuildMs: number
}

export interface BaseResult extends LedgerResult {
  /** Of the larger ledger; only in long mode. */
  readonly larger: LedgerResult | null
  /** Bytes and milliseconds to check, by what is proven, for each size of the ledger. */
  readonly proofs: readonly ProofSizes[]
  /** A relay's own delay by kind of message [GSP-1]: the slowest kind's median, and each kind. */
  readonly relayMsPerMessage: number
  readonly relay: RelayMeasures
  readonly memoryAtRestMb: number | null
}

/** All of the base layer's figures; `isLong` adds the larger ledger. */
export async function measureBase(settings: BaseBenchSettings, isLong: boolean): Promise<BaseResult> {
  const [small, large] = BASE_BENCH.outputs
  const result = await measureLedger(small, settings)
  const larger = isLong ? await measureLedger(large, settings) : null
  const memoryAtRestMb = await measureMemoryAtRest(settings)
  const proofs = (isLong ? [small, large] : [small]).map(outputs => measureProofs({ outputs }))
  settings.note(`proofs of ${proofs[0]?.proofs.length ?? 0} kinds are checked`)
  const relay = await measureRelay()
  const relayMsPerMessage = rounded(Math.max(...relay.delays.map(one => one.p50Ms)))
  return { ...result, larger, proofs, relayMsPerMessage, relay, memoryAtRestMb }
}

export async function measureLedger(outputs: number, settings: BaseBenchSettings): Promise<LedgerResult> {
  const { note } = settings
  const folder = join(settings.folder, `ledger-${outputs}`)
  mkdirSync(folder, { recursive: true })
  const ledger = buildLedger(outputs, BASE_BENCH.warmUpBlocks + BASE_BENCH.measuredBlocks, BASE_BENCH.payments)
  await writeLedger(folder, ledger.start, ledger.blocks)
  note(`a ledger of ${outputs} outputs and ${ledger.blocks.length} blocks of ${BASE_BENCH.payments} payments are made`)
  const direct = await importInto(folder, 'direct', settings)
  note(`direct: ${describe(direct)}`)
  const catchUp = await importInto(folder, 'catch-up', settings)
  note(`catch-up: ${describe(catchUp)}`)
  return {
    outputs,
    paymentsPerSecond: Math.round(rateOf(direct)),
    ratioToVerifyBound: ratioOf(direct),
    catchUpPaymentsPerSecond: Math.round(rateOf(catchUp)),
    catchUpRatio: ratioOf(catchUp),
    verifyPerSecond: Math.round(direct.verifyPerSecond),
    processorRatio: processorRatioOf(direct),
    catchUpProcessorRatio: processorRatioOf(catchUp),
    restoreMs: Math.round(direct.restoreMs),
    loadedMb: direct.loadedMb,
    balanceProofBytes: direct.proof.bytes,
    balanceProofMs: rounded(direct.proof.verifyMs),
    balanceProofBuildMs: rounded(direct.proof.buildMs)
  }
}

/** On a copy of the folder: each process changes its own. */
async function importInto(folder: string, mode: string, settings: BaseBenchSettings): Promise<ImportResult> {
  const copy = `${folder}-${mode}`
  cpSync(folder, copy, { recursive: true })
  const profile = settings.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${settings.profileDir}`]
  const { stdout } = await run(process.execPath, [...profile, IMPORT, copy, mode], { signal: settings.signal })
  return JSON.parse(stdout) as ImportResult
}

function rateOf({ payments, ms }: ImportResult): number {
  return (payments * 1000) / ms
}

function ratioOf(result: ImportResult): number {
  return rounded(rateOf(result) / (result.verifyPerSecond * availableParallelism()))
}

/** The main thread is one core's at most, and all threads share all cores. */
function processorRatioOf({ verifyMicros, mainMicros, allMicros }: ImportResult): number {
  return rounded(Math.min(verifyMicros / (availableParallelism() * mainMicros), verifyMicros / allMicros))
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

function describe(result: ImportResult): string {
  const msPerBlock = Math.round((result.ms * BASE_BENCH.payments) / result.payments)
  const parts = [
    `${Math.round(rateOf(result))} payments a second, ${msPerBlock} ms a block, ratio ${ratioOf(result)}`,
    `processor ${Math.round(result.mainMicros)} and ${Math.round(result.allMicros)} µs a payment, ` +
      `${Math.round(result.verifyMicros)} µs a signature, ratio ${processorRatioOf(result)}`,
    `${Math.round(result.verifyPerSecond)} verified a second, ${result.loadedMb} MB loaded, ${result.endMb} MB at the end`
  ]
  return parts.join('; ')
}
