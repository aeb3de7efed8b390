// bond: collateral behind a node's seats. The verbs are post and leave; never send or deposit.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addBondCommands(program: Command, run: Runner): void {
  const bond = program.command('bond').description('Collateral behind seats')
  bond
    .command('post')
    .argument('<asset>')
    .description('Bond for an asset: --account owns the collateral, --node serves')
    .requiredOption('--node <key>', 'key, address or wallet of the node that serves')
    .option('--units <n>', 'candidates for seats', '1')
    .action(run(async () => (await import('./bond.ts')).postBond))
  bond
    .command('list')
    .argument('[asset]')
    .description('Bonds, of one asset or all')
    .action(run(async () => (await import('./bond.ts')).listBonds))
  bond
    .command('leave')
    .argument('<bond>')
    .description('Give notice')
    .action(run(async () => (await import('./bond.ts')).leaveBond))
}
