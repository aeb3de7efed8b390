// A node's data folder: node.json (what it does), genesis.json (which network), keys.json (0600) and data/ (its
// databases). Written by the development network and by hand; read by `surety node start`.
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { isHex32 } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { createGuardFile } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { formatGenesis, readGenesis } from '../devnet/genesis-file.ts'

const SETTINGS = z.strictObject({
  schema: z.literal('surety.node/1'),
  name: z.string().regex(/^[a-z0-9-]{1,32}$/),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string().max(256)).min(1).max(8),
  /** Full addresses of peers to find the others through. */
  bootstrap: z.array(z.string().max(256)).max(16).default([]),
  rpcPort: z.number().int().min(0).max(65_535),
  /** Observe every live asset, not only those it is bonded to [CLM-7]. */
  watchAll: z.boolean().default(false),
  logLevel: z.enum(['error', 'warn', 'info', 'debug', 'silent']).default('info'),
  /** Faults on request over RPC: only where a lie is to be shown being caught. */
  devFaults: z.boolean().default(false)
})
export type NodeSettings = z.infer<typeof SETTINGS>

const secret = z
  .string()
  .refine(isHex32)
  .transform(text => new Secret(hexToBytes(text)))
const KEYS = z.strictObject({ schema: z.literal('surety.node-keys/1'), signing: secret, vrf: secret, network: secret })

/** Seeds of 32 bytes [KEY-1]: signing proposes, votes, validates and pays; vrf reveals; network is the libp2p identity. */
export interface NodeKeys {
  readonly signing: Secret<Uint8Array>
  readonly vrf: Secret<Uint8Array>
  readonly network: Secret<Uint8Array>
}

export interface NodeFolder {
  readonly settings: NodeSettings
  readonly genesis: Genesis
  readonly keys: NodeKeys
  /** Where the databases are. */
  readonly dataDir: string
}

export type NodeFolderCode = 'E_NODE_FOLDER' | 'E_GENESIS_FILE' | 'E_GENESIS_INVALID'

/** Makes the folder of a new node, its vote guard with its key [FIN-7]. Rejects if the folder has one already. */
export async function writeNodeFolder(
  folder: string,
  parts: { readonly settings: NodeSettings; readonly genesis: Genesis; readonly keys: NodeKeys }
): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true, mode: 0o700 })
  const { signing, vrf, network } = parts.keys
  const hex = (one: Secret<Uint8Array>): string => bytesToHex(one.reveal())
  const keys = { schema: 'surety.node-keys/1', signing: hex(signing), vrf: hex(vrf), network: hex(network) }
  await createGuardFile(join(folder, 'data'), derivePublicKey(signing.reveal()))
  await writePrivate(join(folder, 'keys.json'), `${JSON.stringify(keys)}\n`)
  await writeFile(join(folder, 'genesis.json'), formatGenesis(parts.genesis))
  await writeFile(join(folder, 'node.json'), `${JSON.stringify(parts.settings, null, 2)}\n`)
}

/** Everything a node needs to start, or which file is wrong. */
export async function readNodeFolder(folder: string): Promise<Verdict<NodeFolder, NodeFolderCode>> {
  const settings = SETTINGS.safeParse(await readJson(join(folder, 'node.json')))
  if (!settings.success) return refuse(folder, 'node.json', settings.error)
  const keys = KEYS.safeParse(await readJson(join(folder, 'keys.json')))
  if (!keys.success) return refuse(folder, 'keys.json', keys.error)
  const genesis = await readGenesis(join(folder, 'genesis.json'))
  if (!genesis.ok) return genesis
  return accept({ settings: settings.data, genesis: genesis.value, keys: keys.data, dataDir: join(folder, 'data') })
}

/** A file only its owner can read, never half written. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  await writeFile(draft, text, { mode: 0o600 })
  await chmod(draft, 0o600)
  await rename(draft, path)
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Names the field, never its value: it may be a secret. */
function refuse(folder: string, file: string, error: z.ZodError): Verdict<never, 'E_NODE_FOLDER'> {
  const path = error.issues[0]?.path.join('.') ?? ''
  return reject('E_NODE_FOLDER', `${join(folder, file)} is missing or not valid${path === '' ? '' : ` at ${path}`}`)
}
