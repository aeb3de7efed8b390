// A node's data folder: surety.toml (what it does), genesis.json (which network), keys.json (0600), who it belongs to
// (identity.json), and data/ (its databases). Written by `surety node init` and the development network; read by every
// command on a node.
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type Hash, isHex32 } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { checkRecoveryFile, recoveryIdOf } from '#contracts/statements/recovery.ts'
import { createGuardFile } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { formatGenesis, readGenesis } from '../devnet/genesis-file.ts'
import { formatNodeSettings, type NodeSettings, type NodeSettingSources, resolveNodeSettings } from './node-settings.ts'

const hex32 = z.string().refine(isHex32)
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

/** Public keys only. The owner's secret stays elsewhere; rewards go to a key of their own. */
const IDENTITY = z.strictObject({
  schema: z.literal('surety.node-identity/1'),
  signing: hex32,
  vrf: hex32,
  owner: hex32.nullable(),
  rewards: hex32.nullable()
})
export type NodeIdentity = Readonly<Omit<z.infer<typeof IDENTITY>, 'schema'>>

export interface NodeFolder {
  readonly settings: NodeSettings
  readonly genesis: Genesis
  readonly keys: NodeKeys
  /** Where the databases are. */
  readonly dataDir: string
  /** Copies of chain.db. */
  readonly backupDir: string
  /** What callers of RPC methods that sign must show: the line of the file rpc-token, if there is one. */
  readonly rpcToken: Secret<string> | null
  /** Ids of the recovery files that the operator trusts [FIN-9]. */
  readonly recoveries: readonly Hash[]
}

export type NodeFolderCode = 'E_NODE_FOLDER' | 'E_CONFIG' | 'E_GENESIS_FILE' | 'E_GENESIS_INVALID'

/** Makes the folder of a new node, its vote guard with its key [FIN-7]. Rejects if the folder has one already. */
export async function writeNodeFolder(
  folder: string,
  parts: {
    readonly settings: Partial<NodeSettings>
    readonly genesis: Genesis
    readonly keys: NodeKeys
    readonly identity?: NodeIdentity
  }
): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true, mode: 0o700 })
  const { signing, vrf, network } = parts.keys
  const hex = (one: Secret<Uint8Array>): string => bytesToHex(one.reveal())
  const keys = { schema: 'surety.node-keys/1', signing: hex(signing), vrf: hex(vrf), network: hex(network) }
  await createGuardFile(join(folder, 'data'), derivePublicKey(signing.reveal()))
  await writePrivate(join(folder, 'keys.json'), `${JSON.stringify(keys)}\n`)
  await writeFile(join(folder, 'genesis.json'), formatGenesis(parts.genesis))
  if (parts.identity !== undefined) {
    const identity = { schema: 'surety.node-identity/1', ...parts.identity }
    await writeFile(join(folder, 'identity.json'), `${JSON.stringify(identity, null, 2)}\n`)
  }
  // Last: a folder without it is not one of a node.
  await writeFile(join(folder, 'surety.toml'), formatNodeSettings(parts.settings))
}

/** True if there is a node's folder, finished or not: keys are never written over. */
export function hasNode(folder: string): boolean {
  return ['keys.json', 'surety.toml', join('data', 'votes.db')].some(file => existsSync(join(folder, file)))
}

/** Everything a node needs to start, or which file is wrong. */
export async function readNodeFolder(
  folder: string,
  sources: Omit<NodeSettingSources, 'folder'>
): Promise<Verdict<NodeFolder, NodeFolderCode>> {
  if (!existsSync(join(folder, 'surety.toml'))) {
    return reject('E_NODE_FOLDER', `there is no node in ${folder}: surety.toml is missing`)
  }
  const resolved = resolveNodeSettings({ ...sources, folder })
  if (!resolved.ok) return resolved
  const keys = KEYS.safeParse(await readJson(join(folder, 'keys.json')))
  if (!keys.success) return refuse(folder, 'keys.json', keys.error)
  const exposed = await findExposed(folder)
  if (exposed !== undefined) return reject('E_NODE_FOLDER', exposed)
  const genesis = await readGenesis(join(folder, 'genesis.json'))
  if (!genesis.ok) return genesis
  const recoveries = await readRecoveries(folder, resolved.value.settings, genesis.value)
  if (!recoveries.ok) return recoveries
  const token = (await readFile(join(folder, 'rpc-token'), 'utf8').catch(() => '')).split(/\r?\n/)[0] ?? ''
  return accept({
    settings: resolved.value.settings,
    genesis: genesis.value,
    keys: keys.data,
    dataDir: join(folder, 'data'),
    backupDir: join(folder, 'backups'),
    rpcToken: token === '' ? null : new Secret(token),
    recoveries: recoveries.value
  })
}

/** Files are named from the node's folder on. One that is not what it was taken for stops the start. */
async function readRecoveries(
  folder: string,
  settings: NodeSettings,
  genesis: Genesis
): Promise<Verdict<readonly Hash[], 'E_NODE_FOLDER'>> {
  const ids: Hash[] = []
  for (const path of settings.recoveries) {
    const bytes = await readFile(resolve(folder, path)).catch(() => undefined)
    if (bytes === undefined) return reject('E_NODE_FOLDER', `recoveries: cannot read ${resolve(folder, path)}`)
    const file = checkRecoveryFile(bytes, genesisHashOf(genesis))
    if (!file.ok) return reject('E_NODE_FOLDER', `recoveries: ${path}: ${file.why}`)
    ids.push(recoveryIdOf(file.value.body))
  }
  return accept(ids)
}

/** Secrets that others on this machine can read are not used: they may be known already. */
async function findExposed(folder: string): Promise<string | undefined> {
  for (const file of ['keys.json', 'rpc-token']) {
    const found = await stat(join(folder, file)).catch(() => undefined)
    if (found !== undefined && process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
      return `${join(folder, file)} can be read by others on this machine: chmod 600 it, and think about who has`
    }
  }
  return undefined
}

/** A file only its owner can read, never half written. */
export async function writePrivate(path: string, text: string | Uint8Array): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
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
