import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSettings, resolveSettings } from '#cli/config.ts'
import { formatNodeSettings, NODE_DEFAULTS, resolveNodeSettings } from '#cli/node/node-settings.ts'

describe('settings', () => {
  let cwd: string
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'surety-config-'))
  })
  afterEach(() => rmSync(cwd, { recursive: true }))
  const rpcOf = (flags: { rpc?: string }, env: Record<string, string> = {}) => resolveSettings({ flags, env, cwd }).rpc

  it('takes the flag before the environment before the file before the development network before the default', () => {
    expect(rpcOf({})).toEqual({ value: 'http://127.0.0.1:7411/rpc', origin: 'default' })
    mkdirSync(join(cwd, '.dev'))
    writeFileSync(join(cwd, '.dev', 'network.json'), '{"rpc":"http://dev/rpc"}')
    expect(rpcOf({})).toEqual({ value: 'http://dev/rpc', origin: '.dev' })
    writeFileSync(join(cwd, 'surety.toml'), '# mine\nrpc = "http://file/rpc" # this one\n')
    expect(rpcOf({})).toEqual({ value: 'http://file/rpc', origin: './surety.toml' })
    expect(rpcOf({}, { SURETY_RPC: 'http://env/rpc' })).toEqual({ value: 'http://env/rpc', origin: 'environment' })
    expect(rpcOf({ rpc: 'http://flag/rpc' }, { SURETY_RPC: 'http://env/rpc' }).origin).toBe('flag')
  })

  it.each(['localhost:7411', 'nowhere', 'file:///etc/passwd', 'ws://127.0.0.1'])('refuses %s for the RPC', rpc => {
    expect(() => rpcOf({ rpc })).toThrow(/^rpc from flag: /)
  })

  it.each([
    ['rpc = 5', 'rpc'],
    ['password = "x"', 'password'],
    ['[table]', 'table']
  ])('refuses %s, naming file and setting', (line, name) => {
    expect(() => parseSettings(line, 'surety.toml')).toThrow(`surety.toml: ${name} is not one of`)
  })

  it('names file and line of what is not TOML, and leaves the table of a node to the node', () => {
    expect(() => parseSettings('\nrpc "x"', 'surety.toml')).toThrow(/^surety.toml:2 /)
    expect(parseSettings('rpc = "http://a/rpc"\n[node]\nrpcPort = 1\n', 'surety.toml')).toEqual({ rpc: 'http://a/rpc' })
  })
})

describe('settings of a node', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'surety-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const resolve = (flags: Record<string, unknown> = {}, env: Record<string, string> = {}) =>
    resolveNodeSettings({ folder, flags, env })

  it('come from the flag, the environment, the file of the node, the default, each with its origin', () => {
    writeFileSync(join(folder, 'surety.toml'), '[node]\nrpcPort = 1\nname = "file"\nlisten = ["/ip4/1.2.3.4/tcp/1"]\n')
    const resolved = resolve(
      { name: 'flag', listen: undefined },
      { SURETY_NODE_NAME: 'env', SURETY_NODE_RPC_PORT: '2' }
    )
    expect(resolved).toMatchObject({
      ok: true,
      value: {
        settings: { name: 'flag', rpcPort: 2, listen: ['/ip4/1.2.3.4/tcp/1'], sign: true },
        origins: { name: 'flag', rpcPort: 'environment', listen: join(folder, 'surety.toml'), sign: 'default' }
      }
    })
    const typed = resolve({}, { SURETY_NODE_BOOTSTRAP: '/a, /b', SURETY_NODE_WATCH_ALL: 'true' })
    expect(typed).toMatchObject({ value: { settings: { bootstrap: ['/a', '/b'], watchAll: true } } })
  })

  it('that a file was written with are read back', () => {
    const settings = { ...NODE_DEFAULTS, name: 'other', bootstrap: ['/ip4/1.2.3.4/tcp/1/p2p/x'] }
    writeFileSync(join(folder, 'surety.toml'), formatNodeSettings(settings))
    expect(resolve()).toMatchObject({ ok: true, value: { settings } })
  })

  it.each([
    ['rpcPort = "x"', 'rpcPort'],
    ['rpcPort = 70000', 'rpcPort'],
    ['rpcPrt = 1', 'rpcPrt'],
    ['backup = "every day"', 'backup'],
    ['backups = 0', 'backups'],
    ['name = "A Name"', 'name'],
    ['listen = []', 'listen'],
    ['keepBodies = 100', 'keepBodies'],
    ['x', 'TOML']
  ])('are refused if the file says %s, and named', (line, name) => {
    writeFileSync(join(folder, 'surety.toml'), `[node]\n${line}\n`)
    expect(resolve()).toMatchObject({ ok: false, code: 'E_CONFIG', why: expect.stringContaining(name) })
  })

  it('let a node that signs nothing drop old bodies, and no other [POS-6]', () => {
    writeFileSync(join(folder, 'surety.toml'), '[node]\nkeepBodies = 100\nsign = false\n')
    expect(resolve()).toMatchObject({ ok: true, value: { settings: { keepBodies: 100 } } })
  })
})
