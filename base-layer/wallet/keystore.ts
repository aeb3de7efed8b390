// Secrets at rest: one file, encrypted under a password with scrypt and XChaCha20-Poly1305, mode 0600, written whole or
// not at all. A wrong password is told from a damaged file: the file carries a checksum of its own bytes.
import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { bytes, decode, encode, record, uint } from '#contracts/codec/codec.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import { equalBytes, uintToBytes } from '#contracts/primitives/bytes.ts'
import { accept, assert, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { Secret } from '../runtime/secret.ts'

export type KeystoreCode = 'E_PASSWORD' | 'E_KEYSTORE_DAMAGED' | 'E_KEYSTORE_MISSING' | 'E_KEYSTORE_EXISTS'

const VERSION = 1
const SECRET_BYTES_MAX = 4_096
const KEY_BYTES = 32
const NONCE_BYTES = 24
const SALT_BYTES = 32
const TAG_BYTES = 16
/** 2^17 with r = 8 takes 128 MiB and about half a second. */
const COST_LOG2 = 17
/** A file that asks for more than 1 GiB is not one of ours. */
const COST_LOG2_MAX = 20
const BLOCK_SIZE = 8

const bodyCodec = record({
  version: uint(VERSION),
  costLog2: uint(COST_LOG2_MAX),
  salt: bytes(SALT_BYTES, SALT_BYTES),
  nonce: bytes(NONCE_BYTES, NONCE_BYTES),
  ciphertext: bytes(SECRET_BYTES_MAX + TAG_BYTES, TAG_BYTES)
})
const fileCodec = record({ body: bytes(SECRET_BYTES_MAX + 256), checksum: bytes(32, 32) })
const FILE_BYTES_MAX = SECRET_BYTES_MAX + 512

export interface KeystoreSettings {
  /** log2 of scrypt's N, 1 to 20; tests use less. */
  readonly costLog2?: number
}

/** Writes `secret` (at most 4 kB) to a new file; E_KEYSTORE_EXISTS rather than writing over one. */
export async function writeKeystore(
  path: string,
  secret: Secret<Uint8Array>,
  password: Secret<string>,
  settings: KeystoreSettings = {}
): Promise<Verdict<undefined, KeystoreCode>> {
  assert(secret.reveal().length <= SECRET_BYTES_MAX, 'a keystore holds at most 4 kB')
  const costLog2 = settings.costLog2 ?? COST_LOG2
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const key = await deriveKey(password, salt, costLog2)
  const ciphertext = xchacha20poly1305(key, nonce, associated(costLog2)).encrypt(secret.reveal())
  key.fill(0)
  const body = encode(bodyCodec, { version: VERSION, costLog2, salt, nonce, ciphertext })
  return writeNew(path, encode(fileCodec, { body, checksum: checksumOf(body) }))
}

/**
 * The secret in a keystore. E_KEYSTORE_MISSING, E_KEYSTORE_DAMAGED where the file is none or was changed, and
 * E_PASSWORD; rejects only where the file cannot be read.
 */
export async function readKeystore(
  path: string,
  password: Secret<string>
): Promise<Verdict<Secret<Uint8Array>, KeystoreCode>> {
  const file = await readFile(path).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (file === undefined) return reject('E_KEYSTORE_MISSING', `there is no keystore at ${path}`)
  const outer = decode(fileCodec, file, FILE_BYTES_MAX)
  const inner =
    outer.ok && equalBytes(outer.value.checksum, checksumOf(outer.value.body))
      ? decode(bodyCodec, outer.value.body, FILE_BYTES_MAX)
      : undefined
  if (inner?.ok !== true || inner.value.version !== VERSION || inner.value.costLog2 === 0) {
    return reject('E_KEYSTORE_DAMAGED', `${path} is damaged or no keystore: restore it from a copy or from the phrase`)
  }
  const { costLog2, salt, nonce, ciphertext } = inner.value
  const key = await deriveKey(password, salt, costLog2)
  try {
    return accept(new Secret(xchacha20poly1305(key, nonce, associated(costLog2)).decrypt(ciphertext)))
  } catch {
    return reject('E_PASSWORD', 'the password is wrong')
  } finally {
    key.fill(0)
  }
}

/** What the cipher authenticates beside the secret: a file whose cost was lowered does not open. */
function associated(costLog2: number): Uint8Array {
  return Uint8Array.of(VERSION, ...uintToBytes(costLog2, 4))
}

function checksumOf(body: Uint8Array): Uint8Array {
  return hashBytes('keystore', body)
}

function deriveKey(password: Secret<string>, salt: Uint8Array, costLog2: number): Promise<Uint8Array> {
  const cost = 2 ** costLog2
  // What scrypt takes is 128 r (N + p + 2) bytes; Node refuses by default above 32 MiB.
  const options: ScryptOptions = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: 128 * BLOCK_SIZE * (cost + 16) }
  return new Promise((resolve, rejectKey) => {
    scrypt(password.reveal().normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key)
      else rejectKey(error)
    })
  })
}

/** Whole or not at all: a synced file beside it, then a link, which fails if the name is taken. */
async function writeNew(path: string, content: Uint8Array): Promise<Verdict<undefined, KeystoreCode>> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.new`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, path)
    await syncFolder(dirname(path))
    return accept()
  } catch (error) {
    if (isCode(error, 'EEXIST')) return reject('E_KEYSTORE_EXISTS', `${path} exists already`)
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
