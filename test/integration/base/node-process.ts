// One base node as a process of its own, for tests that kill it. Its only argument is a JSON file (see base-network.ts);
// it prints one JSON line with its addresses when it is up, and ends on SIGTERM.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { createBaseNode, stopOnUncaught } from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import { createRpcServer, rpcMethod } from '#base-layer/runtime/json-rpc.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { decode } from '#contracts/codec/codec.ts'
import { genesisCodec } from '#contracts/ledger/genesis.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'

export interface NodeProcessSettings {
  readonly name: string
  readonly dataDir: string
  /** Hexadecimal of the encoded document. */
  readonly genesis: string
  /** Hexadecimal secrets; null for a node that signs nothing. */
  readonly signing: string | null
  readonly vrf: string
  readonly identity: string
  readonly bootstrap: readonly string[]
}

const path = process.argv[2]
if (path === undefined) throw new Error('a settings file')
const settings = JSON.parse(readFileSync(path, 'utf8')) as NodeProcessSettings
const document = decode(genesisCodec, hexToBytes(settings.genesis), 10_000_000)
if (!document.ok) throw new Error(document.why)
const { verified } = installNodeCrypto()
const logger = createLogger({ name: settings.name, level: process.env['LOG'] === undefined ? 'warn' : 'debug' })
const host = await createHost({
  identitySecret: hexToBytes(settings.identity),
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: settings.bootstrap,
  dht: 'server'
})
const node = await createBaseNode({
  dataDir: settings.dataDir,
  genesis: document.value,
  host,
  clock: systemClock,
  logger,
  verifyPool: new VerifyPool(verified),
  keys:
    settings.signing === null
      ? null
      : { signing: new Secret(hexToBytes(settings.signing)), vrf: new Secret(hexToBytes(settings.vrf)) }
})
stopOnUncaught([node], logger)
const status = rpcMethod({ summary: 'Status.', params: z.strictObject({}), result: z.looseObject({}) }, () => {
  const { user, system } = process.cpuUsage()
  return { ...node.status(), cpuMs: (user + system) / 1000 }
})
const rpc = await createRpcServer({ port: 0, version: 'test', methods: { ...node.rpcMethods, 'test.status': status } })
await node.start()
process.on('SIGTERM', () => {
  void (async () => {
    await rpc.stop()
    await node.stop()
    await host.stop()
    process.exit(0)
  })()
})
process.stdout.write(`${JSON.stringify({ rpc: rpc.url, addresses: host.addresses() })}\n`)
