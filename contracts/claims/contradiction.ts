// Whether two statements of one seat and dag contradict each other, as far as the statements alone tell
// [DAG-7]. Used by the judge, by watchers, and by members before they sign.
import type { Statement } from '../statements/statement.ts'

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
