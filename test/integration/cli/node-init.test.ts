// A new node's folder as its operator meets it: keys apart, nothing written over, and a copy put in the chain's place.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDevGenesis } from '#cli/devnet/plan.ts'
import { formatGenesis } from '#cli/devnet/genesis-file.ts'
import { createBaseNode } from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { readNodeFolder } from '#cli/node/data-folder.ts'
import { lonelyHost } from '#test/support/lone-peer.ts'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts')

let home: string
let node: string
const run = (...args: readonly string[]) => {
  const globals = ['--json', '--genesis', join(home, 'genesis.json'), '--wallets', join(home, 'wallets')]
  return spawnSync(process.execPath, [MAIN, ...globals, '--password-file', join(home, 'password'), ...args], {
    encoding: 'utf8',
    cwd: home
  })
}
const said = (text: string) => JSON.parse(text) as Record<string, unknown>

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'surety-init-'))
  node = join(home, 'node')
  writeFileSync(join(home, 'genesis.json'), formatGenesis(buildDevGenesis(1_800_000_000_000)))
  writeFileSync(join(home, 'password'), 'a long password\n')
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('surety node init', () => {
  it('shows what it would do and does nothing with --dry-run', () => {
    const tried = run('--dry-run', 'node', 'init', '--data', node, '--name', 'mine', '--owner', 'none')
    expect([tried.status, said(tried.stdout)['dryRun']]).toEqual([0, true])
    expect(existsSync(node)).toBe(false)
  })

  it('makes hot keys in the folder, and owner and rewards keys that are not in it', async () => {
    const made = run('node', 'init', '--data', node, '--name', 'mine', '--bootstrap', '/ip4/127.0.0.1/tcp/1')
    expect([made.status, made.stderr]).toEqual([0, expect.not.stringContaining('E_')])
    const { signing, owner, rewards, wallet } = said(made.stdout)
    expect(new Set([signing, owner, rewards]).size).toBe(3)
    expect(wallet).toBe('mine-owner')
    expect(existsSync(join(home, 'wallets', 'mine-owner.keystore'))).toBe(true)
    expect(statSync(join(node, 'keys.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(node, 'data')).mode & 0o777).toBe(0o700)
    const keys = readFileSync(join(node, 'keys.json'), 'utf8')
    for (const key of [owner, rewards]) expect(keys).not.toContain(key)
    const read = await readNodeFolder(node, { env: {} })
    expect(read).toMatchObject({
      ok: true,
      value: { settings: { name: 'mine', bootstrap: ['/ip4/127.0.0.1/tcp/1'], sign: true }, rpcToken: null }
    })
    for (const secret of ['signing', 'vrf', 'network']) {
      expect(`${made.stdout}${made.stderr}`).not.toContain(JSON.parse(keys)[secret])
    }
  })

  it('writes over nothing', () => {
    const before = readFileSync(join(node, 'keys.json'), 'utf8')
    const again = run('node', 'init', '--data', node, '--name', 'mine')
    expect([again.status, said(again.stdout)['code']]).toEqual([2, 'E_NODE_EXISTS'])
    expect(readFileSync(join(node, 'keys.json'), 'utf8')).toBe(before)
  })

  it('leaves a folder whose chain is copied, checked and restored', async () => {
    const read = await readNodeFolder(node, { env: {} })
    if (!read.ok) throw new Error(read.why)
    const { dataDir, genesis, keys } = read.value
    const made = await createBaseNode({
      dataDir,
      genesis,
      keys,
      host: lonelyHost(),
      clock: systemClock,
      logger: createLogger({ name: 'init', level: 'silent' }),
      verifyPool: new VerifyPool(installNodeCrypto().verified)
    })
    await made.stop()
    const copied = run('node', 'backup', '--data', node)
    expect(copied.status).toBe(0)
    const { path, stateRoot } = said(copied.stdout) as { path: string; stateRoot: string }
    writeFileSync(join(dataDir, 'chain.db'), 'damaged')
    expect(run('node', 'check', '--data', node).status).toBe(8)
    expect(said(run('node', 'restore', path, '--data', node).stdout)['code']).toBe('E_INPUT_NEEDED')
    expect(run('--yes', 'node', 'restore', path, '--data', node).status).toBe(0)
    expect(said(run('node', 'check', '--data', node).stdout)).toMatchObject({ ok: true, height: 0, stateRoot })
    writeFileSync(join(home, 'bad.db'), 'damaged')
    expect(said(run('--yes', 'node', 'restore', join(home, 'bad.db'), '--data', node).stdout)['code']).toBe(
      'E_DATA_UNUSABLE'
    )
    expect(run('node', 'check', '--data', node).status).toBe(0)
  })

  it('is refused keys that others can read', async () => {
    chmodSync(join(node, 'keys.json'), 0o644)
    expect(await readNodeFolder(node, { env: {} })).toMatchObject({ ok: false, code: 'E_NODE_FOLDER' })
  })
})

describe('surety config show', () => {
  it('says of every setting of a node where it came from', () => {
    const shown = run('config', 'show', '--origin', '--data', node)
    const { settings } = said(shown.stdout) as { settings: { name: string; origin: string }[] }
    const originOf = (name: string) => settings.find(one => one.name === name)?.origin
    expect(originOf('genesis')).toBe('flag')
    expect(originOf('node.name')).toBe(join(node, 'surety.toml'))
    expect(originOf('node.sign')).toBe('default')
  })
})
