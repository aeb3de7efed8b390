// A running network of four peers, each a process, and commands as processes of their own in a folder where they find it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createDevNetwork, type DevNetwork } from '#cli/devnet/network.ts'
import { DEV_NODES } from '#cli/devnet/plan.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const MAIN = join(ROOT, 'cli', 'main.ts')

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export class FourPeers {
  readonly cwd: string
  readonly network: DevNetwork

  private constructor(cwd: string, network: DevNetwork) {
    this.cwd = cwd
    this.network = network
  }

  static async start(): Promise<FourPeers> {
    const cwd = mkdtempSync(join(tmpdir(), 'surety-four-peers-'))
    const folder = join(cwd, '.dev')
    const network = await createDevNetwork({ folder, nodes: DEV_NODES.slice(0, 4) })
    await network.start(new AbortController().signal)
    writeFileSync(join(folder, 'network.json'), JSON.stringify({ rpc: network.nodes[0]?.rpcUrl }))
    writeFileSync(join(cwd, 'password'), 'a few words\n')
    return new FourPeers(cwd, network)
  }

  async stop(): Promise<void> {
    await this.network.stop()
    rmSync(this.cwd, { recursive: true, force: true })
  }

  surety(...args: readonly string[]): Promise<Run> {
    const { cwd } = this
    const env = { ...process.env, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd, NO_COLOR: '1' }
    const child = spawn(NODE, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    return new Promise(resolve => child.once('close', status => resolve({ status, stdout, stderr })))
  }

  async ok(...args: readonly string[]): Promise<Run> {
    const run = await this.surety(...args)
    expect(run.stderr + run.stdout).not.toMatch(/E_[A-Z_]+:/)
    expect(run.status).toBe(0)
    return run
  }

  async json(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse((await this.ok(...args, '--json')).stdout) as Readonly<Record<string, unknown>>
  }
}

/** Ids, addresses and numbers that differ from run to run. */
export function alike(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<id>')
    .replace(/\b[0-9a-f]{12}\b/g, '<short>')
    .replace(/\bsdev1[a-z0-9]+/g, '<address>')
    .replace(/(height|tick|now) \d+/g, '$1 <n>')
    .replace(/about [\d.]+ s/g, 'about <t> s')
}
