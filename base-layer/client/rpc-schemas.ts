// What travels between remote-chain.ts and rpc-methods.ts: values as hexadecimal of their canonical CBOR, amounts as
// decimal text, and the zod schema of every parameter and answer [ENC-1].
import { z } from 'zod'
import { STATE_KEYS_MAX } from '../light/limits.ts'
import { RPC_LIMITS } from '../runtime/limits.ts'
import { SECTION_NAMES, type SectionName } from '../state/trees/sections.ts'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')
const hex = z
  .string()
  .max(2 * RPC_LIMITS.responseBytesMax)
  .regex(/^(?:[0-9a-f]{2})*$/, 'lower-case hexadecimal bytes')
/** Parameters are smaller than answers. */
const parameterHex = z
  .string()
  .max(RPC_LIMITS.bodyBytesMax)
  .regex(/^(?:[0-9a-f]{2})*$/, 'lower-case hexadecimal bytes')
const uint = z.int().min(0)
const which = z.enum(['final', 'head'])
const section = z.enum(SECTION_NAMES as readonly [SectionName, ...SectionName[]])

const summary = z.object({
  height: uint,
  id: hex32,
  slot: uint,
  timeMs: uint,
  ticks: uint,
  recordedFinal: uint,
  proposer: hex32,
  transactions: uint
})

const stateKeys = z
  .array(z.strictObject({ section, key: parameterHex }))
  .min(1)
  .max(STATE_KEYS_MAX)

/** What a wallet asks to be shown: ProofRequest, keys as in `read`. */
const proofRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('head') }),
  z.strictObject({ kind: z.enum(['present', 'absent']), keys: stateKeys }),
  z.strictObject({ kind: z.enum(['block', 'consistency']), height: uint }),
  z.strictObject({ kind: z.literal('transaction'), id: hex32 }),
  z.strictObject({ kind: z.literal('spent'), output: hex32 }),
  z.strictObject({ kind: z.literal('notSpentIn'), output: hex32, height: uint }),
  z.strictObject({
    kind: z.literal('history'),
    subject: z.strictObject({ section: z.enum(['keys', 'names']), key: parameterHex }),
    start: uint
  })
])
export type RpcProofRequest = z.output<typeof proofRequest>

export const RPC_PARAMETERS = {
  info: z.strictObject({}),
  tip: z.strictObject({ which: which.default('final') }),
  block: z.strictObject({ height: uint }),
  transactions: z.strictObject({ height: uint }),
  read: z.strictObject({ section, key: parameterHex, which: which.default('final') }),
  list: z.strictObject({ section, which: which.default('final') }),
  outputs: z.strictObject({ owner: hex32 }),
  prove: z.strictObject({ section, key: parameterHex }),
  finalityProof: z.strictObject({}),
  proof: z.strictObject({ request: proofRequest, since: uint.default(0) }),
  update: z.strictObject({ period: uint, height: uint }),
  anchor: z.strictObject({ height: uint }),
  relate: z.strictObject({ height: uint, id: hex32, under: uint }),
  submit: z.strictObject({ transaction: parameterHex }),
  status: z.strictObject({ id: hex32 }),
  floors: z.strictObject({})
} as const

const failure = z.object({ ok: z.literal(false), code: z.string(), why: z.string() })

export const RPC_ANSWERS = {
  info: z.object({ genesis: hex32, genesisTimeMs: uint, prefix: z.string(), parameters: hex }),
  tip: summary,
  block: summary.nullable(),
  transactions: z.array(hex).nullable(),
  read: hex.nullable(),
  list: z.array(z.object({ key: hex, value: hex })),
  outputs: z.array(z.object({ id: hex32, record: hex })),
  prove: z.object({ value: hex.nullable(), header: hex, sectionRoots: z.array(hex), witness: hex }),
  finalityProof: hex,
  proof: z.object({ finality: hex, body: hex }).nullable(),
  update: hex,
  anchor: hex.nullable(),
  relate: hex.nullable(),
  submit: z.union([z.object({ ok: z.literal(true), value: hex32 }), failure]),
  status: z.union([
    z.object({ kind: z.enum(['unknown', 'seen']) }),
    z.object({ kind: z.enum(['likely', 'final']), height: uint, block: hex32 }),
    z.object({ kind: z.literal('refused'), code: z.string(), why: z.string() })
  ]),
  floors: z.array(uint).max(16)
} as const

export type RpcName = keyof typeof RPC_PARAMETERS

/** One sentence each, for the document of rpc.discover. */
export const RPC_SUMMARIES: Readonly<Record<RpcName, string>> = {
  info: 'Which network this is: genesis hash and time, address prefix, parameters.',
  tip: 'The newest final block, or the head of the preferred chain.',
  block: 'A block of the final chain by height; null if there is none.',
  transactions: 'The transactions of a final block, in their order; null if the node does not have them.',
  read: 'The value of one key of base state; null if it is absent. Not a proof.',
  list: 'All entries of a narrow section, in the order of its tree; E_TOO_LARGE above 10,000.',
  outputs: 'Spendable and pending outputs of one owner at the head.',
  prove: 'Presence or absence of one key in final state, with what a wallet needs to check it.',
  finalityProof: 'Period hand-overs and certificates that lead from genesis to a final header [FIN-10].',
  proof: 'A proof that stands by itself, under the newest final head; null if what is asked is not so or not known.',
  update: 'Leads a light client on from its period and height, as far as one answer reaches [FIN-10].',
  anchor:
    'The table that answers for what follows a final block, for a client that trusts that block; null if unknown.',
  relate: 'How a head stands to the final block of a greater height [PRF-6]; null where that is not known here.',
  submit: 'Hands a signed transaction to the network; the verdict of the mempool.',
  status: 'Where a transaction is: unknown, seen, likely, final, or refused.',
  floors: 'Atoms per thousand bytes below which the mempool takes nothing now, by lane [LED-5].'
}
