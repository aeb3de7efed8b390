// Serves the receipt of an instruction: its step, the path to a certified trace, and the certificate [DAG-7].
import { effectsCodec } from '#contracts/assets/trace.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, Hash } from '#contracts/primitives/ids.ts'
import { buildReceipt, type Receipt, receiptCodec } from '../../checkpoints/receipt.ts'
import type { ServedAssets } from '../../replica/served.ts'
import { receiptAnswerCodec, receiptQuestionCodec } from '../requests.ts'
import { answering, type RequestHandler } from './answer.ts'

export function handleReceipt(served: ServedAssets): RequestHandler {
  return answering(receiptQuestionCodec, receiptAnswerCodec, ({ asset, instruction }) => {
    const receipt = findReceipt(served, asset, instruction)
    return { receipt: receipt === undefined ? null : encode(receiptCodec, receipt) }
  })
}

/** The newest epoch's receipt that a certificate held here covers. */
function findReceipt(served: ServedAssets, asset: AssetId, instruction: Hash): Receipt | undefined {
  for (const lane of served.store.lanesOf(asset)) {
    const step = lane.stepOf(hexToBytes(instruction))
    if (step === undefined) continue
    const certified = served.sequenceOf(lane, step.sequence)
    const effects = decode(effectsCodec, step.effects, step.effects.length)
    if (certified === undefined || !effects.ok) continue
    const { firstStep, stepCount } = certified.statement
    const place = step.place - firstStep
    if (place >= stepCount) continue
    const trace = served.tracesOf(lane).of(step.sequence, firstStep, stepCount)
    if (trace === undefined) continue
    const receipt = buildReceipt(certified, trace.leaves, trace.log, place, {
      input: step.input,
      effects: effects.value
    })
    if (receipt !== undefined) return receipt
  }
  return undefined
}
