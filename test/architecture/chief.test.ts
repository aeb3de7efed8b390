// The chief's preference is a mempool's business alone [GOV-3]: nothing that decides which block is valid, preferred or
// final can even see it.
import { describe, expect, it } from 'vitest'
import { resolveImport } from './doors.ts'
import { loadSources } from './tree.ts'

const PREFERENCE = ['contracts/statements/preference.ts', 'base-layer/state/governance/preferences.ts']
/** Where blocks are executed, headers are checked, forks are chosen and finality is counted. */
const JUDGES = [
  /^base-layer\/state\/(?!governance\/preferences)/,
  /^base-layer\/consensus\//,
  /^base-layer\/light\//,
  /^base-layer\/chain\/(preferred-chain|finalise|restore)\.ts$/,
  /^contracts\/(?!statements\/preference)/,
  /^asset-layer\//
]

const sources = loadSources()
const imports = new Map(
  sources.map(({ path, imports: list }) => [
    path,
    list.flatMap(({ specifier }) => resolveImport(path, specifier) ?? [])
  ])
)

/** All that a file can see, directly or through others. */
function reachable(from: string): ReadonlySet<string> {
  const seen = new Set<string>()
  const next = [from]
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    next.push(...(imports.get(path) ?? []))
  }
  return seen
}

describe('the chief is powerless over blocks [GOV-3]', () => {
  it('since no rule of validity, fork choice or finality reads a preference', () => {
    const judges = [...imports.keys()].filter(path => JUDGES.some(one => one.test(path)) && !PREFERENCE.includes(path))
    expect(judges.length).toBeGreaterThan(100)
    expect(judges).toEqual(
      expect.arrayContaining(['base-layer/state/transition.ts', 'base-layer/consensus/machine.ts'])
    )
    // The asset layer sees the base layer's door, behind which the whole node stands; what it judges by is its own.
    const closed = judges.filter(path => !path.startsWith('asset-layer/'))
    expect(closed.filter(path => PREFERENCE.some(one => reachable(path).has(one)))).toEqual([])
    expect(judges.filter(path => imports.get(path)?.some(one => PREFERENCE.includes(one)))).toEqual([])
  })

  it('and the search would find it if one did', () => {
    expect(reachable('base-layer/state/governance/preferences.ts').has('contracts/statements/preference.ts')).toBe(true)
  })
})
