// Serves steps of a certified sequence: inputs and trace leaves, to anyone [CLM-5].
import type { ServedAssets } from '../../replica/served.ts'
import { stepsAnswerCodec, stepsQuestionCodec } from '../requests.ts'
import { answering, fitting, type RequestHandler } from './answer.ts'

export function handleSteps(served: ServedAssets): RequestHandler {
  return answering(stepsQuestionCodec, stepsAnswerCodec, ({ asset, sequence, statement, from, count }) => {
    const found = served.sequence(asset, sequence, statement)
    if (found === undefined) return { steps: [] }
    const { firstStep, stepCount } = found.certified.statement
    const end = Math.min(from + count, stepCount)
    const rows = end > from ? found.lane.steps(firstStep + from, firstStep + end, count) : []
    const steps = rows.map(({ input, leaf }) => ({ input, leaf }))
    return { steps: fitting(steps, ({ input, leaf }) => input.length + leaf.length) }
  })
}
