// demo and dev: a whole network on this machine.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addDevCommands(program: Command, run: Runner): void {
  program
    .command('demo')
    .description('A network, an asset, its committee, and a liar caught: about 80 seconds')
    .option('--keep', 'keep the data folder')
    .option('--log-level <level>', 'of the nodes: warn, info or debug', 'info')
    .action(run(async () => (await import('./demo.ts')).runDemo))
  program
    .command('dev')
    .description('Keep such a network running, with funded accounts, until Ctrl-C')
    .option('--keep', 'keep the data folder')
    .option('--log-level <level>', 'of the nodes: warn, info or debug', 'info')
    .action(run(async () => (await import('./dev.ts')).runDev))
}
