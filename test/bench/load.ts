// Offers signed instructions to a committee and times what comes back: closed loop with a fixed number in flight, or a
// fixed rate whatever comes back. Latency is from handing over to the notice that the quorum's certificate covers the step.
import type { AssetId } from '#contracts/primitives/ids.ts'
import type { AssetClient, Notice } from '#asset-layer/index.ts'

export interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly accepted: number
}

/** Instructions in the order in which they are offered. */
export interface Supply {
  take(count: number): readonly Uint8Array[]
}

interface Sample {
  readonly atMs: number
  readonly latencyMs: number
}

/** How often a fixed rate is topped up. */
const PACE_MS = 20

export class Load {
  readonly #client: AssetClient
  readonly #asset: AssetId
  readonly #supply: Supply
  readonly #running = new Set<Promise<unknown>>()
  #samples: Sample[] = []
  #inFlight = 0
  #limit = 0
  #filling = false
  #failure: Error | undefined

  constructor(client: AssetClient, asset: AssetId, supply: Supply) {
    this.#client = client
    this.#asset = asset
    this.#supply = supply
  }

  /** Keeps `inFlight` under way, waits, then counts what is accepted in a window. Goes on afterwards. */
  async closedLoop(inFlight: number, settleMs: number, windowMs: number): Promise<Measured> {
    this.#limit = inFlight
    this.#fill()
    await this.#pause(settleMs)
    return await this.#window(windowMs)
  }

  /** Offers so many a second, evenly, for a window. */
  async fixedRate(perSecond: number, windowMs: number): Promise<Measured> {
    const startedMs = performance.now()
    let offered = 0
    const pace = setInterval(() => {
      const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1000)
      this.#offer(due - offered)
      offered = due
    }, PACE_MS)
    try {
      await this.#pause(windowMs / 8)
      return await this.#window(windowMs)
    } finally {
      clearInterval(pace)
    }
  }

  /** Offers nothing more and waits for what is under way. */
  async drain(): Promise<void> {
    this.#limit = 0
    while (this.#running.size > 0) await Promise.all(this.#running)
    if (this.#failure !== undefined) throw this.#failure
  }

  async #window(windowMs: number): Promise<Measured> {
    this.#samples = []
    const startedMs = performance.now()
    await this.#pause(windowMs)
    const elapsedMs = performance.now() - startedMs
    const latencies = this.#samples.map(sample => sample.latencyMs).sort((a, b) => a - b)
    return {
      perSecond: Math.round((latencies.length * 1000) / elapsedMs),
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      accepted: latencies.length
    }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, ms))
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Notices come many at a time; one call takes the place of all of them. */
  #fill(): void {
    if (this.#filling) return
    this.#filling = true
    setImmediate(() => {
      this.#filling = false
      this.#offer(this.#limit - this.#inFlight)
    })
  }

  #offer(count: number): void {
    if (count <= 0 || this.#failure !== undefined) return
    const batch = this.#supply.take(count)
    this.#inFlight += batch.length
    const submitted = this.#client.submit(this.#asset, batch, { onNotice: notice => this.#noticed(notice) })
    const running = submitted
      .then(answer => {
        if (!answer.ok) this.#failure ??= new Error(`nobody took the instructions: ${answer.code} ${answer.why}`)
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  #noticed(notice: Notice): void {
    this.#inFlight -= 1
    if (notice.kind === 'refused') this.#failure ??= new Error(`refused: ${notice.code} ${notice.why}`)
    else if (notice.outcome !== 'applied') this.#failure ??= new Error(`not applied: ${notice.code}`)
    else this.#samples.push({ atMs: performance.now(), latencyMs: notice.latencyMs })
    if (this.#limit > 0) this.#fill()
  }
}

/** Of ascending values, in whole milliseconds. */
export function quantile(ascending: readonly number[], part: number): number {
  return Math.round(ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? 0)
}
