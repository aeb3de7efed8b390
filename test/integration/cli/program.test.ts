// The command line as a person types it: exit codes, suggestions, pages, one JSON document. Each run is a process of its own.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts')
const NODE = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.bin', 'node')
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9/rpc'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'surety-cli-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

function surety(...args: readonly string[]) {
  const env = { ...process.env, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd, NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(NODE, [MAIN, ...args], { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('surety', () => {
  it('says what it can do, and 0', () => {
    const { status, stdout } = surety('--help')
    expect(status).toBe(0)
    for (const noun of [
      'node',
      'wallet',
      'pay',
      'base',
      'asset',
      'bond',
      'claim',
      'proof',
      'watch',
      'dev',
      'demo',
      'help'
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${noun}\\b`, 'm'))
    }
  })

  it('exits 2 for what cannot be meant, and suggests what can', () => {
    const { status, stderr, stdout } = surety('waller')
    expect(status).toBe(2)
    expect(stderr).toContain('Did you mean wallet?')
    expect(stdout).toBe('')
  })

  it('exits 3 with a code and what to do when no node answers', () => {
    const { status, stderr, stdout } = surety('base', 'tip', '--rpc', NOWHERE)
    expect(status).toBe(3)
    expect(stdout).toBe('')
    expect(stderr).toContain('E_RPC_UNREACHABLE')
    expect(stderr).toContain('What to do: Start a node')
    expect(stderr).toContain('surety help E_RPC_UNREACHABLE')
  })

  it('prints one JSON document, also for a failure', () => {
    const { status, stdout } = surety('base', 'tip', '--rpc', NOWHERE, '--json')
    expect(status).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'surety.error/1', code: 'E_RPC_UNREACHABLE', exitCode: 3 })
  })

  it.each([
    ['an unknown command', ['waller'], 'E_USAGE'],
    ['an unknown option', ['base', 'tip', '--jsn'], 'E_USAGE'],
    ['a missing argument', ['base', 'block'], 'E_USAGE'],
    ['a missing command', ['wallet'], 'E_USAGE'],
    ['an RPC address that is none', ['base', 'tip', '--rpc', 'localhost'], 'E_CONFIG'],
    ['a log level that is none', ['demo', '--log-level', 'loud'], 'E_LOG_LEVEL'],
    ['a genesis file that is not there', ['proof', 'check', 'x.json', '--genesis', 'nowhere'], 'E_GENESIS_FILE']
  ])('answers %s with one JSON document and 2', (_what, args, code) => {
    const { status, stdout } = surety(...args, '--json')
    expect(status).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'surety.error/1', code, exitCode: 2 })
  })

  it('names the options of every command in the help of each', () => {
    expect(surety('bond', 'post', '--help').stdout).toContain('--account')
    expect(surety('help', 'bond', 'post').stdout).toContain('--account')
  })

  it('explains a code offline, and refuses one it does not know', () => {
    const known = surety('help', 'e_funds', '--json')
    expect(known.status).toBe(0)
    expect(JSON.parse(known.stdout)).toMatchObject({ schema: 'surety.help/1', code: 'E_FUNDS' })
    expect(surety('help', 'E_NONSENSE').status).toBe(2)
    expect(surety('help', 'asset', 'create').stdout).toContain('--collateral')
  })

  it('refuses a node folder that is not one, without naming a secret', () => {
    const { status, stderr } = surety('node', 'start', '--data', cwd)
    expect(status).toBe(2)
    expect(stderr).toContain('E_NODE_FOLDER')
  })
})

describe('surety wallet new', () => {
  const password = (): string => {
    const file = join(cwd, 'password')
    writeFileSync(file, 'correct horse\n')
    return file
  }

  it('keeps a key under a password in a file only its owner reads, once', () => {
    const made = surety('wallet', 'new', 'carol', '--json', '--password-file', password())
    expect(made.status).toBe(0)
    const { key } = JSON.parse(made.stdout) as { key: string }
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    const folder = readdirSync(cwd, { recursive: true, encoding: 'utf8' }).find(path => path.endsWith('carol.keystore'))
    const path = join(cwd, folder ?? '')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'latin1')).not.toContain('correct horse')
    expect(surety('wallet', 'new', 'carol', '--password-file', password()).status).toBe(4)
  })

  it.each([
    ['a short password', ['--password-file', 'short'], 2, 'E_PASSWORD_WEAK'],
    ['nobody to ask', ['--no-input'], 2, 'E_INPUT_NEEDED'],
    ['a password file that is not there', ['--password-file', 'nowhere'], 2, 'E_PASSWORD_FILE']
  ])('refuses %s', (_what, flags, status, code) => {
    writeFileSync(join(cwd, 'short'), 'x\n')
    const run = surety('wallet', 'new', 'dave', ...flags)
    expect(run.status).toBe(status)
    expect(run.stderr).toContain(code)
  })

  it('refuses a name that could leave its folder', () => {
    expect(surety('wallet', 'new', '../eve', '--password-file', password()).stderr).toContain('E_WALLET_NAME')
  })
})
