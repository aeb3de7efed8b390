// surety node start: one node in this process until SIGTERM, Ctrl-C, or with --supervised the end of standard input. Says
// how synchronising goes and whether others can call; stops signing first, and ends within five seconds.
import { flushCompileCache } from 'node:module'
import { EXIT, type ExitCode, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { readNodeFolder } from '../../node/data-folder.ts'
import { judgeReach } from '../../node/reachability.ts'
import { type RunningNode, runNode } from '../../node/run-node.ts'
import { SyncProgress } from '../../node/sync-progress.ts'
import type { Output } from '../../output.ts'
import { folderOf } from './folder.ts'

const PROGRESS_MS = 1_000
/** Off a terminal lines are kept, so there are fewer. */
const PROGRESS_LINE_MS = 10_000
/** By then peers that have heard of a node have called it. */
const REACH_AFTER_MS = 60_000
/** All writes are durable when they return, so what has not closed by then may be cut off. */
const STOP_MAX_MS = 4_500
const ERASE = '\r\u001b[K'

export const startNode: Handler = async ({ signal, output }, _args, options) => {
  const folder = unwrap(await readNodeFolder(folderOf(options), { env: process.env, flags: options }))
  const stopped = new Promise<void>(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (options['supervised'] === true) process.stdin.once('end', resolve).once('error', resolve).resume()
  })
  const node = await runNode(folder, signal).catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  if (node === undefined) return EXIT.ok
  output.note(`ready: ${folder.settings.name}, RPC ${node.rpcUrl}, listening on ${node.addresses.join(' ')}`)
  const endProgress = showProgress(node, output)
  // Else only an orderly end would keep it, and the start after a kill is the one that has to be quick.
  flushCompileCache()
  // Timers of the node do not keep a process alive by themselves; this one does until told to stop.
  const awake = setInterval(() => undefined, 60_000)
  await stopped
  clearInterval(awake)
  endProgress()
  return await stopInTime(node, output)
}

async function stopInTime(node: RunningNode, output: Output): Promise<ExitCode> {
  const late = new Promise<'late'>(resolve => {
    setTimeout(resolve, STOP_MAX_MS, 'late').unref()
  })
  if ((await Promise.race([node.stop(), late])) === 'late') output.note('a part did not stop in time; nothing is lost')
  return EXIT.ok
}

/** At a terminal one moving line; else a line now and then. Ends by itself once the node has caught up. */
function showProgress(node: RunningNode, output: Output): () => void {
  const progress = new SyncProgress()
  const isLive = process.stderr.isTTY === true && !output.settings.quiet
  let saidAtMs = Number.NEGATIVE_INFINITY
  const timer = setInterval(() => {
    const { text, last } = progress.add({ atMs: Date.now(), status: node.status() })
    if (isLive) process.stderr.write(`${ERASE}${output.paint.dim(text)}${last ? '\n' : ''}`)
    else if (last || Date.now() - saidAtMs >= PROGRESS_LINE_MS) {
      output.note(text)
      saidAtMs = Date.now()
    }
    if (last) clearInterval(timer)
  }, PROGRESS_MS)
  const reach = setTimeout(() => {
    const { peers } = node.status()
    output.note(judgeReach(node.addresses, peers, node.outbound()).advice)
  }, REACH_AFTER_MS)
  timer.unref()
  reach.unref()
  return () => {
    clearInterval(timer)
    clearTimeout(reach)
  }
}
