import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from '#base-layer/runtime/metrics.ts'

let metrics: Metrics
beforeEach(() => {
  metrics = createMetrics()
})
afterEach(() => metrics.stop())

describe('metrics', () => {
  it('read gauges when asked for, and forget series that are gone', async () => {
    let series = [{ labels: { state: 'running' }, value: 2 }]
    metrics.gauges('surety_test', 'A test', ['state'], () => series)
    expect(await metrics.text()).toContain('surety_test{state="running"} 2')
    series = [{ labels: { state: 'ended' }, value: 1 }]
    const text = await metrics.text()
    expect(text).toContain('surety_test{state="ended"} 1')
    expect(text).not.toContain('running')
  })

  it('leave out what cannot be read, and show the rest', async () => {
    metrics.gauge('surety_broken', 'Broken', () => {
      throw new Error('stopped')
    })
    metrics.gauge('surety_not_a_number', 'None', () => Number.NaN)
    metrics.gauge('surety_fine', 'Fine', () => 7)
    const text = await metrics.text()
    expect(text).toContain('surety_fine 7')
    expect(text).not.toMatch(/^surety_(broken|not_a_number) /m)
  })

  it('count, and time in seconds', async () => {
    const count = metrics.counter('surety_calls_total', 'Calls', ['code'])
    count({ code: 'ok' })
    count({ code: 'ok' })
    metrics.timer('surety_call_seconds', 'Time', ['method'])({ method: 'a' }, 0.25)
    const text = await metrics.text()
    expect(text).toContain('surety_calls_total{code="ok"} 2')
    expect(text).toContain('surety_call_seconds_sum{method="a"} 0.25')
    expect(text).toContain('surety_call_seconds_bucket{le="0.5",method="a"} 1')
  })

  it('of two nodes in one process do not meet', async () => {
    const other = createMetrics()
    other.gauge('surety_own', 'Own', () => 1)
    metrics.gauge('surety_own', 'Own', () => 2)
    expect(await metrics.text()).toContain('surety_own 2')
    other.stop()
  })
})
