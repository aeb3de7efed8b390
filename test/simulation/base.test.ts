// The base chain's consensus under drawn faults, on a few seeds; `npm run sim` runs many. And that the simulation
// notices: the same seed gives the same run, a broken rule fails, peers that contradict themselves are named by evidence.
import { describe, expect, it } from 'vitest'
import { runSeeds } from '#test/support/simulator/report.ts'
import { baseEngine, runBaseSimulation } from './base-engine.ts'

describe('the base chain under faults [POS-4, POS-5, POS-8, FIN-1, FIN-2, FIN-5, FIN-6, FIN-7]', () => {
  it('keeps one final chain and moves on after healing, and every kind of fault happens', () => {
    const report = runSeeds(baseEngine, 1, 8)
    expect(report.failures).toEqual([])
    expect(report.pass).toBe(8)
    const kinds = [
      'crash',
      'cut',
      'lost',
      'repeated',
      'reordered',
      'unsynced-lost',
      'reorganised',
      'fetch',
      'hand-over'
    ]
    for (const kind of kinds) expect(report.faultsFired[kind] ?? 0, kind).toBeGreaterThan(0)
  })

  it('gives the same trace for the same seed and another for the next', () => {
    expect(runBaseSimulation(5)).toEqual(runBaseSimulation(5))
    expect(runBaseSimulation(5).traceHash).not.toBe(runBaseSimulation(6).traceHash)
  })

  it('convicts a peer that contradicts itself, and nobody else [FIN-4]', () => {
    const run = runBaseSimulation(101, { peers: 5, lies: true })
    expect(run).toMatchObject({ verdict: 'pass', isLiarAccused: true, evidence: 1 })
    for (const kind of ['votes', 'acknowledgements', 'proposals']) {
      expect(run.faultsFired[`evidence-${kind}`] ?? 0, kind).toBeGreaterThan(0)
    }
  })

  // Who may not vote after a loss is a third of what is left in the table: only a recovery file helps.
  it('ends a stall for good with a recovery file [FIN-7, FIN-9] (seed 7)', () => {
    const run = runBaseSimulation(7)
    expect(run.verdict).toBe('pass')
    expect(run.faultsFired['recovered']).toBeGreaterThan(0)
  })

  it.each(baseEngine.breakable)('fails with the rule broken: %s', rule => {
    const report = runSeeds(baseEngine, 1, 8, rule, verdict => verdict !== 'pass')
    expect(report.diverged).toBeGreaterThan(0)
  })
})
