// A whole development network on this machine: data folders, free ports, one process per node, one bootstrap address.
// Used by the demo, `surety dev`, the benchmark and the end-to-end tests. Whatever way this process ends, its nodes end.
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { derivePeerId } from '#base-layer/runtime/peer-identity.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { writeNodeFolder, writePrivate } from '../node/data-folder.ts'
import type { NodeInfo } from '../node/node-methods.ts'
import { ACCOUNT_NAMES, deriveDevKey, deriveDevNodeKeys, ownerNameOf } from './accounts.ts'
import { ChildNode } from './child-node.ts'
import { formatGenesis } from './genesis-file.ts'
import { buildDevGenesis, DEV_NODES, type PlannedNode } from './plan.ts'

/** Genesis lies this far ahead of the start, so that the first slots find their proposers awake. */
const GENESIS_AHEAD_MS = 6_000
/** Where the first node's RPC is if that port is free: what commands try when they are told nothing else. */
export const DEFAULT_RPC_PORT = 7411

export interface DevNetworkSettings {
  /** Made if missing; everything the network writes is in it. */
  readonly folder: string
  readonly nodes?: readonly PlannedNode[]
  readonly logLevel?: 'warn' | 'info' | 'debug'
  /** Take DEFAULT_RPC_PORT for the first node if it is free. */
  readonly usualPort?: boolean
}

export interface DevNetwork {
  readonly folder: string
  readonly genesis: Genesis
  readonly nodes: readonly ChildNode[]
  /** Of the first node: the one address every other node starts from. */
  readonly bootstrap: string
  node(name: string): ChildNode
  /** Starts the nodes of these names, all by default, and waits until they answer. */
  start(signal: AbortSignal, names?: readonly string[]): Promise<readonly NodeInfo[]>
  stop(): Promise<void>
}

/** Writes the folders; nothing runs before `start`. */
export async function createDevNetwork(settings: DevNetworkSettings): Promise<DevNetwork> {
  const { folder, nodes: planned = DEV_NODES, logLevel = 'info', usualPort = false } = settings
  const genesis = buildDevGenesis(Date.now() + GENESIS_AHEAD_MS)
  const ports = await freePorts(planned.length * 2, usualPort ? DEFAULT_RPC_PORT : undefined)
  const portOf = (place: number): number => ports[place] ?? 0
  const bootstrap = `/ip4/127.0.0.1/tcp/${portOf(1)}/p2p/${peerIdOf(planned[0]?.name ?? '')}`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const nodes: ChildNode[] = []
  for (const [place, { name, role }] of planned.entries()) {
    const { secret, vrfSecret, identitySecret } = deriveDevNodeKeys(name)
    const nodeFolder = join(folder, 'nodes', name)
    await writeNodeFolder(nodeFolder, {
      genesis,
      keys: { signing: new Secret(secret), vrf: new Secret(vrfSecret), network: new Secret(identitySecret) },
      settings: {
        name,
        // Whoever takes this name may give out logins under it.
        chainName: name,
        logLevel,
        rpcPort: portOf(place * 2),
        listen: [`/ip4/127.0.0.1/tcp/${portOf(place * 2 + 1)}`],
        bootstrap: place === 0 ? [] : [bootstrap],
        watchAll: role === 'joiner',
        // Worth nothing, so there is nothing to keep.
        backup: '',
        check: '',
        devFaults: true
      }
    })
    nodes.push(new ChildNode(name, nodeFolder, `http://127.0.0.1:${portOf(place * 2)}/rpc`))
  }
  await writeWallets(folder, genesis, planned)
  return new LocalNetwork(folder, genesis, nodes, bootstrap)
}

class LocalNetwork implements DevNetwork {
  readonly folder: string
  readonly genesis: Genesis
  readonly nodes: readonly ChildNode[]
  readonly bootstrap: string
  readonly #killAll = (): void => {
    for (const node of this.nodes) node.killNow()
  }

  constructor(folder: string, genesis: Genesis, nodes: readonly ChildNode[], bootstrap: string) {
    this.folder = folder
    this.genesis = genesis
    this.nodes = nodes
    this.bootstrap = bootstrap
  }

  node(name: string): ChildNode {
    const found = this.nodes.find(node => node.name === name)
    if (found === undefined) throw new Error(`the network has no node ${name}`)
    return found
  }

  async start(signal: AbortSignal, names = this.nodes.map(node => node.name)): Promise<readonly NodeInfo[]> {
    process.off('exit', this.#killAll).on('exit', this.#killAll)
    const chosen = names.map(name => this.node(name))
    for (const node of chosen) node.start()
    return await Promise.all(chosen.map(node => node.ready(signal)))
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.stop()))
    process.off('exit', this.#killAll)
  }
}

/** What commands look for: network.json, and the accounts' keys, readable by their owner only. */
async function writeWallets(folder: string, genesis: Genesis, nodes: readonly PlannedNode[]): Promise<void> {
  const wallets = join(folder, 'wallets')
  await mkdir(wallets, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'genesis.json'), formatGenesis(genesis))
  const names = [...ACCOUNT_NAMES, ...nodes.flatMap(({ name }) => [name, ownerNameOf(name)])]
  for (const name of names) {
    const { secret } = deriveDevKey(name)
    const file = { schema: 'surety.dev-key/1', genesis: genesisHashOf(genesis), secret: bytesToHex(secret) }
    await writePrivate(join(wallets, `${name}.dev-key.json`), `${JSON.stringify(file)}\n`)
  }
}

/** The libp2p name of a node's identity, known before it starts. */
export function peerIdOf(name: string): string {
  return derivePeerId(derivePublicKey(deriveDevNodeKeys(name).identitySecret))
}

/** Ports nobody listens on now, all held until all are known, so that they differ. */
export async function freePorts(count: number, wanted?: number): Promise<readonly number[]> {
  const hold = (port: number) =>
    new Promise<ReturnType<typeof createServer>>((resolve, refuse) => {
      const server = createServer()
      server.once('error', refuse)
      server.listen(port, '127.0.0.1', () => resolve(server))
    })
  const servers = await Promise.all(
    Array.from({ length: count }, (_, place) =>
      place === 0 && wanted !== undefined ? hold(wanted).catch(() => hold(0)) : hold(0)
    )
  )
  const ports = servers.map(server => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
