// Settings of a command and where each came from: flag, SURETY_*, ./surety.toml, the user's file, a development network in
// ./.dev, default. Secrets are never settings.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import envPaths from 'env-paths'
import { parse, TomlError } from 'smol-toml'
import { misuse } from './exit-codes.ts'

export const SETTING_NAMES = ['rpc', 'account', 'wallets', 'genesis'] as const
export type SettingName = (typeof SETTING_NAMES)[number]
type Values = Partial<Readonly<Record<SettingName, string>>>

export interface Setting {
  readonly value: string
  readonly origin: string
}
export type Settings = Readonly<Record<SettingName, Setting>>

/** Folder of a running development network, relative to where commands run. */
export const DEV_FOLDER = '.dev'

export interface SettingSources {
  readonly flags: Values
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

export function resolveSettings({ flags, env, cwd }: SettingSources): Settings {
  const paths = envPaths('surety', { suffix: '' })
  const fromEnv = Object.fromEntries(
    SETTING_NAMES.flatMap(name => {
      const value = env[`SURETY_${name.toUpperCase()}`]
      return value === undefined || value === '' ? [] : [[name, value]]
    })
  )
  const userFile = join(paths.config, 'surety.toml')
  const layers: readonly (readonly [origin: string, values: Values])[] = [
    ['flag', flags],
    ['environment', fromEnv],
    ['./surety.toml', readSettingsFile(join(cwd, 'surety.toml'))],
    [userFile, readSettingsFile(userFile)],
    [DEV_FOLDER, devSettings(join(cwd, DEV_FOLDER))],
    [
      'default',
      {
        rpc: 'http://127.0.0.1:7411/rpc',
        account: 'default',
        wallets: join(paths.data, 'wallets'),
        genesis: join(paths.data, 'genesis.json')
      }
    ]
  ]
  const find = (name: SettingName): Setting => {
    for (const [origin, values] of layers) {
      const value = values[name]
      if (value !== undefined) return { value, origin }
    }
    throw new Error('every setting has a default')
  }
  const rpc = find('rpc')
  if (!isHttpUrl(rpc.value)) throw misuse('E_CONFIG', `rpc from ${rpc.origin}: ${rpc.value} is not an http address`)
  return { rpc, account: find('account'), wallets: find('wallets'), genesis: find('genesis') }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** The settings of a file: text by name at its top. The table [node] is for the node of that folder (node-settings.ts). */
export function parseSettings(text: string, file: string): Values {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseToml(text, file))) {
    if (name === 'node') continue
    if (!(SETTING_NAMES as readonly string[]).includes(name) || typeof value !== 'string') {
      throw misuse('E_CONFIG', `${file}: ${name} is not one of ${SETTING_NAMES.join(', ')} = "value"`)
    }
    values[name] = value
  }
  return values
}

function parseToml(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw misuse('E_CONFIG', `${file}:${error.line} is not TOML: ${error.message.split('\n')[0] ?? ''}`)
  }
}

function readSettingsFile(file: string): Values {
  return existsSync(file) ? parseSettings(readFileSync(file, 'utf8'), file) : {}
}

function devSettings(folder: string): Values {
  const file = join(folder, 'network.json')
  if (!existsSync(file)) return {}
  const { rpc } = JSON.parse(readFileSync(file, 'utf8')) as { readonly rpc?: unknown }
  if (typeof rpc !== 'string') return {}
  return { rpc, account: 'alice', wallets: join(folder, 'wallets'), genesis: join(folder, 'genesis.json') }
}
