// The architecture rules on this tree. What each rule refuses is drawn in rules.test.ts.
import { describe, expect, it } from 'vitest'
import { findCircles, findDoorFaults, findImpurities, findLeftovers, findLongFiles } from './rules.ts'
import { loadProse, loadSources } from './tree.ts'

describe('the tree', () => {
  const sources = loadSources()

  it('is really read', () => {
    const paths = sources.map(source => source.path)
    expect(paths).toContain('contracts/codec/codec.ts')
    expect(sources.flatMap(source => source.imports).length).toBeGreaterThan(20)
  })
  it('imports only through doors and downward', () => expect(findDoorFaults(sources)).toEqual([]))
  it('has no import circle, type imports included', () => expect(findCircles(sources)).toEqual([]))
  it('is pure where it says so', () => expect(findImpurities(sources)).toEqual([]))
  it('has no file over 400 lines', () => expect(findLongFiles(sources)).toEqual([]))
  it('holds no leftover words', () => expect(findLeftovers([...sources, ...loadProse()])).toEqual([]))
})
