// One node in this process: host, base chain, asset layer and RPC, built in order and closed in reverse. Called by
// `surety node start`; the only place that joins the layers.
import { mkdirSync } from 'node:fs'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { createAssetNode, addressRecordRules, type AssetNode } from '#asset-layer/index.ts'
import { type BaseNode, createAccount, createBaseNode, stopOnUncaught } from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import { lockDataFolder } from '#base-layer/runtime/database.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createRpcServer, type RpcMethod } from '#base-layer/runtime/json-rpc.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { createLogger, type Logger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { Faults, faultMethods } from '../devnet/faults.ts'
import { VERSION } from '../version.ts'
import type { NodeFolder } from './data-folder.ts'
import { keepKnownPeers, readKnownPeers } from './known-peers.ts'
import { nodeMethods } from './node-methods.ts'

export interface RunningNode {
  readonly rpcUrl: string
  readonly addresses: readonly string[]
  /** Safe to call twice. */
  stop(): Promise<void>
}

/** Starts everything; on a failure what was started is stopped again. Rejects as the parts do. */
export async function runNode(folder: NodeFolder): Promise<RunningNode> {
  const { settings } = folder
  const logger = createLogger({ name: settings.name, level: settings.logLevel })
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) {
      await last().catch((error: unknown) => logger.warn({ error: String(error) }, 'a part did not stop cleanly'))
    }
  }
  try {
    return { ...(await startParts(folder, logger, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(
  folder: NodeFolder,
  logger: Logger,
  stops: (() => Promise<void>)[]
): Promise<Pick<RunningNode, 'rpcUrl' | 'addresses'>> {
  const { settings, genesis, keys, dataDir } = folder
  // Said before a port that the other process holds as well; createBaseNode takes the lock for good.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  lockDataFolder(dataDir)()
  const verifyPool = new VerifyPool(installNodeCrypto().verified)
  const host = await createHost({
    identitySecret: keys.network.reveal(),
    listen: settings.listen,
    bootstrap: [...settings.bootstrap, ...(await readKnownPeers(dataDir))],
    dht: 'server',
    records: addressRecordRules(genesisHashOf(genesis))
  })
  stops.push(() => host.stop())
  stops.push(keepKnownPeers(host, dataDir))
  const shared = { host, clock: systemClock, verifyPool }
  const base = await createBaseNode({
    ...shared,
    dataDir,
    genesis,
    keys: { signing: keys.signing, vrf: keys.vrf },
    logger: logger.child({ layer: 'base' })
  })
  stops.push(() => base.stop())
  const unguard = stopOnUncaught([base], logger)
  stops.push(async () => unguard())
  const faults = new Faults()
  const asset = await createAssetNode({
    ...shared,
    dataDir,
    chain: base.chain,
    validatorSecret: keys.signing,
    account: createAccount(base.chain, keys.signing, { keepHosted: true }),
    logger: logger.child({ layer: 'asset' }),
    options: {
      watchAll: settings.watchAll,
      ...(settings.devFaults ? { interpreterOf: (id, open) => faults.interpreterOf(id, open) } : {})
    }
  })
  stops.push(() => asset.stop())
  await base.start()
  await asset.start()
  const rpc = await createRpcServer({
    port: settings.rpcPort,
    version: VERSION,
    methods: methodsOf(folder, { base, asset, host, faults }),
    health: () => ({ ok: true, ...base.status() }),
    onError: (error, method) => logger.error({ error: String(error), method }, 'an RPC method failed')
  })
  stops.push(() => rpc.stop())
  return { rpcUrl: rpc.url, addresses: host.addresses() }
}

function methodsOf(
  { settings, genesis }: NodeFolder,
  {
    base,
    asset,
    host,
    faults
  }: {
    readonly base: BaseNode
    readonly asset: AssetNode
    readonly host: Host
    readonly faults: Faults
  }
): Readonly<Record<string, RpcMethod>> {
  return {
    ...base.rpcMethods,
    ...asset.rpcMethods,
    ...nodeMethods(settings.name, genesis, base, asset, host),
    ...(settings.devFaults ? faultMethods(faults, on => asset.setWatchers(on)) : {})
  }
}
