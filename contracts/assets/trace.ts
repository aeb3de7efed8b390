// What a sequence commits to of each of its steps: one leaf of the trace [EXE-3]. Members append it, receipts
// and claims show it with its path.
import { type Decoded, encode, hex32, oneOf, record, text, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import type { Hash } from '../primitives/ids.ts'

export const traceLeafCodec = record({
  /** firstStep + place in the sequence. */
  index: uint(),
  inputHash: hex32<Hash>(),
  inputLength: uint(),
  /** Root of the asset's state after the step. */
  root: hex32<Hash>(),
  effectsHash: hex32<Hash>()
})
export type TraceLeaf = Decoded<typeof traceLeafCodec>

/** Bytes of an encoded leaf, at most. */
export const TRACE_LEAF_BYTES = 160

/** A leaf's bytes, as the trace's log hashes them. */
export function encodeTraceLeaf(leaf: TraceLeaf): Uint8Array {
  return encode(traceLeafCodec, leaf)
}

/** Of an encoded step input. */
export function inputHashOf(input: Uint8Array): Hash {
  return hashHex('step-input', input)
}

/**
 * applied: all calls; failed: none of them, but the sequence is used; none: an inadmissible log item, consumed.
 */
export const STEP_OUTCOMES = ['applied', 'failed', 'none'] as const
export type StepOutcome = (typeof STEP_OUTCOMES)[number]

/**
 * What a step came to; `code` says why, and is empty if it was applied. Templates' messages and exits join it
 * here.
 */
export const effectsCodec = record({ outcome: oneOf(STEP_OUTCOMES), code: text(32) })
export type Effects = Decoded<typeof effectsCodec>

const APPLIED = hashOfEffects({ outcome: 'applied', code: '' })

export function effectsHashOf(effects: Effects): Hash {
  return effects.outcome === 'applied' ? APPLIED : hashOfEffects(effects)
}

function hashOfEffects(effects: Effects): Hash {
  return hashHex('step-effects', encode(effectsCodec, effects))
}
