// The network that chaos is made in: founding peers of nearly equal weight and a follower without keys that is never
// killed, each a process of `surety node start`, reached by the others through doors alone.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { Output } from '#contracts/ledger/output.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type BaseChain, connectBaseChain } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { deriveDevKey, deriveDevNodeKeys } from '#cli/devnet/accounts.ts'
import { ChildNode } from '#cli/devnet/child-node.ts'
import { freePorts, peerIdOf } from '#cli/devnet/network.ts'
import { writeNodeFolder } from '#cli/node/data-folder.ts'
import { Doors } from './doors.ts'

/** Never killed: what it grows by in half an hour is growth. */
export const FOLLOWER = 'follower'
/** Below what a bond carries, so that hosting more moves weight [POS-1]. */
const HOSTED_SHARES = 800n
const PURSE = { coins: 24, shares: 20n }
const GENESIS_AHEAD_MS = 15_000

export interface ChaosNode {
  readonly name: string
  readonly key: PublicKey
  readonly process: ChildNode
  readonly chain: BaseChain
  /** What it listens on, behind its door. */
  readonly port: number
  /** Full address behind the door: for whoever listens to all sides. */
  readonly address: string
}

export interface ChaosNetwork {
  readonly genesis: Genesis
  readonly peers: readonly ChaosNode[]
  readonly nodes: readonly ChaosNode[]
  readonly doors: Doors
  stop(): Promise<void>
}

export interface ChaosNetworkSettings {
  readonly folder: string
  readonly peers: number
  /** How many times longer slots, epochs and delays are than the development network's: for a machine that is shared. */
  readonly slow: number
  readonly wallets: readonly string[]
}

export async function createChaosNetwork(settings: ChaosNetworkSettings): Promise<ChaosNetwork> {
  const { folder, peers, slow, wallets } = settings
  const names = Array.from({ length: peers }, (_, place) => `peer-${place}`)
  const genesis = buildGenesis(names, wallets, slowed(slow), Date.now() + GENESIS_AHEAD_MS)
  const all = [...names, FOLLOWER]
  const ports = await freePorts(all.length * 3)
  const portOf = (place: number, which: number): number => present(ports[place * 3 + which], 'a free port')
  const addressOf = (place: number, which: number): string =>
    `/ip4/127.0.0.1/tcp/${portOf(place, which)}/p2p/${peerIdOf(present(all[place], 'a name'))}`
  const nodes: ChaosNode[] = []
  const doors = new Doors(() => new Map([...pidsOf(nodes), ['watcher', process.pid]]))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [place, name] of all.entries()) {
    const { secret, publicKey, vrfSecret, identitySecret } = deriveDevNodeKeys(name)
    const own = join(folder, name)
    await writeNodeFolder(own, {
      genesis,
      keys: { signing: new Secret(secret), vrf: new Secret(vrfSecret), network: new Secret(identitySecret) },
      settings: {
        name,
        logLevel: 'info',
        sign: name !== FOLLOWER,
        rpcPort: portOf(place, 0),
        listen: [`/ip4/127.0.0.1/tcp/${portOf(place, 1)}`],
        announce: [`/ip4/127.0.0.1/tcp/${portOf(place, 2)}`],
        // Two, so that a peer finds the others while one of them is down.
        bootstrap: [0, 1].filter(other => other !== place).map(other => addressOf(other, 2)),
        backup: '',
        check: ''
      }
    })
    await doors.open(name, portOf(place, 2), portOf(place, 1))
    const rpcUrl = `http://127.0.0.1:${portOf(place, 0)}/rpc`
    nodes.push({
      name,
      key: publicKey,
      process: new ChildNode(name, own, rpcUrl),
      chain: connectBaseChain(rpcUrl, { timeoutMs: 5_000 }),
      port: portOf(place, 1),
      address: addressOf(place, 1)
    })
  }
  return {
    genesis,
    peers: nodes.filter(node => node.name !== FOLLOWER),
    nodes,
    doors,
    stop: async () => {
      await Promise.all(nodes.map(node => node.process.stop()))
      await doors.stop()
    }
  }
}

export function pidsOf(nodes: readonly ChaosNode[]): ReadonlyMap<string, number> {
  return new Map(nodes.flatMap(({ name, process: { pid } }) => (pid === undefined ? [] : [[name, pid] as const])))
}

function slowed(times: number): Parameters {
  const { slotMs, finalityEpochMs, voteAtMs, ackAtMs, deltaMs, headAgeMs } = DEV_PARAMETERS
  return {
    ...DEV_PARAMETERS,
    slotMs: slotMs * times,
    finalityEpochMs: finalityEpochMs * times,
    voteAtMs: voteAtMs * times,
    ackAtMs: ackAtMs * times,
    deltaMs: deltaMs * times,
    headAgeMs: headAgeMs * times
  }
}

function buildGenesis(
  peers: readonly string[],
  wallets: readonly string[],
  parameters: Parameters,
  genesisTimeMs: number
): Genesis {
  const founders = peers.map(deriveDevNodeKeys)
  return {
    prefix: 'sdev',
    genesisTimeMs,
    parameters,
    seed0: hashHex('dev-seed', asciiToBytes('chaos')),
    peers: founders.map(({ publicKey, vrfKey }) => ({
      peer: publicKey,
      vrfKey,
      rewards: publicKey,
      bondAtoms: parameters.peerBondAtoms
    })),
    outputs: [
      ...founders.map(({ publicKey }) => outputOf(publicKey, publicKey, HOSTED_SHARES)),
      ...wallets.flatMap(name =>
        Array.from({ length: PURSE.coins }, () => outputOf(deriveDevKey(name).publicKey, null, PURSE.shares))
      )
    ]
  }
}

function outputOf(owner: PublicKey, host: PublicKey | null, shares: bigint): Output {
  return { kind: 'key', owner, host, atoms: shares * ATOMS_PER_SHARE }
}
