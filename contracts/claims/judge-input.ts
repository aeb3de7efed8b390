// Judges a step's input against base state: its log item, the items that should have come first, its base
// height [CKP-4, DAG-5]. Slot and tick are refuted by a header with its history path, which joins the union
// under a new tag.
import { STEP_INPUT_BYTES } from '../assets/limits.ts'
import { logEntryCodec } from '../assets/log-item.ts'
import { CURSOR_KEY, cursorCodec } from '../assets/reserved.ts'
import { viewOf } from '../assets/state-view.ts'
import { type StepInput, stepInputCodec } from '../assets/step.ts'
import { inputHashOf } from '../assets/trace.ts'
import { decode } from '../codec/codec.ts'
import { leafHash } from '../merkle/hash.ts'
import { frontierRoot, type LogFrontier } from '../merkle/log.ts'
import { verifyInclusion } from '../merkle/log-proof.ts'
import { hashOf } from '../merkle/node.ts'
import { bytesToHex, equalBytes } from '../primitives/bytes.ts'
import type { ClaimOf } from './claim.ts'
import { type CheckpointTarget, guilty, innocent, type JudgeFacts, type Judgement, malformed } from './judgement.ts'
import { isLeafAt, preRootOf, type ShownLeaf } from './shown-leaf.ts'

type BadInput = ClaimOf<'bad-input'>
type Lie<Kind extends BadInput['lie']['kind']> = Extract<BadInput['lie'], { readonly kind: Kind }>

/** Judges bad-input. An input that is undecodable is a bad step, not a bad input. */
export function judgeInput(claim: BadInput, target: CheckpointTarget, facts: JudgeFacts): Judgement {
  const { statement } = target
  const { lie, place } = claim
  if (!isLeafAt(claim.leaf, place, statement)) return malformed('E_CLAIM_LEAF', 'the leaf is not the one of the trace')
  const input = inputOf(claim.leaf, claim.input)
  if (input === undefined) return malformed('E_CLAIM_INPUT', 'the input is not one of the leaf')
  switch (lie.kind) {
    case 'entry':
      return judgeEntry(input, lie, target, facts.log)
    case 'waiting':
      return judgeWaiting(input, lie, place, target, facts.log)
    case 'height': {
      const from = Math.max(target.previousBaseHeight, facts.committee.begins)
      return input.baseHeight > statement.baseHeight || input.baseHeight < from
        ? guilty(target.signers, 'a base height outside of the sequence')
        : innocent('the base height is within the sequence')
    }
    case 'order': {
      const before =
        place > 0 && isLeafAt(lie.before, place - 1, statement) ? inputOf(lie.before, lie.beforeInput) : undefined
      if (before === undefined) return malformed('E_CLAIM_LEAF', 'the step before is not the one of the trace')
      return before.baseHeight > input.baseHeight
        ? guilty(target.signers, 'a base height below that of the step before')
        : innocent('base heights do not fall')
    }
  }
}

function judgeEntry(
  input: StepInput,
  { entry, path }: Lie<'entry'>,
  { signers }: CheckpointTarget,
  log: LogFrontier
): Judgement {
  if (input.kind !== 'log') return malformed('E_CLAIM_INPUT', 'the step took no log item')
  if (input.logIndex >= log.size) return guilty(signers, 'a log item that base state does not hold')
  if (!isEntryAt(log, input.logIndex, entry, path)) return notOfLog
  return equalBytes(entry, input.entry)
    ? innocent('the item is the one of the base log')
    : guilty(signers, 'another log item than base state holds')
}

function judgeWaiting(
  input: StepInput,
  lie: Lie<'waiting'>,
  place: number,
  { statement, signers }: CheckpointTarget,
  log: LogFrontier
): Judgement {
  if (input.kind !== 'instruction') return malformed('E_CLAIM_INPUT', 'the step ran no instruction')
  const preRoot = preRootOf(statement, place, lie.before)
  if (preRoot === undefined) return malformed('E_CLAIM_LEAF', 'the leaf before is not the one of the trace')
  if (bytesToHex(hashOf(lie.witness)) !== preRoot) {
    return malformed('E_CLAIM_WITNESS', 'the witness is not of the root before the step')
  }
  const value = viewOf(lie.witness).get(CURSOR_KEY)
  const cursor = value instanceof Uint8Array ? decode(cursorCodec, value, value.length) : undefined
  if (cursor?.ok !== true) return malformed('E_CLAIM_MISSING', 'the witness does not show the log cursor')
  if (!isEntryAt(log, cursor.value, lie.entry, lie.path)) return notOfLog
  const entry = decode(logEntryCodec, lie.entry, lie.entry.length)
  return entry.ok && entry.value.height <= input.baseHeight
    ? guilty(signers, 'an instruction ran while a log item of its height was waiting')
    : innocent('the next log item is newer than the step')
}

const notOfLog = malformed('E_CLAIM_ENTRY', 'the item is not the one of the base log')

function isEntryAt(log: LogFrontier, index: number, entry: Uint8Array, path: readonly Uint8Array[]): boolean {
  return verifyInclusion({ root: frontierRoot(log), size: log.size, index, leafHash: leafHash(entry), path })
}

function inputOf({ leaf }: ShownLeaf, input: Uint8Array): StepInput | undefined {
  if (inputHashOf(input) !== leaf.inputHash) return undefined
  const decoded = decode(stepInputCodec, input, STEP_INPUT_BYTES)
  return decoded.ok ? decoded.value : undefined
}
