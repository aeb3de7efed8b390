// What travels between remote-chain.ts and rpc-methods.ts: values as hexadecimal of their canonical CBOR, amounts as
// decimal text, and the zod schema of every parameter and answer [ENC-1].
import { z } from 'zod'
import { RPC_LIMITS } from '../runtime/limits.ts'
import { SECTION_NAMES, type SectionName } from '../state/sections.ts'

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
  submit: z.strictObject({ transaction: parameterHex }),
  status: z.strictObject({ id: hex32 })
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
  submit: z.union([z.object({ ok: z.literal(true), value: hex32 }), failure]),
  status: z.union([
    z.object({ kind: z.enum(['unknown', 'seen']) }),
    z.object({ kind: z.enum(['likely', 'final']), height: uint, block: hex32 }),
    z.object({ kind: z.literal('refused'), code: z.string(), why: z.string() })
  ])
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
  submit: 'Hands a signed transaction to the network; the verdict of the mempool.',
  status: 'Where a transaction is: unknown, seen, likely, final, or refused.'
}
