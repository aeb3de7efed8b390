// Wallets on this machine, one keystore each: NAME.keystore, a phrase under a password, or NAME.dev-key.json, a development
// network's public knowledge. Beside it NAME.pub names the first keys, so that nothing asks for a password to show a balance.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { createDerivedKeys, readKeystore, seedOfPhrase, writeKeystore } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import type { Context } from './context.ts'
import { CommandFailure, EXIT, misuse, unwrap } from './exit-codes.ts'
import { readPassword } from './password.ts'

export interface Wallet {
  readonly name: string
  readonly kind: 'keystore' | 'dev'
  readonly key: PublicKey
}

/** A keystore of this length holds a single key, not a phrase. */
const KEY_BYTES = 32
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

/** What a keystore holds: the words of a phrase, or a single key. */
export type WalletSecret =
  | { readonly kind: 'phrase'; readonly phrase: Secret<string>; readonly seed: Secret<Uint8Array> }
  | { readonly kind: 'key'; readonly secret: Secret<Uint8Array> }

/** The secret of a wallet; asks for its password unless it is a development key. */
export async function openWalletSecret(context: Context, name: string): Promise<WalletSecret> {
  const folder = context.settings.wallets.value
  assertName(name)
  const dev = await readDevKey(folder, name)
  if (dev !== undefined) return { kind: 'key', secret: dev.secret }
  if ((await readPublic(folder, name)) === undefined) {
    throw new CommandFailure('E_KEYSTORE_MISSING', `there is no wallet ${name} in ${folder}`, EXIT.keyRefused)
  }
  const held = unwrap(
    await readKeystore(join(folder, `${name}.keystore`), await readPassword(context, `Password of ${name}: `))
  )
  if (held.reveal().length === KEY_BYTES) return { kind: 'key', secret: held }
  const phrase = new Secret(new TextDecoder().decode(held.reveal()))
  return { kind: 'phrase', phrase, seed: unwrap(seedOfPhrase(phrase.reveal())) }
}

/** A new wallet of a phrase under a new password. Rejects E_KEYSTORE_EXISTS rather than replacing one. */
export async function createWallet(context: Context, name: string, phrase: Secret<string>): Promise<Wallet> {
  const folder = context.settings.wallets.value
  assertName(name)
  const seed = unwrap(seedOfPhrase(phrase.reveal()))
  if ((await publicKeyOf(context, name)) !== undefined) {
    throw new CommandFailure('E_KEYSTORE_EXISTS', `there is a wallet ${name} already`, EXIT.keyRefused)
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const words = new Secret<Uint8Array>(new TextEncoder().encode(phrase.reveal().trim().toLowerCase()))
  unwrap(
    await writeKeystore(join(folder, `${name}.keystore`), words, await readPassword(context, 'New password: ', true))
  )
  const { key, keys } = createDerivedKeys(seed, { given: 1 })
  await writeFile(join(folder, `${name}.pub`), `${keys.join('\n')}\n`, { mode: 0o600 })
  return { name, kind: 'keystore', key }
}

function assertName(name: string): void {
  if (!NAME.test(name)) throw misuse('E_WALLET_NAME', 'a wallet is named with a-z, 0-9 and hyphens')
}

/** The first keys of a phrase, in their order; one for a wallet of a single key. */
export async function publicKeysOf({ settings }: Context, name: string): Promise<readonly PublicKey[]> {
  const text = await readFile(join(settings.wallets.value, `${name}.pub`), 'utf8').catch(() => '')
  return text.split(/\s+/).filter(isHex32) as readonly string[] as readonly PublicKey[]
}

async function readPublic(folder: string, name: string): Promise<{ readonly publicKey: PublicKey } | undefined> {
  const [text = ''] = (await readFile(join(folder, `${name}.pub`), 'utf8').catch(() => '')).split('\n')
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
