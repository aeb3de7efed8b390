// Serves the state that a checkpoint left, key by key; who asks compares its root with the checkpoint's [CLM-5, VAL-5].
import type { Decoded } from '#contracts/codec/codec.ts'
import type { ServedAssets } from '../../replica/served.ts'
import { snapshotAnswerCodec, snapshotQuestionCodec } from '../requests.ts'
import { REQUEST_LIMITS } from '../../limits.ts'
import { answering, fitting, type RequestHandler } from './answer.ts'

type SnapshotAnswer = Decoded<typeof snapshotAnswerCodec>
const NOTHING: SnapshotAnswer = { entries: [], last: 'more' }

export function handleSnapshot(served: ServedAssets): RequestHandler {
  return answering(snapshotQuestionCodec, snapshotAnswerCodec, ({ asset, sequence, checkpoint, after }) => {
    const started = served.store.lanesOf(asset).find(({ row, ready }) => ready && row.start.id === checkpoint)
    const lane = started ?? served.sequence(asset, sequence, checkpoint)?.lane
    if (lane === undefined) return NOTHING
    const rows = lane.statePage(sequence, after, REQUEST_LIMITS.entries)
    const entries: SnapshotAnswer['entries'] = fitting(rows, ({ key, value }) => key.length + value.length)
    const complete = entries.length === rows.length && rows.length < REQUEST_LIMITS.entries
    const answer: SnapshotAnswer = { entries, last: complete ? 'last' : 'more' }
    return answer
  })
}
