// What a process does when something nobody expected goes wrong: says it, signs nothing more, and ends [FIN-7]. A node
// that goes on with a broken invariant could sign what it must not. Called once by whoever starts nodes in a process.
import { onDiskFailure } from './runtime/disk-failures.ts'
import type { Logger } from './runtime/logger.ts'

/** Exit code of a process that stopped itself: EX_SOFTWARE of sysexits. */
export const EXIT_BROKEN = 70

/** Returns what takes the handlers away again, for an orderly stop. */
export function stopOnUncaught(
  nodes: readonly { stopSigning(why: string): void }[],
  logger: Pick<Logger, 'fatal'>
): () => void {
  const stop = (error: unknown): void => {
    for (const node of nodes) node.stopSigning('an uncaught error')
    logger.fatal({ err: error }, 'an error that nobody handles: the process ends')
    process.exit(EXIT_BROKEN)
  }
  // Signing ends at the failed statement itself, whatever the code above it makes of the error.
  const unwatch = onDiskFailure(error => {
    for (const node of nodes) node.stopSigning('the disk failed')
    logger.fatal({ err: error }, 'a database cannot be written or read: the process ends and signs nothing')
    process.exit(EXIT_BROKEN)
  })
  process.on('uncaughtException', stop)
  process.on('unhandledRejection', stop)
  return () => {
    unwatch()
    process.off('uncaughtException', stop)
    process.off('unhandledRejection', stop)
  }
}
