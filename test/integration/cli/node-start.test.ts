// A node's folder as its operator meets it: one process at a time, and every file of it for the owner alone.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockDataFolder } from '#base-layer/runtime/database.ts'
import { createDevNetwork } from '#cli/devnet/network.ts'
import { DEV_NODES } from '#cli/devnet/plan.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

let folder: string
let node: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-folder-'))
  const network = await createDevNetwork({ folder, nodes: DEV_NODES.slice(0, 1) })
  node = network.nodes[0]?.folder ?? ''
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('surety node start', () => {
  it('refuses a folder that another process holds, with a code of its own and 2', () => {
    const release = lockDataFolder(join(node, 'data'))
    try {
      const bin = join(ROOT, 'node_modules', '.bin', 'node')
      const main = join(ROOT, 'cli', 'main.ts')
      const { status, stderr } = spawnSync(bin, [main, 'node', 'start', '--data', node], { encoding: 'utf8' })
      expect(stderr).toContain('E_DATA_LOCKED')
      expect(status).toBe(2)
    } finally {
      release()
    }
  })

  it('finds keys and databases that only their owner can read', () => {
    expect(statSync(join(node, 'keys.json')).mode & 0o777).toBe(0o600)
    for (const file of readdirSync(join(node, 'data'))) {
      expect(statSync(join(node, 'data', file)).mode & 0o777, file).toBe(0o600)
    }
  })
})
