// surety node start: one node in this process until SIGTERM, Ctrl-C, or with --supervised the end of standard input.
import { writeSync } from 'node:fs'
import { valueOf } from '../../exit-codes.ts'
import { readNodeFolder } from '../../node/data-folder.ts'
import { runNode } from '../../node/run-node.ts'
import type { Handler } from '../../handler.ts'

/** What a crash ends with: whoever supervises may start the node again (EX_SOFTWARE). */
const CRASHED = 70

export const startNode: Handler = async ({ signal, output }, _args, options) => {
  const folder = valueOf(await readNodeFolder(String(options['data'])))
  const crash = (error: unknown): never => {
    writeSync(2, `node crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(CRASHED)
  }
  process.on('uncaughtException', crash).on('unhandledRejection', crash)
  const stopped = new Promise<void>(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (options['supervised'] === true) process.stdin.once('end', resolve).once('error', resolve).resume()
  })
  const node = await runNode(folder)
  output.note(`ready: ${folder.settings.name}, RPC ${node.rpcUrl}, listening on ${node.addresses.join(' ')}`)
  // Timers of the node do not keep a process alive by themselves; this one does until told to stop.
  const awake = setInterval(() => undefined, 60_000)
  await stopped
  clearInterval(awake)
  await node.stop()
  process.off('uncaughtException', crash).off('unhandledRejection', crash)
}
