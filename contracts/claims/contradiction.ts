// Whether two statements of one seat and dag contradict each other, as far as the statements alone tell, or with
// what their traces hold at one place [DAG-7]. Used by the judge, by watchers, and by members before they sign.
import { encodeTraceLeaf } from '../assets/trace.ts'
import { equalBytes } from '../primitives/bytes.ts'
import type { Statement } from '../statements/statement.ts'
import type { ShownPair } from './claim.ts'
import { isLeafAt, type ShownLeaf } from './shown-leaf.ts'

/**
 * Why both cannot be true, or undefined. Statements of different dags, or of one commit, never contradict here.
 */
export function contradictionOf(one: Statement, other: Statement): string | undefined {
  if (one.asset !== other.asset || one.dag !== other.dag || one.commitIndex === other.commitIndex) return undefined
  const [low, high] = one.commitIndex < other.commitIndex ? [one, other] : [other, one]
  if (low.closes === 'epoch') return 'a statement above one that closes its epoch'
  if (high.sequence < low.sequence) return 'a lower sequence at a higher commit'
  if (high.sequence > low.sequence) return undefined
  if (low.closes !== 'open') return 'a statement of a sequence above one that closes it'
  if (high.stepCount < low.stepCount) return 'fewer steps at a higher commit'
  // The root after no step at all is preRoot.
  if (high.preRoot !== low.preRoot) return 'two roots before the first step'
  if (high.stepCount > low.stepCount) return undefined
  if (high.postRoot !== low.postRoot) return 'two roots after the same number of steps'
  // A trace of one size has one root, so two roots mean two leaves at one index.
  return high.traceRoot !== low.traceRoot ? 'two leaves at one index' : undefined
}

/**
 * Why two statements of one sequence contradict each other at one place of their traces; undefined if they agree there,
 * 'unshown' if `shown` is not what they committed to. An accepted step is taken back by a longer trace that holds
 * another one in its place, which the statements alone do not tell.
 */
export function traceContradictionOf(
  first: Statement,
  second: Statement,
  shown: ShownPair
): 'two leaves at one index' | 'two roots after the same number of steps' | 'unshown' | undefined {
  const { place } = shown
  const isOneSequence = first.asset === second.asset && first.dag === second.dag && first.sequence === second.sequence
  if (!isOneSequence || first.commitIndex === second.commitIndex) return undefined
  const [one, other] = [rootAt(first, place, shown.first), rootAt(second, place, shown.second)]
  if (one === undefined || other === undefined) return 'unshown'
  if (one !== other) return 'two roots after the same number of steps'
  if (shown.first === null || shown.second === null) return undefined
  const isSame = equalBytes(encodeTraceLeaf(shown.first.leaf), encodeTraceLeaf(shown.second.leaf))
  return isSame ? undefined : 'two leaves at one index'
}

/** Root after a step by a statement's word: of the leaf shown, or of the statement if it is its last. */
function rootAt(statement: Statement, place: number, shown: ShownLeaf | null): string | undefined {
  if (shown !== null) return isLeafAt(shown, place, statement) ? shown.leaf.root : undefined
  return place === statement.stepCount - 1 ? statement.postRoot : undefined
}
