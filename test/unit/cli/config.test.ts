import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSettings, resolveSettings } from '#cli/config.ts'

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

  it.each(['rpc = 5', 'password = "x"', 'rpc "x"', '[table]'])('refuses the line %s, naming file and line', line => {
    expect(() => parseSettings(`\n${line}`, 'surety.toml')).toThrow(/^surety.toml:2 /)
  })
})
