// Accepted instructions per second of one committee of real processes, with their latency: at a low fixed rate, then the
// highest of a few loads that is held, over a longer window.
import { type Measured, Load } from './load.ts'
import { committeeLive, prepareInstructions, registerAsset, withNetwork } from './committee.ts'
import { ASSET_BENCH } from './limits.ts'
import { processorMs } from './processor-time.ts'

export interface AssetResult {
  /** The sustained rate. */
  readonly best: Measured
  readonly inFlight: number
  /** At a fixed low rate. */
  readonly low: Measured
  readonly levels: readonly (Measured & { readonly inFlight: number })[]
  /** Height at which the committee was live. */
  readonly liveAt: number
  /** Processor time of one member for each accepted instruction, everything it does included; null if not known. */
  readonly memberMicros: number | null
}

export interface AssetBenchSettings {
  readonly folder: string
  readonly signal: AbortSignal
  readonly profileDir: string | undefined
  readonly note: (line: string) => void
}

export async function measureAsset(settings: AssetBenchSettings): Promise<AssetResult> {
  const { signal, note } = settings
  return await withNetwork(settings, async world => {
    note('four members and a wallet are up')
    const asset = await registerAsset(world, signal)
    const preparing = prepareInstructions(world, asset)
    preparing.catch(() => undefined)
    const liveAt = await committeeLive(world, asset, signal)
    const { mints, transfers } = await preparing
    note(`the committee is live at height ${liveAt}`)
    const minted = await world.client.submit(asset, mints)
    if (!minted.ok) throw new Error(`the mints were not taken: ${minted.code}`)
    const load = new Load(world.client, asset, transfers)
    const low = await load.fixedRate(ASSET_BENCH.lowPerSecond, ASSET_BENCH.lowMs)
    note(`${ASSET_BENCH.lowPerSecond} a second: ${describe(low)}`)
    const levels = await climb(load, note)
    const inFlight = levels.reduce((a, b) => (isHeld(b) && b.perSecond > a.perSecond ? b : a)).inFlight
    await load.closedLoop(inFlight, 0, ASSET_BENCH.levelMs / 2)
    const pids = world.network.nodes.flatMap(({ pid }) => pid ?? [])
    const beforeMs = processorMs(pids)
    const best = await load.closedLoop(inFlight, 0, ASSET_BENCH.measureMs)
    const usedMs = processorMs(pids) - beforeMs
    const memberMicros = usedMs > 0 ? Math.round((usedMs * 1000) / pids.length / best.accepted) : null
    note(`measured with ${inFlight} in flight: ${describe(best)}`)
    await load.drain()
    return { best, inFlight, low, levels, liveAt, memberMicros }
  })
}

/** One load after another until one is not held. */
async function climb(load: Load, note: (line: string) => void): Promise<(Measured & { readonly inFlight: number })[]> {
  const seen: (Measured & { readonly inFlight: number })[] = []
  for (const inFlight of ASSET_BENCH.levels) {
    const settleMs = seen.length === 0 ? ASSET_BENCH.warmUpMs : ASSET_BENCH.levelMs / 4
    const level = { inFlight, ...(await load.closedLoop(inFlight, settleMs, ASSET_BENCH.levelMs)) }
    note(`${inFlight} in flight: ${describe(level)}`)
    seen.push(level)
    if (!isHeld(level)) break
  }
  return seen
}

function isHeld({ p99Ms }: Measured): boolean {
  return p99Ms < ASSET_BENCH.heldP99Ms
}

export function describe({ perSecond, p50Ms, p99Ms }: Measured): string {
  return `${perSecond} accepted a second, half within ${p50Ms} ms, 99 % within ${p99Ms} ms`
}
