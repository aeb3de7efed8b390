// The one interpreter: a step's input and a view in, writes and effects out. The committee, the watcher and the
// base chain's judge run these lines [EXE-3, EXE-4, EXE-7]. Pure, bounded by the limits of one step, closed on
// a missing key.
import { bytes, type Decoded, decode, encode, record, uint, union } from '../codec/codec.ts'
import { INSTRUCTION_BYTES } from '../ledger/actions/log-post.ts'
import { compareBytes } from '../primitives/bytes.ts'
import type { AssetId, GenesisHash, Hash, PublicKey } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { decodeInstruction, type Instruction, instructionSigningBytes } from './instruction.ts'
import { LOG_ENTRY_BYTES } from './limits.ts'
import { logEntryCodec } from './log-item.ts'
import { MissingKey, OverLimit, StepMemory } from './memory.ts'
import {
  applySequence,
  CURSOR_KEY,
  cursorCodec,
  isUnusedSequence,
  NO_SEQUENCES,
  type Sequences,
  sequenceKey,
  sequencesCodec
} from './reserved.ts'
import type { StateView } from './state-view.ts'
import type { CallContext, TemplateMachine } from './template.ts'
import { effectsHashOf, type StepOutcome } from './trace.ts'

/** Version of the interpreter and of everything it depends on; it is in every statement [EXE-5]. */
export const ENGINE_VERSION = 1

const moment = {
  /** Place in the asset's whole history: firstStep + place in the sequence. */
  index: uint(),
  baseHeight: uint(),
  /** Slot and tick count of the base block at that height. */
  slot: uint(),
  tick: uint()
} as const

/** The complete context of a step [EXE-3]. */
export const stepInputCodec = union({
  instruction: [0, record({ ...moment, instruction: bytes(INSTRUCTION_BYTES, 1) })],
  /** `entry` is the encoded log entry of base state. */
  log: [1, record({ ...moment, logIndex: uint(), entry: bytes(LOG_ENTRY_BYTES, 1) })]
})
export type StepInput = Decoded<typeof stepInputCodec>

/** What is the same for all steps of an asset under one engine. Made by `deriveAssetContext`. */
export interface AssetContext {
  readonly genesis: GenesisHash
  readonly asset: AssetId
  readonly engine: number
  readonly issuer: PublicKey
  /** The template, bound to the registration's parameters. */
  readonly machine: TemplateMachine
}

