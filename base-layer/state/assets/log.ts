// An asset's ordered inbox in base state [VAL-1]: appended by people, by epochs and by settlement, consumed in
// order.
import { type LogItem, logEntryCodec } from '#contracts/assets/log-item.ts'
import { encode } from '#contracts/codec/codec.ts'
import { appendLeaf, type LogFrontier } from '#contracts/merkle/log.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import type { Work } from '../work.ts'

export function appendLogItem(work: Work, asset: AssetId, item: LogItem): void {
  const frontier = logFrontierOf(work, asset)
  const entry = { height: work.height, item }
  work.put('logs', { kind: 'entry', asset, index: frontier.size }, { kind: 'entry', ...entry })
  work.put(
    'logs',
    { kind: 'head', asset },
    { kind: 'head', frontier: appendLeaf(frontier, encode(logEntryCodec, entry)) }
  )
}

export function logFrontierOf(work: Work, asset: AssetId): LogFrontier {
  const head = work.get('logs', { kind: 'head', asset })
  assert(head?.kind === 'head', 'a registered asset has a log')
  return head.frontier
}

/**
 * Keeps the log's head as it is when a checkpoint is posted. Every item that the checkpoint may rest on is in it,
 * and paths to it stay good whatever is appended between a claim's commit and its reveal.
 */
export function keepLogHead(work: Work, asset: AssetId, sequence: number): void {
  work.put('logs', { kind: 'posted', asset, sequence }, { kind: 'head', frontier: logFrontierOf(work, asset) })
}

/** The head that `keepLogHead` kept for the newest checkpoint posted at a sequence. */
export function postedLogHead(work: Work, asset: AssetId, sequence: number): LogFrontier {
  const head = work.get('logs', { kind: 'posted', asset, sequence })
  assert(head?.kind === 'head', 'a posted checkpoint has its log head kept')
  return head.frontier
}

/** The oldest item from `index` on that a committee is bound to consume: any but `settled` notices [VAL-3]. */
export function oldestWaiting(work: Work, asset: AssetId, index: number): { readonly height: number } | undefined {
  const { size } = logFrontierOf(work, asset)
  const start = pastNotices(work, asset, index)
  let found: { readonly height: number } | undefined
  let at = start
  for (; at < size && found === undefined; at++) {
    const entry = work.get('logs', { kind: 'entry', asset, index: at })
    if (entry?.kind === 'entry' && entry.item.kind !== 'settled') found = entry
  }
  const to = found === undefined ? at : at - 1
  // Who posts checkpoints without consuming their notices must not make every block walk over all of them.
  if (to - start >= NOTICES_WALKED) work.put('logs', { kind: 'notices', asset }, { kind: 'notices', from: index, to })
  return found
}

/** Notices worth walking over again in every block. */
const NOTICES_WALKED = 32

function pastNotices(work: Work, asset: AssetId, index: number): number {
  const run = work.get('logs', { kind: 'notices', asset })
  return run?.kind === 'notices' && run.from <= index ? Math.max(run.to, index) : index
}

/** Instructions appended in this block [VAL-1]. */
export function instructionsNow(work: Work, asset: AssetId): number {
  let count = 0
  for (let at = logFrontierOf(work, asset).size - 1; at >= 0; at--) {
    const entry = work.get('logs', { kind: 'entry', asset, index: at })
    if (entry?.kind !== 'entry' || entry.height !== work.height) break
    if (entry.item.kind === 'instruction') count += 1
  }
  return count
}
