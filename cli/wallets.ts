// Keys on this machine, one file each: NAME.keystore under a password, or NAME.dev-key.json, a development network's public
// knowledge. Beside a keystore NAME.pub names its key, so that nothing asks for a password to show a balance.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { readKeystore, writeKeystore } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import type { Context } from './context.ts'
import { CommandFailure, EXIT, misuse, unwrap } from './exit-codes.ts'
import { readPassword } from './password.ts'

export interface Wallet {
  readonly name: string
  readonly kind: 'keystore' | 'dev'
  readonly key: PublicKey
}

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/
const DEV_KEY = z.object({ schema: z.literal('surety.dev-key/1'), secret: z.string().refine(isHex32) })

export async function listWallets({ settings }: Context): Promise<readonly Wallet[]> {
  const files = await readdir(settings.wallets.value).catch(() => [])
  const wallets: Wallet[] = []
  for (const file of files.sort()) {
    const [, name = '', suffix] = /^(.+?)\.(keystore|dev-key\.json)$/.exec(file) ?? []
    if (suffix === undefined || !NAME.test(name)) continue
    const key =
      suffix === 'keystore'
        ? await readPublic(settings.wallets.value, name)
        : await readDevKey(settings.wallets.value, name)
    if (key !== undefined) wallets.push({ name, kind: suffix === 'keystore' ? 'keystore' : 'dev', key: key.publicKey })
  }
  return wallets
}

export async function publicKeyOf({ settings }: Context, name: string): Promise<PublicKey | undefined> {
  if (!NAME.test(name)) return undefined
  const folder = settings.wallets.value
  return ((await readDevKey(folder, name)) ?? (await readPublic(folder, name)))?.publicKey
}

/** The secret key of a wallet; asks for its password unless it is a development key. */
export async function openKey(context: Context, name: string): Promise<Secret<Uint8Array>> {
  const folder = context.settings.wallets.value
  assertName(name)
  const dev = await readDevKey(folder, name)
  if (dev !== undefined) return dev.secret
  if ((await readPublic(folder, name)) === undefined) {
    throw new CommandFailure('E_KEYSTORE_MISSING', `there is no wallet ${name} in ${folder}`, EXIT.keyRefused)
  }
  return unwrap(
    await readKeystore(join(folder, `${name}.keystore`), await readPassword(context, `Password of ${name}: `))
  )
}

/** A new key under a new password. Rejects E_KEYSTORE_EXISTS rather than replacing one. */
export async function createWallet(context: Context, name: string): Promise<Wallet> {
  const folder = context.settings.wallets.value
  assertName(name)
  if ((await publicKeyOf(context, name)) !== undefined) {
    throw new CommandFailure('E_KEYSTORE_EXISTS', `there is a wallet ${name} already`, EXIT.keyRefused)
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const secret = new Secret<Uint8Array>(randomBytes(32))
  unwrap(
    await writeKeystore(join(folder, `${name}.keystore`), secret, await readPassword(context, 'New password: ', true))
  )
  const key = derivePublicKey(secret.reveal())
  await writeFile(join(folder, `${name}.pub`), `${key}\n`, { mode: 0o600 })
  return { name, kind: 'keystore', key }
}

function assertName(name: string): void {
  if (!NAME.test(name)) throw misuse('E_WALLET_NAME', 'a wallet is named with a-z, 0-9 and hyphens')
}

async function readPublic(folder: string, name: string): Promise<{ readonly publicKey: PublicKey } | undefined> {
  const text = (await readFile(join(folder, `${name}.pub`), 'utf8').catch(() => '')).trim()
  return isHex32(text) ? { publicKey: text as PublicKey } : undefined
}

async function readDevKey(folder: string, name: string) {
  const text = await readFile(join(folder, `${name}.dev-key.json`), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const file = DEV_KEY.safeParse(JSON.parse(text))
  if (!file.success)
    throw new CommandFailure('E_KEYSTORE_DAMAGED', `the key file of ${name} is damaged`, EXIT.keyRefused)
  const secret = hexToBytes(file.data.secret)
  return { publicKey: derivePublicKey(secret), secret: new Secret<Uint8Array>(secret) }
}
