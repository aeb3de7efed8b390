// A wallet of this machine opened on a network: its keys, its file beside the keystore, and its account. Without its password
// it shows and hands out keys; with it, it signs. The file belongs to one process at a time: a second one waits a little.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Account,
  createAccount,
  createDerivedKeys,
  createSingleKey,
  GAP,
  type Keyring,
  openWalletStore,
  type WalletStore
} from '#base-layer/index.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { CommandFailure, EXIT } from './exit-codes.ts'
import type { Session } from './session.ts'
import { openWalletSecret, publicKeyOf, publicKeysOf, type WalletSecret } from './wallets.ts'

export interface OpenWallet {
  readonly name: string
  readonly keyring: Keyring
  readonly store: WalletStore
  readonly account: Account
}

/** With its secrets. */
export interface Signer extends OpenWallet {
  /** Of the first key. */
  readonly key: PublicKey
  readonly secret: Secret<Uint8Array>
}

/** How long another command may keep the wallet's file. */
const PATIENCE_MS = 30_000
const RETRY_MS = 100

/** The wallet of a name, without its password. */
export async function openWallet(session: Session, name: string): Promise<OpenWallet> {
  const first = await publicKeyOf(session.context, name)
  if (first === undefined) {
    const folder = session.context.settings.wallets.value
    throw new CommandFailure('E_KEYSTORE_MISSING', `there is no wallet ${name} in ${folder}`, EXIT.keyRefused)
  }
  const store = await openStore(session, name)
  const known = await publicKeysOf(session.context, name)
  // A phrase was used on another network, or was made without one.
  if (known.length > 1 && store.keys.length === 0) store.addKeys(known)
  if (store.given === 0) store.given = 1
  const keyring = createPublicKeys(first, store)
  return { name, keyring, store, account: createAccount(session.chain, keyring, { memory: store }) }
}

/** The wallet of --account, its keys opened. */
export async function openSigner(session: Session): Promise<Signer> {
  const { value: name } = session.context.settings.account
  const secret = await openWalletSecret(session.context, name)
  const store = await openStore(session, name)
  const keyring = keyringOf(secret, store)
  const account = createAccount(session.chain, keyring, { memory: store })
  return { name, keyring, store, account, key: keyring.key, secret: present(keyring.secretOf(keyring.key), 'own key') }
}

/** Keeps the public keys of a phrase in the wallet's file, so that later commands need no password to show them. */
export function keyringOf(secret: WalletSecret, store: WalletStore): Keyring {
  if (secret.kind === 'key') return createSingleKey(secret.secret)
  if (store.given === 0) store.given = 1
  const onGiven = (given: number): void => {
    store.given = given
  }
  const keyring = createDerivedKeys(secret.seed, { given: store.given, onGiven })
  store.addKeys(keyring.keys)
  return keyring
}

/** The file of a wallet on this network; closed with the session. */
export async function openStore({ context, info, closing }: Session, name: string): Promise<WalletStore> {
  const folder = context.settings.wallets.value
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${name}-${info.genesis.slice(0, 8)}.db`)
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(RETRY_MS, undefined, { signal: context.signal })) {
    try {
      const store = await openWalletStore(path, info.genesis)
      closing.push(() => store.close())
      return store
    } catch (error) {
      const isLocked = error instanceof Error && 'code' in error && error.code === 'E_DATA_LOCKED'
      if (!isLocked || Date.now() > deadline) throw error
    }
  }
}

/** The preimage of a wallet's hash lock by its number: the phrase restores it, and no file holds it. */
export function preimageOf(secret: Secret<Uint8Array>, lock: number): Uint8Array {
  return hashBytes('lock-preimage', secret.reveal(), uintToBytes(lock, 4))
}

/** Keys without secrets: what the wallet's file knows, or the one key of a wallet that has but one. */
function createPublicKeys(first: PublicKey, store: WalletStore): Keyring {
  const { keys } = store
  if (keys.length === 0) return { key: first, keys: [first], secretOf: () => undefined, nextKey: () => first }
  return {
    key: first,
    keys,
    secretOf: () => undefined,
    nextKey: () => {
      const key = keys[store.given]
      if (key === undefined || store.given + GAP / 4 > keys.length) {
        throw new CommandFailure(
          'E_WALLET_LOCKED',
          'no key is left that can be shown without the password',
          EXIT.keyRefused
        )
      }
      store.given += 1
      return key
    }
  }
}
