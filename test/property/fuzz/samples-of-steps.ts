// Valid values of what an asset's steps and the claims about them are made of, for the fuzz table to break.
import type { Instruction } from '#contracts/assets/instruction.ts'
import { type LogItem, logEntryCodec } from '#contracts/assets/log-item.ts'
import type { StepInput } from '#contracts/assets/step.ts'
import { tokenTemplate } from '#contracts/assets/token.ts'
import type { TraceLeaf } from '#contracts/assets/trace.ts'
import type { Claim, SignedStatement } from '#contracts/claims/claim.ts'
import type { ShownLeaf } from '#contracts/claims/shown-leaf.ts'
import { encode } from '#contracts/codec/codec.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import type { SignedDagHeader } from '#contracts/statements/dag-header.ts'
import { dagHeaders, empty, id, path, signature, statements, witnesses } from './samples.ts'

export const calls = [
  tokenTemplate.encodeCall('mint', { to: id('receiver'), amount: 100n }),
  tokenTemplate.encodeCall('transfer', { to: id('receiver'), amount: 30n }),
  tokenTemplate.encodeCall('burn', { amount: 1n })
].map(call => {
  assert(call.ok, 'the call is valid')
  return call.value
})

export const instructions: readonly Instruction[] = [
  {
    asset: id('asset'),
    account: id('account'),
    sequence: 4,
    calls,
    maxFee: 0n,
    notAfter: 900,
    signature
  }
]

export const logItems: readonly LogItem[] = [
  { kind: 'instruction', instruction: asciiToBytes('instruction') },
  { kind: 'settled', sequence: 3, signers: [id('a'), id('b')] },
  { kind: 'membership', epoch: 2, begins: 56, members: [{ validator: id('a'), rewards: id('b') }] }
]

const moment = { index: 12, baseHeight: 60, slot: 66, tick: 58 } as const
export const stepInputs: readonly StepInput[] = [
  { kind: 'instruction', ...moment, instruction: asciiToBytes('instruction') },
  ...logItems.map(item => ({
    kind: 'log' as const,
    ...moment,
    logIndex: 3,
    entry: encode(logEntryCodec, { height: 50, item })
  }))
]

export const traceLeaves: readonly TraceLeaf[] = [
  { index: 12, inputHash: id('input'), inputLength: 300, root: id('root'), effectsHash: id('effects') }
]

export const shownLeaves: readonly ShownLeaf[] = traceLeaves.map(leaf => ({ leaf, path }))
export const signedStatements: readonly SignedStatement[] = statements.map(statement => ({ statement, signature }))
export const signedDagHeaders: readonly SignedDagHeader[] = dagHeaders.map(header => ({ header, signature }))

const leaf = present(shownLeaves[0], 'a leaf')
const witness = present(witnesses[0], 'a witness')
const signed = present(signedStatements[0], 'a statement')
const header = present(signedDagHeaders[0], 'a header')
const seatFields = { asset: id('asset'), epoch: 1, dag: id('dag'), seat: 3 }
const checkpointFields = { asset: id('asset'), sequence: 2, checkpoint: id('checkpoint') }
const stepFields = { ...checkpointFields, place: 2, input: asciiToBytes('input'), leaf }
const shownEntry = { entry: asciiToBytes('entry'), path }

export const claims: readonly Claim[] = [
  { kind: 'equivocation', ...seatFields, twins: { kind: 'headers', first: header, second: header } },
  { kind: 'equivocation', ...seatFields, twins: { kind: 'statements', first: signed, second: signed } },
  { kind: 'contradiction', ...seatFields, first: signed, second: signed, shown: null },
  {
    kind: 'contradiction',
    ...seatFields,
    first: signed,
    second: signed,
    shown: { place: 3, first: leaf, second: null }
  },
  { kind: 'bad-step', ...stepFields, before: leaf, witness },
  { kind: 'bad-step', ...stepFields, place: 0, input: empty, before: null, witness },
  { kind: 'bad-input', ...stepFields, lie: { kind: 'entry', ...shownEntry } },
  { kind: 'bad-input', ...stepFields, lie: { kind: 'waiting', before: leaf, witness, ...shownEntry } },
  { kind: 'bad-input', ...stepFields, lie: { kind: 'height' } },
  { kind: 'bad-input', ...stepFields, lie: { kind: 'order', before: leaf, beforeInput: asciiToBytes('input') } },
  { kind: 'bad-edge', ...checkpointFields, edge: { kind: 'last', leaf } },
  { kind: 'bad-edge', ...checkpointFields, edge: { kind: 'state', witness } }
]
