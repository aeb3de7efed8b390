// config: which settings are in force here, and where each came from.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addConfigCommands(program: Command, run: Runner): void {
  const config = program.command('config').description('Settings in force here')
  config
    .command('show')
    .description('Every setting; with --data those of a node too')
    .option('--origin', 'say where each came from')
    .option('--data <folder>', "a node's folder")
    .action(run(async () => (await import('./show.ts')).showConfig))
}
