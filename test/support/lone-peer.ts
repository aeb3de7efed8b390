// One peer with all the weight, on a virtual clock and without a network: the whole node but for sockets. Files are real.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBaseNode, createGuardFile, type BaseNode } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'

/** In memory where the system has such a folder: syncing a disk is not what these tests are about. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Named by process: what a failed test or a killed run left is removed by the next. */
const FOLDER = /^surety-lone-(\d+)-/

function removeLeftovers(): void {
  for (const name of readdirSync(SCRATCH)) {
    const pid = FOLDER.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    rmSync(join(SCRATCH, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export function secretOf(name: string): Uint8Array {
  return createHash('sha256').update(`lone-peer ${name}`).digest()
}

export const ALICE = derivePublicKey(secretOf('alice'))
export const BOB = derivePublicKey(secretOf('bob'))

/** Alice is the peer: 100 shares hosted by herself, two loose ones. Bob has 50 loose shares. */
export const GENESIS: Genesis = {
  prefix: 'sdev',
  genesisTimeMs: 1_000_000,
  parameters: DEV_PARAMETERS,
  seed0: bytesToHex(secretOf('seed')) as Hash,
  peers: [
    {
      peer: ALICE,
      vrfKey: vrfPublicKey(secretOf('vrf')),
      rewards: derivePublicKey(secretOf('rewards')),
      bondAtoms: 10n * ATOMS_PER_SHARE
    }
  ],
  outputs: [
    { kind: 'key', owner: ALICE, host: ALICE, atoms: 100n * ATOMS_PER_SHARE },
    { kind: 'key', owner: ALICE, host: null, atoms: ATOMS_PER_SHARE },
    { kind: 'key', owner: ALICE, host: null, atoms: ATOMS_PER_SHARE },
    { kind: 'key', owner: BOB, host: null, atoms: 50n * ATOMS_PER_SHARE }
  ]
}

/** Time that passes when a test says so; tasks run in order of time. */
export class VirtualClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<{ readonly atMs: number; readonly task: () => void }>()

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  setTimer(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, task }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = [...this.#timers].filter(timer => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.task()
      // Lets what the task set off run before the next one.
      await new Promise(resolve => setImmediate(resolve))
    }
    this.#nowMs = endMs
  }
}

/** A host that knows nobody. */
export function lonelyHost(): Host {
  const nothing = (): (() => void) => () => {}
  const nobody = async (): Promise<never> => {
    throw new Error('nobody is there')
  }
  return {
    peerId: 'lonely',
    addresses: () => [],
    peers: () => [],
    knownPeers: () => [],
    onPeer: nothing,
    publish: async () => {},
    subscribe: nothing,
    request: nobody,
    handle: nothing,
    openChannel: nobody,
    acceptChannels: nothing,
    dial: nobody,
    ban: nothing,
    putRecord: nobody,
    getRecord: async () => undefined,
    stop: async () => {}
  } as unknown as Host
}

const { verified } = installNodeCrypto()
removeLeftovers()

export class LonePeer {
  readonly folder = mkdtempSync(join(SCRATCH, `surety-lone-${process.pid}-`))
  readonly clock = new VirtualClock(GENESIS.genesisTimeMs)
  readonly failures: unknown[] = []

  /** Makes the guard with the key, once. */
  async prepare(): Promise<void> {
    await createGuardFile(this.folder, ALICE)
  }

  async open(genesis: Genesis = GENESIS, host: Host = lonelyHost()): Promise<BaseNode> {
    const node = await createBaseNode({
      dataDir: this.folder,
      genesis,
      host,
      clock: this.clock,
      keys: { signing: new Secret(secretOf('alice')), vrf: new Secret(secretOf('vrf')) },
      logger: createLogger({ name: 'lone', level: 'silent' }),
      verifyPool: new VerifyPool(verified),
      settings: { onFatal: error => this.failures.push(error) }
    })
    await node.start()
    return node
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
