// Serves the trace leaves of a certified sequence, to anyone: whoever has all of them can make every path [CLM-5].
import type { ServedAssets } from '../../replica/served.ts'
import { leavesAnswerCodec, leavesQuestionCodec } from '../requests.ts'
import { answering, fitting, type RequestHandler } from './answer.ts'

export function handleLeaves(served: ServedAssets): RequestHandler {
  return answering(leavesQuestionCodec, leavesAnswerCodec, ({ asset, sequence, statement, from, count }) => {
    const found = served.sequence(asset, sequence, statement)
    if (found === undefined) return { leaves: [] }
    const { firstStep, stepCount } = found.certified.statement
    const end = Math.min(from + count, stepCount)
    const rows = end > from ? found.lane.steps(firstStep + from, firstStep + end, count) : []
    return {
      leaves: fitting(
        rows.map(({ leaf }) => leaf),
        leaf => leaf.length
      )
    }
  })
}
