// surety node start: one node in this process until SIGTERM, Ctrl-C, or with --supervised the end of standard input.
import { unwrap } from '../../exit-codes.ts'
import { readNodeFolder } from '../../node/data-folder.ts'
import { runNode } from '../../node/run-node.ts'
import type { Handler } from '../../handler.ts'

export const startNode: Handler = async ({ signal, output }, _args, options) => {
  const folder = unwrap(await readNodeFolder(String(options['data'])))
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
}
