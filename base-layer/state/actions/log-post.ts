// log.post: an instruction its committee must consume, whatever it thinks of it [VAL-1, VAL-3].
import type { LogPost } from '#contracts/ledger/actions/log-post.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { isEnded } from '../assets/life.ts'
import { appendLogItem, instructionsNow } from '../assets/log.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyLogPost({ work }: ActionContext, { asset, instruction }: LogPost): Locked {
  const record = work.get('assets', asset)
  if (record === undefined) return reject('E_ASSET_UNKNOWN', 'no such asset')
  if (isEnded(record.status)) return reject('E_ASSET_ENDED', `the asset is ${record.status}`)
  if (instructionsNow(work, asset) >= work.parameters.logRate)
    return reject('E_LOG_RATE', "the asset's log is full in this block")
  appendLogItem(work, asset, { kind: 'instruction', instruction })
  return accept(0n)
}
