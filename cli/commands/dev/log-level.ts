// The log level a person asked the nodes of a network for.
import { misuse } from '../../exit-codes.ts'
import type { Options } from '../../handler.ts'

const LEVELS = ['warn', 'info', 'debug'] as const
export type NodeLogLevel = (typeof LEVELS)[number]

export function logLevelOf(options: Options): NodeLogLevel {
  const wanted = options['logLevel']
  const level = LEVELS.find(one => one === wanted)
  if (level === undefined) throw misuse('E_LOG_LEVEL', `${String(wanted)} is not one of ${LEVELS.join(', ')}`)
  return level
}
