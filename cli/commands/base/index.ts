// base: what the base chain says.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addBaseCommands(program: Command, run: Runner): void {
  const base = program.command('base').description('The base chain')
  base
    .command('tip')
    .description('Newest final block and head')
    .action(run(async () => (await import('./base.ts')).showTip))
  base
    .command('block')
    .argument('<height>')
    .description('A final block and its transactions')
    .action(run(async () => (await import('./base.ts')).showBlock))
  base
    .command('tx')
    .argument('<transaction>')
    .description('A transaction, and how sure it is')
    .action(run(async () => (await import('./transaction.ts')).showTransaction))
  base
    .command('supply')
    .description('Coin that is burnt or locked, and for what')
    .action(run(async () => (await import('./transaction.ts')).showSupply))
}
