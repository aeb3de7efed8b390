// Which folder a node command is about: --data, SURETY_NODE_DATA, else the usual one.
import { join } from 'node:path'
import envPaths from 'env-paths'
import type { Options } from '../../handler.ts'

export function folderOf(options: Options): string {
  const { data } = options
  if (typeof data === 'string') return data
  const fromEnvironment = process.env['SURETY_NODE_DATA']
  return fromEnvironment !== undefined && fromEnvironment !== ''
    ? fromEnvironment
    : join(envPaths('surety', { suffix: '' }).data, 'node')
}
