// Asks signers for what they committed to: a sequence's trace leaves and step inputs, checked against the statement [CLM-5].
import type { Host } from '#base-layer/runtime/host.ts'
import { type TraceLeaf, TRACE_LEAF_BYTES, traceLeafCodec, inputHashOf } from '#contracts/assets/trace.ts'
import type { CommittedTrace } from '#contracts/claims/build.ts'
import { traceLogOf } from '#contracts/claims/shown-leaf.ts'
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { type Statement, statementIdOf } from '#contracts/statements/statement.ts'
import { REQUEST_LIMITS } from '../limits.ts'
import type { Protocols } from '../network/protocols.ts'
import { leavesAnswerCodec, leavesQuestionCodec, stepsAnswerCodec, stepsQuestionCodec } from '../network/requests.ts'

export interface FetchParts {
  readonly host: Host
  readonly protocols: Protocols
}

/** All leaves of a statement's sequence with their log, from the first peer that shows them. */
export async function fetchTrace(
  parts: FetchParts,
  peers: readonly string[],
  statement: Statement
): Promise<CommittedTrace | undefined> {
  for (const peer of peers) {
    const leaves = await fetchLeaves(parts, peer, statement)
    if (leaves === undefined) continue
    const log = traceLogOf(leaves)
    if (log.size === statement.stepCount && bytesToHex(log.root()) === statement.traceRoot)
      return { statement, leaves, log }
  }
  return undefined
}

/** The input of one step, from the first peer that shows the one its leaf commits to. */
export async function fetchInput(
  parts: FetchParts,
  peers: readonly string[],
  statement: Statement,
  place: number,
  leaf: TraceLeaf
): Promise<Uint8Array | undefined> {
  const { asset, sequence } = statement
  const question = encode(stepsQuestionCodec, {
    asset,
    sequence,
    statement: statementIdOf(statement),
    from: place,
    count: 1
  })
  for (const peer of peers) {
    const answer = await ask(parts, peer, parts.protocols.steps, question, stepsAnswerCodec)
    const input = answer?.steps[0]?.input
    if (input !== undefined && inputHashOf(input) === leaf.inputHash) return input
  }
  return undefined
}

async function fetchLeaves(
  parts: FetchParts,
  peer: string,
  statement: Statement
): Promise<readonly TraceLeaf[] | undefined> {
  const { asset, sequence, stepCount } = statement
  const leaves: TraceLeaf[] = []
  while (leaves.length < stepCount) {
    const question = encode(leavesQuestionCodec, {
      asset,
      sequence,
      statement: statementIdOf(statement),
      from: leaves.length,
      count: Math.min(REQUEST_LIMITS.leaves, stepCount - leaves.length)
    })
    const answer = await ask(parts, peer, parts.protocols.leaves, question, leavesAnswerCodec)
    if (answer === undefined || answer.leaves.length === 0) return undefined
    for (const encoded of answer.leaves) {
      const leaf = decode(traceLeafCodec, encoded, TRACE_LEAF_BYTES)
      if (!leaf.ok) return undefined
      leaves.push(leaf.value)
    }
  }
  return leaves
}

async function ask<Answer>(
  { host }: FetchParts,
  peer: string,
  protocol: string,
  question: Uint8Array,
  codec: Codec<Answer>
): Promise<Answer | undefined> {
  const options = { timeoutMs: REQUEST_LIMITS.timeoutMs, maxResponseBytes: REQUEST_LIMITS.responseBytes }
  const answer = await host.request(peer, protocol, question, options).catch(() => undefined)
  if (answer === undefined) return undefined
  const decoded = decode(codec, answer, REQUEST_LIMITS.responseBytes)
  return decoded.ok ? decoded.value : undefined
}
