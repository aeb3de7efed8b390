// Every code that a person may meet has a page that works offline.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownPageOf, pageOf } from '#cli/errors/pages.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const FLOORS = ['contracts', 'base-layer', 'asset-layer', 'cli']
/** What reaches a person through a command, whatever the family. */
const NEAR = [
  /^cli\/(?!errors)/,
  /^base-layer\/(wallet|client|runtime)\//,
  /^asset-layer\/client\//,
  /^contracts\/assets\//,
  /^contracts\/crypto\/address/,
  /^base-layer\/state\/apply-transaction/
]

function codesOf(wanted: (path: string) => boolean): readonly string[] {
  const codes = new Set<string>()
  for (const floor of FLOORS) {
    for (const entry of readdirSync(join(ROOT, floor), { recursive: true, encoding: 'utf8' })) {
      const path = `${floor}/${entry.replaceAll('\\', '/')}`
      if (!path.endsWith('.ts') || !wanted(path)) continue
      for (const [, code] of readFileSync(join(ROOT, path), 'utf8').matchAll(/'(E_[A-Z0-9]+(?:_[A-Z0-9]+)*)'/g))
        codes.add(code ?? '')
    }
  }
  return [...codes].sort()
}

describe('error pages', () => {
  it('has a page for every code of every floor', () => {
    expect(codesOf(() => true).filter(code => pageOf(code) === undefined)).toEqual([])
  })

  it("has a page of its own for every code that commands print, not only the family's", () => {
    expect(codesOf(path => NEAR.some(one => one.test(path))).filter(code => ownPageOf(code) === undefined)).toEqual([])
  })

  it('has no page for what is no code', () => {
    expect(pageOf('E_NONSENSE')).toBeUndefined()
    expect(pageOf('toString')).toBeUndefined()
  })

  it('says in every page what it means and what to do', () => {
    for (const code of codesOf(() => true))
      expect(
        pageOf(code)?.every(text => text.endsWith('.')),
        code
      ).toBe(true)
  })
})
