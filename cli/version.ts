// The version that nodes and commands report: the one of package.json, read once.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '..', 'package.json')
export const VERSION: string = (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version
