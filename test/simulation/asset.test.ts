// The asset layer's consensus under drawn faults, on a few seeds; `npm run sim` runs many. And that the simulation
// notices: the same seed gives the same run, a broken rule fails, more than f liars are named by evidence.
import { describe, expect, it } from 'vitest'
import { runSeeds } from '#test/support/simulator/report.ts'
import { assetEngine, runAssetSimulation } from './asset-engine.ts'

describe('the committee under faults [DAG-1, DAG-2, DAG-3, DAG-6]', () => {
  it('agrees and moves on after healing, and every kind of fault happens', () => {
    const report = runSeeds(assetEngine, 1, 12)
    expect(report.failures).toEqual([])
    expect(report.pass).toBe(12)
    const kinds = ['crash', 'cut', 'lost', 'repeated', 'slow', 'twin', 'withheld', 'phantom', 'wipe', 'unsynced-lost']
    for (const kind of kinds) expect(report.faultsFired[kind] ?? 0, kind).toBeGreaterThan(0)
  })

  it('gives the same trace for the same seed and another for the next', () => {
    expect(runAssetSimulation(5)).toEqual(runAssetSimulation(5))
    expect(runAssetSimulation(5).traceHash).not.toBe(runAssetSimulation(6).traceHash)
  })

  it.each([145, 278, 490, 733, 738, 5435])('passes seed %i, which once did not', seed => {
    expect(runAssetSimulation(seed)).toMatchObject({ verdict: 'pass' })
  })

  it.each([101, 102, 103, 104])('agrees with one of four seats lying, and names it (seed %i)', seed => {
    const run = runAssetSimulation(seed, { seats: 4, liars: [2] })
    expect(run).toMatchObject({ verdict: 'pass', accused: [2] })
  })

  it.each([201, 202, 203])('names both liars by evidence when two of four lie [DAG-7] (seed %i)', seed => {
    expect(runAssetSimulation(seed, { seats: 4, liars: [1, 3] }).accused).toEqual([1, 3])
  })

  it.each(assetEngine.breakable)('fails with the rule %s broken', rule => {
    const report = runSeeds(assetEngine, 1, 30, rule)
    expect(report.pass).toBeLessThan(30)
    expect(report.diverged).toBeGreaterThan(0)
  })
})
