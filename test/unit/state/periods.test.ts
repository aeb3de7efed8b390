// Finality as blocks record it, ticks and clocks, share tables and seeds over several periods [FIN-1, FIN-8,
// POS-1, POS-3].
import { describe, expect, it } from 'vitest'
import { ChainBuilder } from '#test/support/chain-builder.ts'

describe('a chain over several periods', () => {
  it('records finality, hands it over at L_j, ticks in every block, seeds every period [FIN-2, FIN-8, POS-3]', () => {
    const chain = new ChainBuilder()
    chain.produceTo(150)
    const { state } = chain
    expect(state.finality.period).toBe(4)
    expect(state.height - state.recordedFinal.height).toBeLessThan(10)
    expect(state.tableAt(150)?.period).toBe(4)
    expect(state.tableAt(150)?.silent.size).toBe(0)
    expect(state.ticks).toBe(150)
    const seeds = [0, 1, 2, 3, 4].map(period => state.tableOf(period)?.seed)
    expect(new Set(seeds).size).toBe(5)
  })
})
