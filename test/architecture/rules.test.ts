// Every architecture rule, shown red on a drawn bad example and green on its good neighbour.
import { describe, expect, it } from 'vitest'
import { findCircles, findDoorFaults, findImpurities, findLeftovers, findLongFiles } from './rules.ts'
import { buildSource, type Source } from './source.ts'

function draw(files: Readonly<Record<string, string>>): Source[] {
  return Object.entries(files).map(([path, text]) => buildSource(path, text))
}

/** The faults of one import, whose target exists. */
function doorFaults(from: string, target: string, specifier = `#${target}`): string[] {
  return findDoorFaults(draw({ [from]: `import { x } from '${specifier}'`, [target]: 'export const x = 1' }))
}

describe('reading a source', () => {
  it('finds every form of import and none in comments, strings, templates or regular expressions', () => {
    const { imports } = buildSource(
      'cli/a.ts',
      [
        "import a from 'one'",
        "import 'two'",
        "export * from 'three'",
        "import type { b } from 'four'",
        "const c = await import('five')",
        "type D = import('six').D",
        "// import 'no'",
        "/* from 'no' */",
        'const e = "import \'no\'"',
        "const f = `from 'no' ${`${a}`} from 'no'`",
        "const g = a / 2 + /from 'no'/.source.length"
      ].join('\n')
    )
    expect(imports.map(found => `${found.line} ${found.specifier}`)).toEqual([
      '1 one',
      '2 two',
      '3 three',
      '4 four',
      '5 five',
      '6 six'
    ])
  })
})

describe('doors', () => {
  it.each([
    ['contracts/codec/a.ts', 'contracts/primitives/b.ts'],
    ['base-layer/chain/a.ts', 'contracts/claims/b.ts'],
    ['asset-layer/node.ts', 'base-layer/index.ts'],
    ['asset-layer/node.ts', 'base-layer/runtime/b.ts'],
    ['cli/main.ts', 'asset-layer/index.ts'],
    ['test/unit/a.ts', 'base-layer/chain/b.ts']
  ])('%s may import %s', (from, target) => expect(doorFaults(from, target)).toEqual([]))

  it.each([
    ['contracts/primitives/a.ts', 'contracts/codec/b.ts'],
    ['contracts/claims/a.ts', 'base-layer/index.ts'],
    ['base-layer/node.ts', 'asset-layer/index.ts'],
    ['asset-layer/node.ts', 'base-layer/chain/b.ts'],
    ['asset-layer/node.ts', 'cli/main.ts'],
    ['cli/main.ts', 'base-layer/store/b.ts'],
    ['cli/main.ts', 'asset-layer/replica/b.ts'],
    ['base-layer/node.ts', 'test/support/b.ts'],
    ['base-layer/state/a.ts', 'base-layer/store/b.ts'],
    ['asset-layer/committees/a.ts', 'base-layer/index.ts']
  ])('%s may not import %s', (from, target) => expect(doorFaults(from, target)).toHaveLength(1))

  it('refuses a relative climb to another floor', () => {
    expect(doorFaults('base-layer/node.ts', 'contracts/codec/b.ts', '../contracts/codec/b.ts')).toHaveLength(1)
  })
  it('refuses an import without extension and one of a missing file', () => {
    expect(findDoorFaults(draw({ 'cli/a.ts': "import './b'" }))).toHaveLength(1)
    expect(findDoorFaults(draw({ 'cli/a.ts': "import './b.ts'" }))).toHaveLength(1)
  })
  it('refuses Node modules and unlisted packages in a pure folder only', () => {
    expect(findDoorFaults(draw({ 'base-layer/light/a.ts': "import 'node:fs'\nimport 'kysely'" }))).toHaveLength(2)
    expect(findDoorFaults(draw({ 'base-layer/light/a.ts': "import '@noble/hashes/sha2.js'" }))).toEqual([])
    expect(findDoorFaults(draw({ 'base-layer/store/a.ts': "import 'node:fs'\nimport 'kysely'" }))).toEqual([])
  })
})

describe('circles', () => {
  it('are found through type imports and re-exports', () => {
    const circle = draw({
      'cli/a.ts': "import type { B } from './b.ts'",
      'cli/b.ts': "export * from '#cli/c.ts'",
      'cli/c.ts': "import './a.ts'"
    })
    expect(findCircles(circle)).toEqual(['circle: cli/a.ts -> cli/b.ts -> cli/c.ts -> cli/a.ts'])
  })
  it('are not seen in a diamond', () => {
    const diamond = draw({
      'cli/a.ts': "import './b.ts'; import './c.ts'",
      'cli/b.ts': "import './d.ts'",
      'cli/c.ts': "import './d.ts'",
      'cli/d.ts': ''
    })
    expect(findCircles(diamond)).toEqual([])
  })
})

describe('purity', () => {
  const faults = (text: string, path = 'base-layer/state/a.ts'): string[] => findImpurities(draw({ [path]: text }))

  it.each([
    'Date.now()',
    'new Date()',
    'process.env',
    'Buffer.from([])',
    'performance.now()',
    'console.log(1)',
    'fetch(x)',
    'setTimeout(f, 1)',
    'Math.random()',
    'Math.log(2)',
    'Math.exp(1)',
    'Math.pow(2, 3)',
    'Math.sqrt(2)',
    'f(Math)',
    'const { random } = Math',
    'async () => 1',
    'await x',
    'Promise.all([])',
    'x.then(f)',
    "parseFloat('1')",
    'a.localeCompare(b)',
    'a.toLocaleString()',
    'new Intl.Collator()',
    'globalThis.x',
    'const x = 0.5',
    'const x = 1e9',
    'const x = .5',
    '`${Date.now()}`'
  ])('refuses %s', text => expect(faults(text)).not.toEqual([]))

  it.each([
    'Math.floor(a / b)',
    'Math.min(1, 2)',
    'const x = 1_000n',
    'const x = 0x1e',
    'const x = /Date.now()/',
    '// Date.now() is 0.5',
    "const x = 'process.env 0.5'",
    'state.process',
    'const xs = [...a]'
  ])('accepts %s', text => expect(faults(text)).toEqual([]))

  it('asks nothing of folders that are not pure', () => {
    expect(faults('Date.now()', 'base-layer/runtime/clock.ts')).toEqual([])
  })
})

describe('size and leftovers', () => {
  it('refuses the 401st line', () => {
    expect(findLongFiles(draw({ 'cli/a.ts': '\n'.repeat(400) }))).toEqual([])
    expect(findLongFiles(draw({ 'cli/a.ts': '\n'.repeat(401) }))).toHaveLength(1)
  })
  // Joined here, so that this file does not hold the words itself.
  it.each([
    ['..', '/shared/design'],
    ['/wo', 'rk/main'],
    ['/tm', 'p/surety/x'],
    ['TO', 'DO: later'],
    ['FIX', 'ME'],
    ['see issue', ' #2'],
    ['it.ski', "p('x')"],
    ['it.onl', "y('x')"]
  ])('refuses %s%s', (head, tail) => {
    expect(findLeftovers([{ path: 'docs/a.md', text: `first line\n${head}${tail}` }])).toHaveLength(1)
  })
  it('accepts ordinary words', () => {
    expect(findLeftovers([{ path: 'docs/a.md', text: 'shared work, an issue of coins, issuer 2' }])).toEqual([])
  })
})
