// What a base transaction must be [LED-1 to LED-3], and what a block does with its fees.
import { describe, expect, it } from 'vitest'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')

describe('payments [LED-3]', () => {
  it('moves coin to its new owner and change back [LED-1]', () => {
    const chain = new ChainBuilder()
    chain.produce([chain.pay(olga, oscar, shares(7))])
    const owned = [...chain.state.entries('outputs')].map(([, one]) => one.output)
    expect(owned).toContainEqual(output(oscar.key, shares(7)))
    expect(owned).toContainEqual(output(olga.key, shares(993) - 1000n))
  })
})
