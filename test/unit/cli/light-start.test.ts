// Help and completion come at once because nothing heavy is loaded for them: what main.ts imports before a command runs.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const CLI = join(import.meta.dirname, '..', '..', '..', 'cli')
const LIGHT = ['commander', 'env-paths', 'picocolors', 'smol-toml']

/** Files and packages that a file loads when it is loaded; types are gone by then, and `import()` comes later. */
function loadedBy(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found
  found.add(file)
  const text = readFileSync(file, 'utf8')
  const named = [
    ...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms),
    ...text.matchAll(/^const .*await import\('([^']+)'\)/gm)
  ]
  for (const [statement, from = ''] of named) {
    const onlyTypes =
      /\{([^}]*)\}/
        .exec(statement)?.[1]
        ?.split(',')
        .every(one => /^\s*(type .*)?$/.test(one)) === true
    if (onlyTypes || from.startsWith('node:')) continue
    if (from.startsWith('.')) loadedBy(join(dirname(file), from), found)
    else found.add(from)
  }
  return found
}

it('loads no floor below and no heavy package before a command runs', () => {
  const loaded = loadedBy(join(CLI, 'main.ts'))
  expect(loaded).toContain(join(CLI, 'program.ts'))
  expect([...loaded].filter(one => !one.startsWith(CLI) && !LIGHT.includes(one))).toEqual([])
})

it('sees what a command loads, as a check of the check', () => {
  expect(loadedBy(join(CLI, 'session.ts'))).toContain('#base-layer/index.ts')
})
