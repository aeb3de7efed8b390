// One node in this process: host, base chain, asset layer and RPC, built in order and closed in reverse. Called by
// `surety node start`; the only place that joins the layers.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { asName } from '#contracts/names/name.ts'
import { createAssetNode, addressRecordRules, type AssetNode } from '#asset-layer/index.ts'
import {
  type BaseNode,
  type BaseNodeStatus,
  createAccount,
  createBaseNode,
  createLoginRpc,
  openLogins,
  stopOnUncaught
} from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import { lockDataFolder } from '#base-layer/runtime/database.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createRpcServer, type RpcMethod } from '#base-layer/runtime/json-rpc.ts'
import { NETWORK_LIMITS } from '#base-layer/runtime/limits.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { createLogger, type Logger } from '#base-layer/runtime/logger.ts'
import { createMetrics } from '#base-layer/runtime/metrics.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { Faults, faultMethods } from '../devnet/faults.ts'
import { VERSION } from '../version.ts'
import type { NodeFolder } from './data-folder.ts'
import { keepKnownPeers, readKnownPeers } from './known-peers.ts'
import { nodeMethods } from './node-methods.ts'
import { countCalls, measureNode } from './node-metrics.ts'
import { scheduleUpkeep } from './node-schedule.ts'
import { trustedHeadOf } from './node-settings.ts'

export interface RunningNode {
  readonly rpcUrl: string
  readonly addresses: readonly string[]
  status(): BaseNodeStatus
  /** Connected peers that this node called. */
  outbound(): number
  /** Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts everything; on a failure, or when told to stop on the way, what was started is stopped again. Rejects as the parts
 * do.
 */
export async function runNode(folder: NodeFolder, signal?: AbortSignal): Promise<RunningNode> {
  const { settings } = folder
  // What libraries create is for the owner alone too.
  process.umask(0o077)
  const logger = createLogger({ name: settings.name, level: settings.logLevel })
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) {
      await last().catch((error: unknown) => logger.warn({ error: String(error) }, 'a part did not stop cleanly'))
    }
  }
  try {
    return { ...(await startParts(folder, logger, stops, signal)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(
  folder: NodeFolder,
  logger: Logger,
  stops: (() => Promise<void>)[],
  signal: AbortSignal | undefined
): Promise<Omit<RunningNode, 'stop'>> {
  const { settings, genesis, keys, dataDir, backupDir } = folder
  // Said before a port that the other process holds as well; createBaseNode takes the lock for good.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  lockDataFolder(dataDir)()
  const verifyPool = new VerifyPool(installNodeCrypto().verified)
  const known = await readKnownPeers(dataDir)
  const host = await createHost({
    identitySecret: keys.network.reveal(),
    listen: settings.listen,
    announce: settings.announce,
    bootstrap: [...settings.bootstrap, ...known],
    anchors: known.slice(0, NETWORK_LIMITS.anchors),
    dht: 'server',
    records: addressRecordRules(genesisHashOf(genesis))
  })
  stops.push(() => host.stop())
  stops.push(keepKnownPeers(host, dataDir))
  signal?.throwIfAborted()
  const trustedHead = trustedHeadOf(settings.trustedHead)
  const shared = { host, clock: systemClock, verifyPool }
  const base = await createBaseNode({
    ...shared,
    dataDir,
    genesis,
    keys: settings.sign ? { signing: keys.signing, vrf: keys.vrf } : null,
    logger: logger.child({ layer: 'base' }),
    settings: {
      recoveries: folder.recoveries,
      ...(trustedHead === undefined ? {} : { trustedHead }),
      ...(settings.keepBodies === 0 ? {} : { keepBodies: settings.keepBodies })
    }
  })
  stops.push(() => base.stop())
  const unguard = stopOnUncaught([base], logger)
  stops.push(async () => unguard())
  signal?.throwIfAborted()
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
      sampleFinal: point => base.sample(point),
      ...(settings.devFaults ? { interpreterOf: (id, open) => faults.interpreterOf(id, open) } : {})
    }
  })
  stops.push(() => asset.stop())
  await base.start()
  await asset.start()
  const metrics = createMetrics()
  stops.push(async () => metrics.stop())
  measureNode(metrics, { base, asset, host, verifyPool, dataDir })
  stops.push(scheduleUpkeep({ base, settings, backupDir, metrics, logger }))
  const rpc = await createRpcServer({
    port: settings.rpcPort,
    version: VERSION,
    methods: { ...methodsOf(folder, { base, asset, host, faults }), ...(await loginMethods(folder, base, stops)) },
    ...(folder.rpcToken === null ? {} : { token: folder.rpcToken }),
    health: () => ({ ok: true, ...base.status() }),
    readiness: () => readinessOf(base.status()),
    metrics: () => metrics.text(),
    onCall: countCalls(metrics),
    onError: (error, method) => logger.error({ error: String(error), method }, 'an RPC method failed')
  })
  stops.push(() => rpc.stop())
  // Signing ends before anything is waited for.
  stops.push(async () => base.stopSigning('the node is stopping'))
  return {
    rpcUrl: rpc.url,
    addresses: host.addresses(),
    status: () => base.status(),
    outbound: () => host.knownPeers().length
  }
}

/** Logins under the node's name on the chain, if it has one [NAM-3]. */
async function loginMethods(
  { settings, dataDir }: NodeFolder,
  base: BaseNode,
  stops: (() => Promise<void>)[]
): Promise<Readonly<Record<string, RpcMethod>>> {
  const name = asName(settings.chainName)
  if (name === undefined) return {}
  const logins = await openLogins(join(dataDir, 'logins.db'), name)
  stops.push(() => logins.close())
  return createLoginRpc(base.chain, logins)
}

/** Synchronised, with peers to hear from, and without a conflict that only an operator can end [FIN-5]. */
function readinessOf({ syncing, peers, conflicted, height, final }: BaseNodeStatus) {
  return { ok: !syncing && peers > 0 && !conflicted, syncing, peers, conflicted, height, final }
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
    ...nodeMethods({ name: settings.name, genesis, base, asset, host }),
    ...(settings.devFaults ? faultMethods(faults, on => asset.setWatchers(on)) : {})
  }
}
