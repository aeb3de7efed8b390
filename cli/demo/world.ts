// What the demo's own process holds: the network it started, a connection to every node, and a wallet that is no node.
// Everything a step reports is read through these, from outside the processes that did it.
import { randomBytes } from 'node:crypto'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { addressRecordRules, type AssetClient, createAssetClient } from '#asset-layer/index.ts'
import { type Account, type BaseChain, connectBaseChain, createAccount } from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { deriveDevKey } from '../devnet/accounts.ts'
import type { DevNetwork } from '../devnet/network.ts'

export interface World {
  readonly network: DevNetwork
  readonly genesis: GenesisHash
  /** The base chain as each node tells it. */
  readonly chains: ReadonlyMap<string, BaseChain>
  /** As the wallet's node tells it. */
  readonly chain: BaseChain
  /** The wallet's own libp2p host: a DHT client, listening nowhere. */
  readonly host: Host
  readonly client: AssetClient
  account(name: string): Account
  nameOf(key: PublicKey): string
  stop(): Promise<void>
}

/** The wallet asks a node that founds nothing; what it answers is checked by proof where it matters. */
const WALLET_NODE = 'gil'

export async function createWorld(network: DevNetwork): Promise<World> {
  installNodeCrypto()
  const genesis = genesisHashOf(network.genesis)
  const chains = new Map(network.nodes.map(node => [node.name, connectBaseChain(node.rpcUrl)]))
  const chain = chains.get(WALLET_NODE) ?? [...chains.values()][0]
  if (chain === undefined) throw new Error('a network has nodes')
  const host = await createHost({
    identitySecret: randomBytes(32),
    listen: [],
    bootstrap: [network.bootstrap],
    dht: 'client',
    records: addressRecordRules(genesis)
  })
  const client = createAssetClient({ chain, host, clock: systemClock })
  const accounts = new Map<string, Account>()
  const names = new Map(network.nodes.map(({ name }) => [deriveDevKey(name).publicKey, name]))
  return {
    network,
    genesis,
    chains,
    chain,
    host,
    client,
    account: name => {
      const account = accounts.get(name) ?? createAccount(chain, new Secret(deriveDevKey(name).secret))
      accounts.set(name, account)
      return account
    },
    nameOf: key => names.get(key) ?? key.slice(0, 12),
    stop: async () => {
      await client.stop()
      for (const one of chains.values()) one.stop()
      await host.stop()
    }
  }
}
