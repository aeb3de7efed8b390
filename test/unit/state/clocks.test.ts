// The clocks of heights: what they say, and that only those are kept that a rule may still ask for [FIN-8].
import { describe, expect, it } from 'vitest'
import { forgetClocks, startClocks, ticksSince } from '#base-layer/state/finality/clocks.ts'
import { CLOCKS_FORGOTTEN, CLOCKS_PER_LEAF } from '#base-layer/state/limits.ts'
import type { Put, Reader } from '#base-layer/state/finality/period-tables.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'

class Clocks {
  readonly leaves = new Map<number, { readonly kind: 'clocks'; readonly ticks: readonly number[] }>()
  readonly read = ((_section: string, { span }: { span: number }) => this.leaves.get(span)) as unknown as Reader
  readonly put = ((_section: string, { span }: { span: number }, leaf: never) =>
    this.leaves.set(span, leaf)) as unknown as Put
  from = 0

  start(from: number, to: number, ticks: number): void {
    startClocks(this.read, this.put, from, to, ticks)
  }

  since(height: number, ticks: number): number | undefined {
    return ticksSince(this.read, height, ticks, this.from)
  }

  forget(parameters: Parameters, ticks: number): void {
    const remove = (key: { readonly kind: string }): void => {
      this.leaves.delete((key as { span?: number }).span ?? -1)
    }
    this.from = forgetClocks(this.read, remove, parameters, ticks, this.from)
  }
}

/** All waits of a thousand ticks or fewer. */
const parameters = Object.fromEntries(
  Object.entries(DEV_PARAMETERS).map(([name, value]) => [name, name.endsWith('Ticks') ? 1000 : value])
) as unknown as Parameters

describe('a clock', () => {
  it('starts with the first block that records its height as final, across leaves', () => {
    const clocks = new Clocks()
    clocks.start(0, 0, 0)
    clocks.start(1, CLOCKS_PER_LEAF + 3, 7)
    clocks.start(CLOCKS_PER_LEAF + 4, CLOCKS_PER_LEAF + 4, 9)
    expect(clocks.since(0, 10)).toBe(10)
    expect(clocks.since(1, 10)).toBe(3)
    expect(clocks.since(CLOCKS_PER_LEAF, 10)).toBe(3)
    expect(clocks.since(CLOCKS_PER_LEAF + 4, 10)).toBe(1)
    expect(clocks.since(CLOCKS_PER_LEAF + 5, 10)).toBeUndefined()
    expect(clocks.since(3 * CLOCKS_PER_LEAF, 10)).toBeUndefined()
    expect(clocks.leaves.size).toBe(2)
  })

  it('is forgotten once it is older than any rule waits, and then counts as long ago', () => {
    const clocks = new Clocks()
    for (let height = 0; height < 5000; height++) {
      clocks.start(height, height, height)
      clocks.forget(parameters, height)
    }
    expect(clocks.leaves.size).toBeLessThanOrEqual(Math.ceil(1000 / CLOCKS_PER_LEAF) + 2)
    expect(clocks.since(4000, 4999)).toBe(999)
    expect(clocks.since(3999, 4999)).toBe(1000)
    expect(clocks.since(10, 4999)).toBeGreaterThan(1_000_000)
  })

  it('is kept while the leaf it shares holds one that is still asked for', () => {
    const clocks = new Clocks()
    clocks.start(0, CLOCKS_PER_LEAF - 2, 1)
    clocks.start(CLOCKS_PER_LEAF - 1, CLOCKS_PER_LEAF, 500)
    clocks.forget(parameters, 1500)
    expect(clocks.from).toBe(0)
    clocks.forget(parameters, 1501)
    expect(clocks.from).toBe(CLOCKS_PER_LEAF)
  })

  it('is forgotten with few others in one block, however long finality stalled', () => {
    const clocks = new Clocks()
    clocks.start(0, 100 * CLOCKS_PER_LEAF, 1)
    clocks.forget(parameters, 5000)
    expect(clocks.from).toBe(CLOCKS_FORGOTTEN * CLOCKS_PER_LEAF)
    for (let i = 0; i < 100; i++) clocks.forget(parameters, 5000)
    expect(clocks.from).toBe(100 * CLOCKS_PER_LEAF)
    expect(clocks.leaves.size).toBe(1)
  })
})