export type Verify = (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean

export interface StateWrite {
  readonly key: Uint8Array
  /** Null deletes. */
  readonly value: Uint8Array | null
}

export interface ExecutedStep {
  readonly kind: 'step'
  readonly outcome: StepOutcome
  /** Why, if not applied; else empty. */
  readonly code: string
  /** One set, each key once, in order of key. */
  readonly writes: readonly StateWrite[]
  readonly effectsHash: Hash
  /** Every key read or written, for the witness. */
  readonly touched: readonly Uint8Array[]
}

export type StepResult =
  | ExecutedStep
  /** No step at all; for a log item only one that is not next in the log, or of a later height. */
  | {
      readonly kind: 'inadmissible'
      readonly code: string
      readonly why: string
      readonly touched: readonly Uint8Array[]
    }
  /** The view cannot tell: says nothing about the step [CLM-3]. */
  | { readonly kind: 'missing'; readonly key: Uint8Array }
  /** The engine failed or is unknown: says nothing about the step [JDG-1]. */
  | { readonly kind: 'fault'; readonly why: string }

export type ExecuteStep = (context: AssetContext, input: StepInput, view: StateView, verify: Verify) => StepResult

/** Executes one step. Never throws, whatever the input and the state hold. */
export const executeStep: ExecuteStep = (context, input, view, verify) => {
  if (context.engine !== ENGINE_VERSION) return { kind: 'fault', why: `no engine of version ${context.engine}` }
  const memory = new StepMemory(view, verify)
  try {
    return input.kind === 'log' ? executeLogItem(context, input, memory) : executeInstruction(context, input, memory)
  } catch (error) {
    if (error instanceof MissingKey) return { kind: 'missing', key: error.key }
    return { kind: 'fault', why: error instanceof Error ? error.message : 'unknown' }
  }
}

function executeInstruction(
  context: AssetContext,
  input: StepInput & { readonly kind: 'instruction' },
  memory: StepMemory
): StepResult {
  const admitted = admit(context, input.baseHeight, input.instruction, memory)
  if (!admitted.ok) {
    return { kind: 'inadmissible', code: admitted.code, why: admitted.why, touched: memory.touched() }
  }
  const called = runCalls(context, input, admitted.value.instruction, memory)
  useSequence(admitted.value, memory)
  return finish(memory, called.ok ? 'applied' : 'failed', called.ok ? '' : called.code)
}

/** An item moves the cursor whatever becomes of it; `settled` and `membership` do no more. */
function executeLogItem(
  context: AssetContext,
  input: StepInput & { readonly kind: 'log' },
  memory: StepMemory
): StepResult {
  const cursor = readCursor(memory)
  if (cursor !== input.logIndex) {
    const why = `log item ${input.logIndex} where ${cursor ?? 'no cursor'} is next`
    return { kind: 'inadmissible', code: 'E_LOG_CURSOR', why, touched: memory.touched() }
  }
  const entry = decode(logEntryCodec, input.entry, LOG_ENTRY_BYTES)
  if (entry.ok && entry.value.height > input.baseHeight) {
    const why = 'the log item is newer than the step'
    return { kind: 'inadmissible', code: 'E_LOG_AHEAD', why, touched: memory.touched() }
  }
  const next = encode(cursorCodec, cursor + 1)
  memory.putReserved(CURSOR_KEY, next)
  if (!entry.ok) return finish(memory, 'none', 'E_LOG_FORM')
  const { item } = entry.value
  switch (item.kind) {
    case 'settled':
    case 'membership':
      return finish(memory, 'applied', '')
    case 'instruction': {
      const admitted = admit(context, input.baseHeight, item.instruction, memory)
      if (!admitted.ok) return finish(memory, 'none', admitted.code)
      const called = runCalls(context, input, admitted.value.instruction, memory)
      useSequence(admitted.value, memory)
      return finish(memory, called.ok ? 'applied' : 'failed', called.ok ? '' : called.code)
    }
  }
}

interface Admitted {
  readonly instruction: Instruction
  readonly sequences: Sequences
}

/** The signature last, because it costs most. */
function admit(context: AssetContext, baseHeight: number, from: Uint8Array, memory: StepMemory): Verdict<Admitted> {
  const decoded = decodeInstruction(from)
  if (!decoded.ok) return decoded
  const instruction = decoded.value
  if (instruction.asset !== context.asset) return reject('E_INSTRUCTION_ASSET', 'the instruction is for another asset')
  if (instruction.notAfter < baseHeight) return reject('E_INSTRUCTION_EXPIRED', 'the instruction has expired')
  const sequences = readSequences(instruction.account, memory)
  if (sequences === undefined) return reject('E_STATE_FORM', 'the sequences of the account are unreadable')
  if (!isUnusedSequence(sequences, instruction.sequence)) {
    return reject('E_INSTRUCTION_SEQUENCE', `sequence ${instruction.sequence} is used or too far ahead`)
  }
  const message = instructionSigningBytes(context.genesis, instruction)
  if (!memory.verify(instruction.account, message, instruction.signature)) {
    return reject('E_INSTRUCTION_SIGNATURE', 'the account did not sign the instruction')
  }
  return accept({ instruction, sequences })
}

/** All calls or none. */
function runCalls(
  context: AssetContext,
  input: StepInput,
  instruction: Instruction,
  memory: StepMemory
): Verdict<undefined> {
  const { index, baseHeight, slot, tick } = input
  const callContext: CallContext = {
    issuer: context.issuer,
    account: instruction.account,
    index,
    baseHeight,
    slot,
    tick
  }
  try {
    for (const call of instruction.calls) {
      memory.work()
      const applied = context.machine.applyCall(callContext, memory, call)
      if (!applied.ok) {
        memory.undoCalls()
        return applied
      }
    }
    return accept()
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error
    memory.undoCalls()
    return reject('E_STEP_LIMIT', error.message)
  }
}

function useSequence({ instruction, sequences }: Admitted, memory: StepMemory): void {
  const after = applySequence(sequences, instruction.sequence)
  memory.putReserved(sequenceKey(instruction.account), encode(sequencesCodec, after))
}

function finish(memory: StepMemory, outcome: StepOutcome, code: string): ExecutedStep {
  const writes = memory.writes().sort((a, b) => compareBytes(a.key, b.key))
  return {
    kind: 'step',
    outcome,
    code,
    writes,
    effectsHash: effectsHashOf({ outcome, code }),
    touched: memory.touched()
  }
}

/** Undefined if the state holds no readable cursor, which no honest state does. */
function readCursor(memory: StepMemory): number | undefined {
  const value = memory.getReserved(CURSOR_KEY)
  const decoded = value === null ? undefined : decode(cursorCodec, value, value.length)
  return decoded?.ok === true ? decoded.value : undefined
}

function readSequences(account: PublicKey, memory: StepMemory): Sequences | undefined {
  const value = memory.getReserved(sequenceKey(account))
  if (value === null) return NO_SEQUENCES
  const decoded = decode(sequencesCodec, value, value.length)
  return decoded.ok ? decoded.value : undefined
}
