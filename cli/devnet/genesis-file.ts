// The genesis document as a file people can read and edit: JSON, amounts as decimal text. Read by nodes at start and by
// wallets as what they trust; checked by zod for its form and by checkGenesis for its sense [GEN-1].
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { checkGenesis, type Genesis } from '#contracts/ledger/genesis.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { AMOUNT_LIMIT } from '#contracts/primitives/amounts.ts'
import { type Hash, isHex32, type PublicKey, ZERO_HASH } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'

const uint = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const amount = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(text => BigInt(text))
  .refine(atoms => atoms < AMOUNT_LIMIT)
const isId = (text: string): boolean => isHex32(text) && text !== ZERO_HASH
const key = z
  .string()
  .refine(isId)
  .transform(text => text as PublicKey)
const hash = z
  .string()
  .refine(isId)
  .transform(text => text as Hash)

/** One field per parameter, of the kind that parameter has. */
const parameters = z
  .strictObject({
    ...Object.fromEntries(
      Object.entries(DEV_PARAMETERS).map(([name, value]) => [name, typeof value === 'bigint' ? amount : uint])
    ),
    linkBits: uint.max(64)
  })
  .transform(fields => fields as unknown as Parameters)

const FILE = z.strictObject({
  schema: z.literal('surety.genesis/1'),
  prefix: z.string(),
  genesisTimeMs: uint,
  parameters,
  seed0: hash,
  peers: z
    .array(z.strictObject({ peer: key, vrfKey: key, rewards: key, bondAtoms: amount }))
    .min(1)
    .max(1_000),
  outputs: z
    .array(z.strictObject({ kind: z.literal('key'), owner: key, host: key.nullable(), atoms: amount }))
    .min(1)
    .max(100_000)
})

export type GenesisFileCode = 'E_GENESIS_FILE' | 'E_GENESIS_INVALID'

export function formatGenesis(genesis: Genesis): string {
  const amounts = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  return `${JSON.stringify({ schema: 'surety.genesis/1', ...genesis }, amounts, 1)}\n`
}

/** The document in a file's text, or what is wrong with it; what is accepted can be encoded and hashed. Never throws. */
export function parseGenesis(text: string): Verdict<Genesis, GenesisFileCode> {
  const parsed = FILE.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return reject('E_GENESIS_FILE', `the genesis file is not one: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const { schema: _schema, ...genesis } = parsed.data
  const checked = checkGenesis(genesis)
  return checked.ok ? accept(genesis) : reject('E_GENESIS_INVALID', checked.why)
}

export async function readGenesis(path: string): Promise<Verdict<Genesis, GenesisFileCode>> {
  try {
    return parseGenesis(await readFile(path, 'utf8'))
  } catch {
    return reject('E_GENESIS_FILE', `cannot read ${path}`)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
