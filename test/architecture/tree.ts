// Which files the architecture rules look at, read from disk. Called by tree.test.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { buildSource, type Source } from './source.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const CODE = ['contracts', 'base-layer', 'asset-layer', 'cli', 'test']
const PROSE = ['docs', '.ci']

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(path => !path.includes('node_modules/'))
    .sort()
}

const isCode = (path: string): boolean => /\.tsx?$/.test(path)
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Every TypeScript file of every floor and of the tests. */
export function loadSources(): readonly Source[] {
  const paths = CODE.flatMap(filesUnder).filter(isCode)
  return paths.map(path => buildSource(path, read(path)))
}

/** Everything a reader may open that is not TypeScript: path and text. */
export function loadProse(): readonly { readonly path: string; readonly text: string }[] {
  const top = readdirSync(ROOT, { withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== 'package-lock.json')
    .map(entry => entry.name)
  const paths = [...top, ...PROSE.flatMap(filesUnder), ...CODE.flatMap(filesUnder).filter(path => !isCode(path))]
  return paths.map(path => ({ path, text: read(path) }))
}
