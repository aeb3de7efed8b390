// node: run one, or ask one where it stands.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addNodeCommands(program: Command, run: Runner): void {
  const node = program.command('node').description('Run a node, or ask one how it is')
  node
    .command('start')
    .description('Run the node of a data folder until stopped')
    .requiredOption('--data <folder>', 'folder with node.json, genesis.json and keys.json')
    .option('--supervised', 'stop when standard input ends')
    .action(run(async () => (await import('./start.ts')).startNode))
  node
    .command('status')
    .description('Sync, peers, assets served and watched, claims')
    .action(run(async () => (await import('./status.ts')).showNodeStatus))
}
