// A small base network of real processes on loopback: four peers of equal weight, a key with coin to pay from.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectBaseChain, createGuardFile } from '#base-layer/index.ts'
import { encode } from '#contracts/codec/codec.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import { type Genesis, genesisCodec } from '#contracts/ledger/genesis.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import type { NodeProcessSettings } from './node-process.ts'

export function secretOf(name: string): Uint8Array {
  return createHash('sha256').update(`base-network ${name}`).digest()
}

export const PEERS = ['alice', 'bob', 'carol', 'dave'] as const
export const PAYER = secretOf('payer')

/** Four peers, 100 shares hosted by each; the payer has 1000 loose shares. */
export function testGenesis(genesisTimeMs: number, peers: readonly string[] = PEERS): Genesis {
  return {
    prefix: 'sdev',
    genesisTimeMs,
    parameters: DEV_PARAMETERS,
    seed0: bytesToHex(secretOf('seed')) as Hash,
    peers: peers.map(name => ({
      peer: derivePublicKey(secretOf(`${name} signing`)),
      vrfKey: vrfPublicKey(secretOf(`${name} vrf`)),
      rewards: derivePublicKey(secretOf(`${name} rewards`)),
      bondAtoms: 10n * ATOMS_PER_SHARE
    })),
    outputs: [
      ...peers.map(name => {
        const peer = derivePublicKey(secretOf(`${name} signing`))
        return { kind: 'key' as const, owner: peer, host: peer, atoms: 100n * ATOMS_PER_SHARE }
      }),
      { kind: 'key', owner: derivePublicKey(PAYER), host: null, atoms: 1000n * ATOMS_PER_SHARE }
    ]
  }
}

export interface RunningPeer {
  readonly name: string
  readonly process: ChildProcess
  readonly rpc: string
  readonly addresses: readonly string[]
  readonly chain: ReturnType<typeof connectBaseChain>
}

export class BaseTestNetwork {
  readonly genesis: Genesis
  readonly folder = mkdtempSync(join(tmpdir(), 'surety-base-'))
  readonly #running = new Map<string, RunningPeer>()

  constructor(genesis: Genesis) {
    this.genesis = genesis
  }

  get peers(): readonly RunningPeer[] {
    return [...this.#running.values()]
  }

  /** Starts a peer on its own folder, with a new guard the first time. Observers sign nothing. */
  async start(
    name: string,
    kind: 'peer' | 'observer' = 'peer',
    nodeFlags: readonly string[] = []
  ): Promise<RunningPeer> {
    const dataDir = join(this.folder, name)
    const signing = secretOf(`${name} signing`)
    if (kind === 'peer') {
      mkdirSync(dataDir, { recursive: true })
      await createGuardFile(dataDir, derivePublicKey(signing)).catch(() => {})
    }
    const settings: NodeProcessSettings = {
      name,
      dataDir,
      genesis: bytesToHex(encode(genesisCodec, this.genesis)),
      signing: kind === 'peer' ? bytesToHex(signing) : null,
      vrf: bytesToHex(secretOf(`${name} vrf`)),
      identity: bytesToHex(secretOf(`${name} identity`)),
      bootstrap: this.peers[0]?.addresses ?? []
    }
    const file = join(this.folder, `${name}.json`)
    writeFileSync(file, JSON.stringify(settings))
    const script = join(import.meta.dirname, 'node-process.ts')
    const child = spawn(process.execPath, [...nodeFlags, script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: this.folder
    })
    const { rpc, addresses } = await firstLine(child)
    const peer: RunningPeer = {
      name,
      process: child,
      rpc,
      addresses,
      chain: connectBaseChain(rpc, { timeoutMs: 3_000 })
    }
    this.#running.set(name, peer)
    return peer
  }

  /** Ends one process by its own id and waits for it. */
  async kill(name: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const peer = this.#running.get(name)
    if (peer === undefined) return
    this.#running.delete(name)
    peer.chain.stop()
    if (peer.process.exitCode !== null) return
    const ended = new Promise(resolve => peer.process.once('exit', resolve))
    peer.process.kill(signal)
    await ended
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map(name => this.kill(name)))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function firstLine(
  child: ChildProcess
): Promise<{ readonly rpc: string; readonly addresses: readonly string[] }> {
  const stdout = child.stdout
  if (stdout === null) throw new Error('no output')
  const lines = createInterface({ input: stdout })
  return new Promise((resolve, reject) => {
    lines.once('line', line => resolve(JSON.parse(line) as { rpc: string; addresses: string[] }))
    child.once('exit', code => reject(new Error(`the node ended with ${String(code)} before it was up`)))
  })
}

/** Polls until the answer is not undefined; rejects with `what` after the time. */
export async function until<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const found = await probe().catch(() => undefined)
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`not in ${timeoutMs} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
