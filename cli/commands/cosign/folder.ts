// A folder in which several signers meet: session.json says what is signed, each signer adds its nonce and then its part.
// Every file is written once, whole, and names its session; secret nonces stay in the process that made them [SIG-3].
import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { PARTIAL_BYTES, PUBLIC_NONCE_BYTES } from '#contracts/crypto/signing-session.ts'
import { TRANSACTION_BYTES, type TransactionBody, transactionBodyCodec } from '#contracts/ledger/transaction.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type GenesisHash, type Hash, isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { CommandFailure, EXIT, misuse } from '../../exit-codes.ts'

const hex32 = z.string().refine(isHex32)
const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const SESSION = z.strictObject({
  schema: z.literal('surety.cosign.session/1'),
  genesis: hex32,
  body: z
    .string()
    .regex(/^(?:[0-9a-f]{2})+$/)
    .max(2 * TRANSACTION_BYTES),
  /** Ascending: who must sign. */
  keys: z.array(hex32).min(1).max(64),
  note: z.string().max(200)
})
const step = { session: hex32, key: hex32 }
const NONCE = z.strictObject({
  schema: z.literal('surety.cosign.nonce/1'),
  ...step,
  nonce: hexOf(PUBLIC_NONCE_BYTES)
})
const PART = z.strictObject({ schema: z.literal('surety.cosign.part/1'), ...step, part: hexOf(PARTIAL_BYTES) })

export interface SigningFolder {
  readonly path: string
  /** Hash of session.json's content: what nonces and parts are for. */
  readonly session: Hash
  readonly genesis: GenesisHash
  readonly body: TransactionBody
  readonly keys: readonly PublicKey[]
  readonly note: string
}

/** Makes the folder. Throws E_COSIGN_FOLDER if a session is in it already. */
export async function createSigningFolder(
  path: string,
  genesis: GenesisHash,
  body: TransactionBody,
  keys: readonly PublicKey[],
  note: string
): Promise<SigningFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const document = {
    schema: 'surety.cosign.session/1',
    genesis,
    body: bytesToHex(encode(transactionBodyCodec, body)),
    keys,
    note
  }
  if (!(await writeOnce(join(path, 'session.json'), document))) {
    throw misuse('E_COSIGN_FOLDER', `${path} holds a session already`)
  }
  return await readSigningFolder(path)
}

export async function readSigningFolder(path: string): Promise<SigningFolder> {
  const text = await readFile(join(path, 'session.json'), 'utf8').catch(() => undefined)
  if (text === undefined) throw misuse('E_COSIGN_FOLDER', `there is no session in ${path}`)
  const parsed = SESSION.safeParse(jsonIn(text))
  if (!parsed.success) throw misuse('E_COSIGN_FOLDER', `${path}/session.json is not a session`)
  const { body, keys, genesis, note } = parsed.data
  const decoded = decode(transactionBodyCodec, hexToBytes(body), TRANSACTION_BYTES)
  if (!decoded.ok) throw misuse('E_COSIGN_FOLDER', `${path}/session.json: ${decoded.why}`)
  return {
    path,
    session: hashHex('cosign-session', new TextEncoder().encode(`${genesis} ${keys.join(' ')} ${body}`)),
    genesis: genesis as GenesisHash,
    body: decoded.value,
    keys: keys as unknown as readonly PublicKey[],
    note
  }
}

/** False if this key has published one: its secret half was in a process that is gone. */
export function publishNonce({ path, session }: SigningFolder, key: PublicKey, nonce: Uint8Array): Promise<boolean> {
  const document = { schema: 'surety.cosign.nonce/1', session, key, nonce: bytesToHex(nonce) }
  return writeOnce(join(path, `nonce-${key}.json`), document)
}

export function publishPart({ path, session }: SigningFolder, key: PublicKey, part: Uint8Array): Promise<boolean> {
  return writeOnce(join(path, `part-${key}.json`), {
    schema: 'surety.cosign.part/1',
    session,
    key,
    part: bytesToHex(part)
  })
}

/** By key; those that are not there yet are left out. Throws E_COSIGN_FOLDER for a file that is of something else. */
export async function readNonces(folder: SigningFolder): Promise<ReadonlyMap<PublicKey, Uint8Array>> {
  return await readSteps(folder, 'nonce', text => NONCE.safeParse(text).data)
}

export async function readParts(folder: SigningFolder): Promise<ReadonlyMap<PublicKey, Uint8Array>> {
  return await readSteps(folder, 'part', text => {
    const found = PART.safeParse(text).data
    return found === undefined ? undefined : { ...found, nonce: found.part }
  })
}

async function readSteps(
  { path, session, keys }: SigningFolder,
  kind: 'nonce' | 'part',
  parse: (json: unknown) => { readonly session: string; readonly key: string; readonly nonce: string } | undefined
): Promise<ReadonlyMap<PublicKey, Uint8Array>> {
  const found = new Map<PublicKey, Uint8Array>()
  for (const key of keys) {
    const text = await readFile(join(path, `${kind}-${key}.json`), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const one = parse(jsonIn(text))
    if (one === undefined || one.session !== session || one.key !== key) {
      throw new CommandFailure('E_COSIGN_FOLDER', `${kind}-${key}.json is not of this session`, EXIT.problemFound)
    }
    found.set(key, hexToBytes(one.nonce))
  }
  return found
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whole or not at all, and never over another: others read the folder meanwhile. */
async function writeOnce(path: string, document: object): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  await writeFile(draft, `${JSON.stringify(document)}\n`, { mode: 0o600 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
