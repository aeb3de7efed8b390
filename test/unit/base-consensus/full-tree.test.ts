import { describe, expect, it, vi } from 'vitest'
import { BASE_LIMITS } from '#base-layer/consensus/limits.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import { Bench, blockOn } from './fixtures.ts'

vi.mock('#base-layer/consensus/limits.ts', async original => {
  const { BASE_LIMITS: limits } = await original<{ readonly BASE_LIMITS: typeof BASE_LIMITS }>()
  return { BASE_LIMITS: { ...limits, treeBlocks: 8 } }
})

describe('a tree that is full', () => {
  it('never gives up the block that the next one stands on, though it is the lightest', () => {
    const bench = new Bench({ self: null })
    const light = bench.draw(bench.genesis, { slot: 1, by: 'bob' })
    const tip = bench.chain(bench.genesis, BASE_LIMITS.treeBlocks - 2)
    bench.acknowledge('carol', tip)
    bench.acknowledge('dave', tip)
    expect(bench.machine.head.id).toBe(tip.id)
    const child = blockOn(light, { slot: 2, by: 'bob' })
    bench.block(child)
    expect(bench.machine.stateOf(blockIdOf(child.header))).toBeDefined()
    expect(bench.machine.head.id).toBe(tip.id)
  })
})
