// watch: what the node's watcher found; keyless and free.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addWatchCommands(program: Command, run: Runner): void {
  program
    .command('watch')
    .argument('[asset...]')
    .description('One line per posted checkpoint: replayed by the node, void, or not yet')
    .option('--once', 'look once and end; exit code 8 if anything is invalid')
    .action(run(async () => (await import('./watch.ts')).watch))
}
