// Asset nodes over real hosts in one process, on a base chain that a timer advances. Tests of the asset layer build on it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  addressRecordRules,
  type AssetClient,
  type AssetNode,
  type AssetNodeOptions,
  createAssetClient,
  createAssetNode
} from '#asset-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { createLogger, type LogLevel } from '#base-layer/runtime/logger.ts'
import { type InstalledCrypto, installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { instructionCodec, type InstructionBody, instructionSigningBytes } from '#contracts/assets/instruction.ts'
import { tokenTemplate } from '#contracts/assets/token.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { FakeBaseChain } from '#test/support/fake-base-chain.ts'

export interface Person {
  readonly name: string
  readonly secret: Uint8Array
  readonly key: PublicKey
}

export function person(name: string): Person {
  const secret = hashBytes('test-person', new TextEncoder().encode(name))
  return { name, secret, key: derivePublicKey(secret) }
}

export interface TestNode {
  readonly person: Person
  readonly host: Host
  readonly node: AssetNode
}

const LEVEL = (process.env['TEST_LOG'] ?? 'silent') as LogLevel

export class AssetNetwork {
  readonly chain: FakeBaseChain
  readonly folder = mkdtempSync(join(tmpdir(), 'surety-asset-'))
  readonly nodes = new Map<string, TestNode>()
  readonly #crypto: InstalledCrypto = installNodeCrypto()
  readonly #hosts = new Set<Host>()
  #bootstrap: readonly string[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(parameters: Partial<Parameters> = {}) {
    this.chain = new FakeBaseChain({
      genesisTimeMs: Date.now(),
      parameters: { slotMs: 200, headAgeMs: 120_000, ...parameters }
    })
  }

  /** Blocks come at the pace of the slot. */
  run(): void {
    this.#timer ??= setInterval(() => this.chain.advance(), this.chain.parameters.slotMs)
  }

  async add(name: string, options: AssetNodeOptions = {}): Promise<TestNode> {
    const one = person(name)
    const dataDir = join(this.folder, name)
    mkdirSync(dataDir, { recursive: true })
    const host = await this.#host(name, 'server')
    const node = await createAssetNode({
      chain: this.chain,
      host,
      validatorSecret: new Secret(one.secret),
      dataDir,
      account: this.chain.account(one.key),
      verifyPool: new VerifyPool(this.#crypto.verified),
      clock: systemClock,
      logger: createLogger({ name, level: LEVEL }),
      options
    })
    await node.start()
    const made = { person: one, host, node }
    this.nodes.set(name, made)
    return made
  }

  /** Ends a node as if its process had been stopped; its folder stays. */
  async remove(name: string): Promise<void> {
    const { node, host } = present(this.nodes.get(name), 'a node of this name')
    this.nodes.delete(name)
    await node.stop()
    this.#hosts.delete(host)
    await host.stop()
  }

  async client(): Promise<AssetClient> {
    const host = await this.#host('client', 'client')
    return createAssetClient({ chain: this.chain, host, clock: systemClock })
  }

  async hostOf(name: string): Promise<Host> {
    return this.#host(name, 'client')
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([...this.nodes.values()].map(({ node }) => node.stop()))
    await Promise.all([...this.#hosts].map(host => host.stop()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #host(name: string, dht: 'server' | 'client'): Promise<Host> {
    if (this.#bootstrap.length === 0) {
      const seed = await this.#open('seed', 'server')
      this.#bootstrap = seed.addresses()
    }
    return this.#open(name, dht)
  }

  async #open(name: string, dht: 'server' | 'client'): Promise<Host> {
    const host = await createHost({
      identitySecret: hashBytes('test-host', new TextEncoder().encode(name)),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: this.#bootstrap,
      dht,
      records: addressRecordRules(this.chain.genesis)
    })
    this.#hosts.add(host)
    return host
  }
}

export function registrationOf(issuer: Person, change: Partial<AssetRegister> = {}): AssetRegister {
  const parameters = tokenTemplate.encodeParameters({
    name: 'Test token',
    decimals: 2,
    supplyCap: 1_000_000_000n,
    mint: true,
    burn: true,
    freeze: true,
    recall: true
  })
  assert(parameters.ok, 'good parameters')
  return {
    symbol: 'TEST',
    issuer: issuer.key,
    template: 'token',
    templateVersion: 1,
    parameters: parameters.value,
    mode: 'opt-in',
    seats: 4,
    collateralPerSeat: 1_000n,
    termTicks: 1000,
    interval: 6,
    windowTicks: 48,
    statedValue: 0n,
    reserveAtoms: 0n,
    ...change
  }
}

/** A signed token instruction. */
export function instruct(
  chain: FakeBaseChain,
  asset: AssetId,
  from: Person,
  sequence: number,
  call: string,
  values: Record<string, string | bigint>
): Uint8Array {
  const encoded = tokenTemplate.encodeCall(call, values)
  assert(encoded.ok, 'a good call')
  const body: InstructionBody = {
    asset,
    account: from.key,
    sequence,
    calls: [encoded.value],
    maxFee: 0n,
    notAfter: 1_000_000
  }
  const signature = signMessage(from.secret, instructionSigningBytes(chain.genesis, body))
  return encode(instructionCodec, { ...body, signature })
}
