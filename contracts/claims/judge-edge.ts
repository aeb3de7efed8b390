// Judges what a statement says of its end: the root after its last step, and the cursor, exits and outbox in
// the state at postRoot [CKP-4].
import { CURSOR_KEY, cursorCodec, EXITS_KEY, OUTBOX_KEY } from '../assets/reserved.ts'
import { viewOf } from '../assets/state-view.ts'
import { decode } from '../codec/codec.ts'
import { frontierRoot, type LogFrontier, logFrontierCodec } from '../merkle/log.ts'
import { hashOf } from '../merkle/node.ts'
import { bytesToHex } from '../primitives/bytes.ts'
import type { Statement } from '../statements/statement.ts'
import type { ClaimOf } from './claim.ts'
import { type CheckpointTarget, guilty, innocent, type Judgement, malformed } from './judgement.ts'
import { isLeafAt } from './shown-leaf.ts'

/** Judges bad-edge. */
export function judgeEdge({ edge }: ClaimOf<'bad-edge'>, { statement, signers }: CheckpointTarget): Judgement {
  if (edge.kind === 'last') {
    if (!isLeafAt(edge.leaf, statement.stepCount - 1, statement)) {
      return malformed('E_CLAIM_LEAF', 'the leaf is not the last of the trace')
    }
    return edge.leaf.leaf.root === statement.postRoot
      ? innocent('postRoot is the root of the last leaf')
      : guilty(signers, 'postRoot is not the root after the last step')
  }
  if (bytesToHex(hashOf(edge.witness)) !== statement.postRoot) {
    return malformed('E_CLAIM_WITNESS', 'the witness is not of postRoot')
  }
  const view = viewOf(edge.witness)
  let shown = 0
  for (const [key, agrees, what] of STATED) {
    const value = view.get(key)
    if (value === 'missing') continue
    shown += 1
    // These keys are there and readable from the first state on, so a state without them is a lie as well.
    if (value === 'absent' || !agrees(value, statement))
      return guilty(signers, `the state has another ${what} than stated`)
  }
  return shown === 0
    ? malformed('E_CLAIM_MISSING', 'the witness shows nothing that is stated')
    : innocent('the state is what the statement says')
}

type Agrees = (value: Uint8Array, statement: Statement) => boolean

const STATED: readonly (readonly [key: Uint8Array, agrees: Agrees, what: string])[] = [
  [
    CURSOR_KEY,
    (value, { logConsumed }) => {
      const cursor = decode(cursorCodec, value, value.length)
      return cursor.ok && cursor.value === logConsumed
    },
    'log cursor'
  ],
  [
    EXITS_KEY,
    (value, { exitCount, exitsRoot }) => {
      const exits = readFrontier(value)
      return exits?.size === exitCount && bytesToHex(frontierRoot(exits)) === exitsRoot
    },
    'log of exits'
  ],
  [
    OUTBOX_KEY,
    (value, { outboxRoot }) => {
      const outbox = readFrontier(value)
      return outbox !== undefined && bytesToHex(frontierRoot(outbox)) === outboxRoot
    },
    'outbox'
  ]
]

function readFrontier(value: Uint8Array): LogFrontier | undefined {
  const decoded = decode(logFrontierCodec, value, value.length)
  return decoded.ok ? decoded.value : undefined
}
