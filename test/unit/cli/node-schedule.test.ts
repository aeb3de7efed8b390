// The operator's schedules of a node, on a clock that the test moves.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BaseNode } from '#base-layer/index.ts'
import { onDiskFailure } from '#base-layer/runtime/disk-failures.ts'
import { createMetrics, type Metrics } from '#base-layer/runtime/metrics.ts'
import { scheduleUpkeep } from '#cli/node/node-schedule.ts'

const WHOLE = { ok: true, height: 7, id: null, stateRoot: null, blocks: 8, problems: [] }
const SECOND_MS = 1_000

let metrics: Metrics
let said: string[]
let stop: () => Promise<void>
const logger = () => {
  const say = (_details: unknown, text: string): void => {
    said.push(text)
  }
  return { info: say, error: say } as unknown as Parameters<typeof scheduleUpkeep>[0]['logger']
}
const base = (check: Partial<typeof WHOLE> = {}, backUp: BaseNode['backUp'] = async () => BACKUP) =>
  ({ check: async () => ({ ...WHOLE, ...check }), backUp }) as unknown as BaseNode
const BACKUP = { path: '/backups/chain.db', bytes: 1, check: WHOLE }
const begin = (node: BaseNode, settings: { backup: string; check: string }) => {
  stop = scheduleUpkeep({
    base: node,
    settings: { backups: 2, ...settings },
    backupDir: '/b',
    metrics,
    logger: logger()
  })
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_500 })
  metrics = createMetrics()
  said = []
})
afterEach(async () => {
  await stop()
  metrics.stop()
  vi.useRealTimers()
})

describe('the upkeep of a node', () => {
  it('copies and checks when it is time, and shows when it last did', async () => {
    const kept: unknown[] = []
    const node = base({}, async wishes => {
      kept.push(wishes)
      return BACKUP
    })
    begin(node, { backup: '* * * * * *', check: '* * * * * *' })
    await vi.advanceTimersByTimeAsync(2 * SECOND_MS)
    expect(kept[0]).toEqual({ folder: '/b', keep: 2 })
    expect(said).toContain('chain.db is copied and checked')
    expect(said).toContain('chain.db is whole')
    expect(await metrics.text()).toMatch(/surety_upkeep_seconds\{task="check"\} 18000000\d\d/)
  })

  it('does nothing where the operator wants nothing', async () => {
    begin(base(), { backup: '', check: '' })
    await vi.advanceTimersByTimeAsync(5 * SECOND_MS)
    expect(said).toEqual([])
  })

  it('tells whoever stops a node of damage', async () => {
    const heard: unknown[] = []
    const end = onDiskFailure(error => heard.push(error))
    begin(base({ ok: false, problems: ['a bad page'] } as never), { backup: '', check: '* * * * * *' })
    await vi.advanceTimersByTimeAsync(1.5 * SECOND_MS)
    end()
    expect(heard[0]).toMatchObject({ code: 'E_DATA_UNUSABLE', message: 'chain.db: a bad page' })
  })

  it('goes on after a copy that failed', async () => {
    let tries = 0
    const node = base({}, async () => {
      tries += 1
      throw new Error('no room')
    })
    begin(node, { backup: '* * * * * *', check: '' })
    await vi.advanceTimersByTimeAsync(3 * SECOND_MS)
    expect(tries).toBeGreaterThan(1)
    expect(said).toContain('a scheduled task failed')
  })
})
