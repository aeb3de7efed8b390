// Proof files: JSON around the bytes of a proof document, everything needed to believe what it shows from the
// genesis document or a trusted head alone [FIN-10, PRF-1 to PRF-5]. Made by `proof get`, judged by `proof
// check`. A file's kind and names are for people; what it shows is read from its bytes.
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { createLightClient, encodeLightClient, type LightClient } from '#base-layer/light/light-client.ts'
import { checkDocument, type CheckedDocument, type ProofKind } from '#base-layer/light/proof-document.ts'
import { deriveTrustedStart } from '#base-layer/light/trusted-start.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { isHex32, ZERO_HASH } from '#contracts/primitives/ids.ts'
import { reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { misuse, unwrap } from './exit-codes.ts'

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/)
/** No thing has the zero hash for its id [HASH-1]. */
const id = z.string().refine(text => isHex32(text) && text !== ZERO_HASH)
const count = z.number().int().nonnegative()
const base = { schema: z.literal('surety.proof/1'), genesis: id, finality: hex, body: hex } as const

/** What a body of each kind may be called. */
export const BASE_KINDS = {
  balance: 'present',
  output: 'present',
  key: 'present',
  name: 'present',
  parameters: 'present',
  absent: 'absent',
  block: 'block',
  consistency: 'consistency',
  transaction: 'transaction',
  spent: 'spent',
  'not-spent': 'notSpentIn',
  'key-history': 'history',
  'name-history': 'history',
  head: 'head'
} as const satisfies Readonly<Record<string, ProofKind>>
export type BaseKind = keyof typeof BASE_KINDS

export const PROOF_FILE = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.enum(Object.keys(BASE_KINDS) as [BaseKind, ...BaseKind[]]) }),
  z.strictObject({ ...base, kind: z.literal('account'), asset: id, sequence: count, account: id, witness: hex }),
  z.strictObject({ ...base, kind: z.literal('receipt'), asset: id, instruction: id, epoch: count, receipt: hex })
])
export type ProofFile = z.infer<typeof PROOF_FILE>
export type AccountProof = Extract<ProofFile, { kind: 'account' }>
export type ReceiptProof = Extract<ProofFile, { kind: 'receipt' }>
export type BaseProof = Extract<ProofFile, { kind: BaseKind }>

/** A head that somebody trusts: what a light client keeps. */
export const HEAD_FILE = z.strictObject({
  schema: z.literal('surety.head/1'),
  genesis: id,
  height: count,
  id,
  client: hex
})

/** A client at block 0 of the network of this document. */
export function genesisClient(genesis: Genesis): Verdict<LightClient> {
  const start = deriveTrustedStart(genesis)
  return start.ok ? createLightClient({ kind: 'genesis', start: start.value }, 0) : start
}

/** What a file of the base chain shows to somebody who trusts this client. Never throws. */
export function checkBaseProof(trusted: LightClient, file: BaseProof): Verdict<CheckedDocument> {
  const checked = checkDocument(trusted, hexToBytes(file.finality), hexToBytes(file.body))
  if (!checked.ok) return checked
  const { kind } = checked.value.shown
  return kind === BASE_KINDS[file.kind]
    ? checked
    : reject('E_PROOF_VALUE', `the file is called a proof of kind ${file.kind}, but shows one of kind ${kind}`)
}

/** Throws E_PROOF_FILE for what is no proof file. */
export async function readProofFile(path: string): Promise<ProofFile> {
  const file = PROOF_FILE.safeParse(await readJson(path, 'E_PROOF_FILE'))
  if (!file.success) throw misuse('E_PROOF_FILE', `${path} is not a proof file`)
  return file.data
}

/** Throws E_HEAD_FILE for what is no head file, and the code of a head that may not be trusted any more [FIN-5]. */
export async function readHeadFile(path: string): Promise<LightClient> {
  const file = HEAD_FILE.safeParse(await readJson(path, 'E_HEAD_FILE'))
  if (!file.success) throw misuse('E_HEAD_FILE', `${path} is not a head file`)
  return unwrap(createLightClient({ kind: 'kept', bytes: hexToBytes(file.data.client) }, Date.now()))
}

export async function writeHeadFile(path: string, client: LightClient): Promise<void> {
  const { network, head } = client
  const file: z.infer<typeof HEAD_FILE> = {
    schema: 'surety.head/1',
    genesis: network.genesis,
    height: head.header.height,
    id: head.id,
    client: bytesToHex(encodeLightClient(client))
  }
  await writeFile(path, `${JSON.stringify(file, null, 1)}\n`)
}

/** Throws the code for a file that cannot be read, and for one that is no JSON: cut short, say. */
async function readJson(path: string, code: 'E_PROOF_FILE' | 'E_HEAD_FILE'): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw misuse(code, `cannot read ${path}`)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw misuse(code, `${path} is ${text === '' ? 'empty' : 'damaged or cut short: it is no JSON'}`)
  }
}
