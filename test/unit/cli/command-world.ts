// Commands in this process against a whole node of one peer on a virtual clock, over its real RPC: seconds instead of the
// minutes that processes and slots take. Time passes while a command waits for the chain, and only then.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { type BaseNode, createLoginRpc, openLogins } from '#base-layer/index.ts'
import { createRpcServer, type RpcServer } from '#base-layer/runtime/json-rpc.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { formatGenesis } from '#cli/devnet/genesis-file.ts'
import { writeNodeFolder } from '#cli/node/data-folder.ts'
import { nodeMethods } from '#cli/node/node-methods.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { asName } from '#contracts/names/name.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { ALICE, GENESIS, lonelyHost, LonePeer, secretOf } from '../../support/lone-peer.ts'
import { type Ran, runCommand } from './in-process.ts'

const SLOT_MS = GENESIS.parameters.slotMs
/** What a command says when it waits for the chain. */
const WAITS = /^(sent|waiting)/m

export const WALLETS = ['ana', 'bob', 'carol'] as const
export const keyOf = (name: string) => derivePublicKey(secretOf(name))

/** Each wallet has ten outputs of 100 shares, so that several transactions can be under way. */
const WORLD_GENESIS: Genesis = {
  ...GENESIS,
  outputs: [
    ...GENESIS.outputs,
    ...WALLETS.flatMap(name =>
      Array.from({ length: 10 }, () => ({
        kind: 'key' as const,
        owner: keyOf(name),
        host: null,
        atoms: 100n * ATOMS_PER_SHARE
      }))
    )
  ]
}

export class CommandWorld {
  readonly folder: string
  readonly peer: LonePeer
  readonly #stops: (() => Promise<void>)[] = []
  readonly #server: RpcServer
  readonly node: BaseNode

  private constructor(node: BaseNode, server: RpcServer, peer: LonePeer, folder: string) {
    this.node = node
    this.#server = server
    this.peer = peer
    this.folder = folder
  }

  static async start(): Promise<CommandWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'surety-commands-'))
    const peer = new LonePeer()
    await peer.prepare()
    const node = await peer.open(WORLD_GENESIS)
    const logins = await openLogins(':memory:', present(asName('harbour'), 'a name'))
    const asset = {
      validator: ALICE,
      status: () => ({ replicas: [], watching: [], claims: [] })
    } as unknown as Parameters<typeof nodeMethods>[0]['asset']
    const host = lonelyHost()
    const server = await createRpcServer({
      port: 0,
      version: 'test',
      methods: {
        ...node.rpcMethods,
        ...createLoginRpc(node.chain, logins),
        ...nodeMethods({ name: 'lone', genesis: WORLD_GENESIS, base: node, asset, host })
      }
    })
    const world = new CommandWorld(node, server, peer, folder)
    world.#stops.push(
      () => server.stop(),
      () => node.stop(),
      () => logins.close()
    )
    await world.#writeFolder()
    await peer.clock.advance(16 * SLOT_MS)
    return world
  }

  async #writeFolder(): Promise<void> {
    mkdirSync(this.path('wallets'))
    for (const name of WALLETS) {
      const key = { schema: 'surety.dev-key/1', secret: bytesToHex(secretOf(name)) }
      writeFileSync(this.path('wallets', `${name}.dev-key.json`), JSON.stringify(key))
    }
    writeFileSync(this.path('genesis.json'), formatGenesis(WORLD_GENESIS))
    writeFileSync(this.path('password'), 'a few words\n')
    writeFileSync(this.path('words'), `${'abandon '.repeat(23)}art\n`)
    const secret = (name: string) => new Secret(secretOf(name))
    // The node's folder: its keys, and its databases where the peer has them.
    await writeNodeFolder(this.path('lone'), {
      genesis: WORLD_GENESIS,
      keys: { signing: secret('alice'), vrf: secret('vrf'), network: secret('network') },
      settings: { name: 'lone', rpcPort: 0, listen: ['/ip4/127.0.0.1/tcp/0'] }
    })
    rmSync(this.path('lone', 'data'), { recursive: true })
    symlinkSync(this.peer.folder, this.path('lone', 'data'))
    await writeNodeFolder(this.path('other'), {
      genesis: WORLD_GENESIS,
      keys: { signing: secret('other'), vrf: secret('other vrf'), network: secret('other network') },
      settings: { name: 'other' }
    })
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts)
  }

  get rpc(): string {
    return this.#server.url
  }

  /** A command as it is typed, with the settings of this world in front. */
  async surety(...args: readonly string[]): Promise<Ran> {
    return await this.#run(args, 'whole')
  }

  async pass(slots: number): Promise<void> {
    await this.peer.clock.advance(slots * SLOT_MS)
  }

  /** The id of a transaction that is sent and in no block: its command is told to stop before time goes on. */
  async sendOnly(...args: readonly string[]): Promise<string> {
    const { stderr } = await this.#run(args, 'interrupted')
    return /^sent (\w+)/m.exec(stderr)?.[1] ?? stderr
  }

  async #run(args: readonly string[], how: 'whole' | 'interrupted'): Promise<Ran> {
    const others = new Set(process.listeners('SIGINT'))
    vi.useFakeTimers({ toFake: ['Date'], now: this.peer.clock.nowMs() })
    const settings = ['--rpc', this.rpc, '--genesis', this.path('genesis.json'), '--wallets', this.path('wallets')]
    const account = args.includes('--account') ? [] : ['--account', 'ana']
    try {
      return await runCommand([...args, ...settings, ...account, '--no-input'], async stderr => {
        if (!WAITS.test(stderr)) return
        if (how === 'interrupted') {
          for (const one of process.listeners('SIGINT')) if (!others.has(one)) one('SIGINT')
        } else await this.peer.clock.advance(SLOT_MS)
        vi.setSystemTime(this.peer.clock.nowMs())
      })
    } finally {
      vi.useRealTimers()
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop()
    this.peer.remove()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
