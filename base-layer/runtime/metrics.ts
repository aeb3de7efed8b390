// Counters and gauges of one node in the text format of Prometheus. Gauges are read when the page is asked for, so
// nothing here runs by itself but the histogram of event-loop delays. Names end in their unit.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Labels of one series and its value. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Metrics {
  /** A value read when asked for; one that cannot be read is left out. */
  gauge(name: string, help: string, read: () => number): void
  /** One value for each set of labels. */
  gauges(name: string, help: string, labels: readonly string[], read: () => readonly Series[]): void
  counter(name: string, help: string, labels: readonly string[]): (labels: Readonly<Record<string, string>>) => void
  /** Durations in seconds. */
  timer(
    name: string,
    help: string,
    labels: readonly string[]
  ): (labels: Readonly<Record<string, string>>, seconds: number) => void
  text(): Promise<string>
  stop(): void
}

/** From a cached read to a slow proof. */
const BUCKETS_S = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10]
const DELAY_RESOLUTION_MS = 20
const NANOSECONDS = 1e9
const QUANTILES = [
  ['0.5', 50],
  ['0.99', 99]
] as const

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: DELAY_RESOLUTION_MS })
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delays.enable()
  const metrics: Metrics = {
    gauge(name, help, read) {
      metrics.gauges(name, help, [], () => [{ labels: {}, value: read() }])
    },
    gauges(name, help, labelNames, read) {
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        collect() {
          this.reset()
          // Without labels a reset leaves a zero behind, which nobody has measured.
          if (labelNames.length === 0) this.remove({})
          for (const { labels, value } of readable(read)) this.set({ ...labels }, value)
        }
      })
    },
    counter(name, help, labelNames) {
      const counter = new Counter({ name, help, labelNames: [...labelNames], registers })
      return labels => counter.inc({ ...labels })
    },
    timer(name, help, labelNames) {
      const timer = new Histogram({ name, help, labelNames: [...labelNames], buckets: BUCKETS_S, registers })
      return (labels, seconds) => timer.observe({ ...labels }, seconds)
    },
    text: () => registry.metrics(),
    stop() {
      delays.disable()
      registry.clear()
    }
  }
  metrics.gauges(
    'surety_event_loop_delay_seconds',
    'How late timers run, by quantile, since the page was last read',
    ['quantile'],
    () => {
      const series = QUANTILES.map(([quantile, percent]) => ({
        labels: { quantile },
        value: Math.max(0, delays.percentile(percent) / NANOSECONDS - DELAY_RESOLUTION_MS / 1_000)
      }))
      delays.reset()
      return series
    }
  )
  return metrics
}

/** A part that is stopping must not take the page with it. */
function readable(read: () => readonly Series[]): readonly Series[] {
  try {
    return read().filter(({ value }) => Number.isFinite(value))
  } catch {
    return []
  }
}
