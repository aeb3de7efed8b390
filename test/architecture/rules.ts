// The rules the compiler does not see, each a function from sources to faults; an empty list means the rule holds.
// Called by tree.test.ts on the tree and by rules.test.ts on drawn examples that must go red.
import { SyntaxKind } from 'typescript/unstable/ast'
import { faultOfImport, isPure, resolveImport } from './doors.ts'
import type { Source } from './source.ts'

/** `path:line reason`. */
export type Fault = string

const LINES_MAX = 400

/** Imports past a door, upward, out of order or out of a pure folder; imports of files that do not exist. */
export function findDoorFaults(sources: readonly Source[]): Fault[] {
  const known = new Set(sources.map(source => source.path))
  return sources.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, line }) => {
      const target = resolveImport(path, specifier)
      const missing = target !== undefined && !known.has(target) ? `${target} does not exist` : undefined
      const fault = faultOfImport(path, specifier) ?? missing
      return fault === undefined ? [] : [`${path}:${line} ${fault}`]
    })
  )
}

/** Import circles, type imports included, one fault for each circle found. */
export function findCircles(sources: readonly Source[]): Fault[] {
  const next = new Map(
    sources.map(({ path, imports }) => [path, imports.flatMap(({ specifier }) => resolveImport(path, specifier) ?? [])])
  )
  const faults: Fault[] = []
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    const place = trail.indexOf(path)
    if (place >= 0) faults.push(`circle: ${[...trail.slice(place), path].join(' -> ')}`)
    if (place >= 0 || done.has(path)) return
    trail.push(path)
    for (const target of next.get(path) ?? []) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const { path } of sources) visit(path)
  return faults
}

const IMPURE_NAMES: ReadonlySet<string> = new Set([
  'process',
  'Buffer',
  'Date',
  'performance',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'crypto',
  'globalThis',
  'require',
  'Promise',
  'Intl',
  'parseFloat',
  'eval',
  'WeakRef',
  'FinalizationRegistry',
  'SharedArrayBuffer',
  'Atomics',
  'Float32Array',
  'Float64Array'
])
const IMPURE_MEMBERS = /^(localeCompare|toLocale\w*|toFixed|toPrecision|toExponential|[gs]etFloat\d+|then)$/
/** Exact on integers below 2^53, on every machine. */
const EXACT_MATH: ReadonlySet<string> = new Set([
  'floor',
  'ceil',
  'trunc',
  'min',
  'max',
  'abs',
  'sign',
  'imul',
  'clz32'
])

/** Clock, randomness, I/O, asynchrony, locale and floats in pure folders. */
export function findImpurities(sources: readonly Source[]): Fault[] {
  return sources
    .filter(source => isPure(source.path))
    .flatMap(source =>
      source.tokens.flatMap((token, i) => {
        const why = impurityAt(source, i)
        return why === undefined ? [] : [`${source.path}:${token.line} ${why}`]
      })
    )
}

function impurityAt({ tokens }: Source, i: number): string | undefined {
  const token = tokens[i]
  if (token === undefined) return undefined
  const { kind, text } = token
  if (kind === SyntaxKind.AwaitKeyword || kind === SyntaxKind.AsyncKeyword) return `${text} in a pure folder`
  if (kind === SyntaxKind.NumericLiteral) {
    const float = !/^0[xob]/i.test(text) && /[.e]/i.test(text)
    return float ? `the float ${text} in a pure folder` : undefined
  }
  if (kind !== SyntaxKind.Identifier && kind !== SyntaxKind.RequireKeyword) return undefined
  const before = tokens[i - 1]?.text
  const member = before === '.' || before === '?.'
  if (member) return IMPURE_MEMBERS.test(text) ? `.${text} in a pure folder` : undefined
  if (text === 'Math') {
    const used = tokens[i + 1]?.text === '.' ? (tokens[i + 2]?.text ?? '') : 'as a value'
    return EXACT_MATH.has(used) ? undefined : `Math ${used} in a pure folder`
  }
  return IMPURE_NAMES.has(text) ? `${text} in a pure folder` : undefined
}

/** Files over 400 lines. */
export function findLongFiles(sources: readonly Source[]): Fault[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    return lines > LINES_MAX ? [`${path}:${lines} longer than ${LINES_MAX} lines`] : []
  })
}

// Each pattern is written so that it does not match itself.
const LEFTOVERS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\.\.\/sha[r]ed/, 'names a folder outside the project'],
  [/(?<![\w.])\/wor[k]\//, 'names a folder of one machine'],
  [/\/tm[p]\/surety\//, 'names a folder of one machine'],
  [/\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b/, 'is a note to oneself'],
  [/\bissue[ ]#?\d/i, 'names an issue'],
  [/\.(skip|only|todo|fails)[(]['"`]/, 'leaves a test out']
]

/** Words that mean nothing outside the place where they were written, notes to oneself, tests left out. */
export function findLeftovers(files: readonly { readonly path: string; readonly text: string }[]): Fault[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, i) =>
        LEFTOVERS.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${path}:${i + 1} ${why}: ${line.trim()}`)
      )
  )
}
