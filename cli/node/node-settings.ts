// What a node does, and where each setting came from: flag, SURETY_NODE_*, the [node] table of the node's surety.toml, that
// of the user's, default. Read by every `surety node` command; secrets are never settings.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import envPaths from 'env-paths'
import { parse, stringify } from 'smol-toml'
import { z } from 'zod'
import type { TrustedHead } from '#base-layer/index.ts'
import { isCronExpression } from '#base-layer/runtime/scheduler.ts'
import { asName } from '#contracts/names/name.ts'
import { type BlockId, isHex32 } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'

const schedule = z
  .string()
  .max(128)
  .refine(text => text === '' || isCronExpression(text), 'is no cron expression')
const addresses = z.array(z.string().max(256)).max(16)

const FIELDS = {
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'is a-z, 0-9 and hyphens, at most 32'),
  /** The name on the chain that is this node's, under which it serves logins; empty: none [NAM-3]. */
  chainName: z.string().refine(text => text === '' || asName(text) !== undefined, 'is no name'),
  /** Multiaddrs to listen on. */
  listen: addresses.min(1).max(8),
  /** Multiaddrs that others reach this node at, where the system does not know them: behind a router, a name. */
  announce: addresses,
  /** Full addresses of peers to find the others through. */
  bootstrap: addresses,
  rpcPort: z.int().min(0).max(65_535),
  logLevel: z.enum(['error', 'warn', 'info', 'debug', 'silent']),
  /** False: follows and serves the base chain and signs nothing on it. */
  sign: z.boolean(),
  /** Blocks whose bodies a node that does not sign keeps; 0: all [POS-6]. */
  keepBodies: z.int().min(0),
  /** Recovery files that finality follows once the chain carries them, named from the node's folder on [FIN-9]. */
  recoveries: z.array(z.string().max(1_024)).max(64),
  /** A final block that the operator trusts, HEIGHT:ID, to start from or to go on by; empty: none [FIN-5]. */
  trustedHead: z.string().refine(text => text === '' || trustedHeadOf(text) !== undefined, 'is not HEIGHT:ID'),
  /** Observe every live asset, not only those it is bonded to [CLM-7]. */
  watchAll: z.boolean(),
  /** When chain.db is copied and when it is checked in full: cron expressions in UTC; empty: never. */
  backup: schedule,
  /** Copies kept. */
  backups: z.int().min(1).max(1_000),
  check: schedule,
  /** Faults on request over RPC: only where a lie is to be shown being caught. */
  devFaults: z.boolean()
}
const SETTINGS = z.strictObject(FIELDS)
export type NodeSettings = Readonly<z.infer<typeof SETTINGS>>
export type NodeSettingName = keyof NodeSettings
export const NODE_SETTING_NAMES = Object.keys(FIELDS) as NodeSettingName[]

export const NODE_DEFAULTS: NodeSettings = {
  name: 'node',
  chainName: '',
  listen: ['/ip4/0.0.0.0/tcp/7410'],
  announce: [],
  bootstrap: [],
  rpcPort: 7_411,
  logLevel: 'info',
  sign: true,
  keepBodies: 0,
  recoveries: [],
  trustedHead: '',
  watchAll: false,
  backup: '17 3 * * *',
  backups: 7,
  check: '41 4 * * 0',
  devFaults: false
}

export type NodeSettingsCode = 'E_NODE_FOLDER' | 'E_CONFIG'

export interface NodeSettingSources {
  /** The node's folder, whose surety.toml is read. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** By the name of the setting; text as typed. */
  readonly flags?: Readonly<Record<string, unknown>>
}

export interface ResolvedNodeSettings {
  readonly settings: NodeSettings
  readonly origins: Readonly<Record<NodeSettingName, string>>
}

/** The settings in force, or which one cannot be meant and where it is said. */
export function resolveNodeSettings(sources: NodeSettingSources): Verdict<ResolvedNodeSettings, NodeSettingsCode> {
  const own = join(sources.folder, 'surety.toml')
  const users = join(envPaths('surety', { suffix: '' }).config, 'surety.toml')
  const tables: (readonly [origin: string, values: Readonly<Record<string, unknown>>])[] = [
    ['flag', typed(sources.flags ?? {})],
    ['environment', typed(fromEnvironment(sources.env))]
  ]
  for (const file of [own, users]) {
    const table = readTable(file)
    if (!table.ok) return table
    tables.push([file, table.value])
  }
  tables.push(['default', NODE_DEFAULTS])
  return merge(tables)
}

/** The block that a setting HEIGHT:ID names, or undefined. */
export function trustedHeadOf(text: string): TrustedHead | undefined {
  const [, height = '', id = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  return isHex32(id) ? { height: Number(height), id: id as BlockId } : undefined
}

/** As a file for a new node, with what every setting is for. */
export function formatNodeSettings(settings: Partial<NodeSettings>): string {
  return `# Settings of this node: see docs/operating.md. Flags and SURETY_NODE_* go before what is said here.\n${stringify({ node: settings })}\n`
}

function merge(
  tables: readonly (readonly [string, Readonly<Record<string, unknown>>])[]
): Verdict<ResolvedNodeSettings, NodeSettingsCode> {
  const values: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const [origin, table] of tables) {
    for (const [name, value] of Object.entries(table)) {
      if (value === undefined || Object.hasOwn(values, name)) continue
      values[name] = value
      origins[name] = origin
    }
  }
  const parsed = SETTINGS.safeParse(values)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const name = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : String(issue?.path[0] ?? '')
    return reject('E_CONFIG', `${name} (${origins[name] ?? 'default'}): ${issue?.message ?? 'is not valid'}`)
  }
  const settings = parsed.data
  if (settings.sign && settings.keepBodies > 0) {
    return reject('E_CONFIG', 'keepBodies is for a node with `sign = false`: acknowledgements need every block [POS-6]')
  }
  return accept({ settings, origins: origins as ResolvedNodeSettings['origins'] })
}

function fromEnvironment(env: NodeSettingSources['env']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    NODE_SETTING_NAMES.flatMap(name => {
      const value = env[`SURETY_NODE_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`]
      return value === undefined || value === '' ? [] : [[name, value]]
    })
  )
}

/** Text as flags and the environment have it, in the setting's own type: lists at commas. */
function typed(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    NODE_SETTING_NAMES.flatMap(name => {
      const value = values[name]
      if (value === undefined) return []
      if (typeof value !== 'string') return [[name, value]]
      const usual = NODE_DEFAULTS[name]
      if (Array.isArray(usual)) return [[name, value === '' ? [] : value.split(',').map(part => part.trim())]]
      if (typeof usual === 'number') return [[name, /^\d{1,15}$/.test(value) ? Number(value) : value]]
      if (typeof usual === 'boolean') return [[name, value === 'true' ? true : value === 'false' ? false : value]]
      return [[name, value]]
    })
  )
}

function readTable(file: string): Verdict<Readonly<Record<string, unknown>>, 'E_CONFIG'> {
  if (!existsSync(file)) return accept({})
  try {
    const { node = {} } = parse(readFileSync(file, 'utf8')) as { readonly node?: unknown }
    if (typeof node === 'object' && node !== null && !Array.isArray(node)) {
      return accept(node as Readonly<Record<string, unknown>>)
    }
    return reject('E_CONFIG', `${file}: [node] is a table`)
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
    return reject('E_CONFIG', `${file} is not TOML: ${line}`)
  }
}
