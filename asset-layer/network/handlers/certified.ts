// Serves certified statements by sequence, to anyone [CLM-5].
import { encode } from '#contracts/codec/codec.ts'
import { certifiedStatementCodec } from '../../checkpoints/certificate.ts'
import type { ServedAssets } from '../../replica/served.ts'
import { certifiedAnswerCodec, certifiedQuestionCodec } from '../requests.ts'
import { answering, type RequestHandler } from './answer.ts'

export function handleCertified(served: ServedAssets): RequestHandler {
  return answering(certifiedQuestionCodec, certifiedAnswerCodec, ({ asset, sequence }) => {
    const certified = sequence === null ? served.newest(asset) : served.sequence(asset, sequence, null)?.certified
    return { certified: certified === undefined ? null : encode(certifiedStatementCodec, certified) }
  })
}
