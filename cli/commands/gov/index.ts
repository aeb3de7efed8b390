// gov: the board of the heaviest peers, its chief, and what they may change.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addGovCommands(program: Command, run: Runner): void {
  const gov = program.command('gov').description('The board, its chief, and changes of parameters')
  gov
    .command('show')
    .description('Board, chief and the proposal that is open')
    .action(run(async () => (await import('./gov.ts')).showGovernment))
  acting(gov.command('nominate').argument('<candidate>', 'a member of the board, or none'))
    .description('Say whom a member wants as chief')
    .action(run(async () => (await import('./gov.ts')).nominate))
  acting(gov.command('propose').argument('<changes...>', 'like feeAtoms=2000'))
    .description('Propose parameters, as the chief')
    .action(run(async () => (await import('./gov.ts')).propose))
  acting(gov.command('approve').argument('<proposal>'))
    .option('--not', 'take an approval back')
    .description('Approve the proposal that is open, as a member')
    .action(run(async () => (await import('./gov.ts')).approve))
  gov
    .command('prefer')
    .argument('<transaction>', 'the one to be preferred')
    .argument('<over>', 'the word over')
    .argument('<other>', 'one that spends the same')
    .requiredOption('--node <folder>', "the chief's node folder: its key signs")
    .option('--heights <n>', 'for how many blocks it is said', '8')
    .description('Say which of two conflicting transactions should come first, as the chief; blocks are free not to')
    .action(run(async () => (await import('./gov.ts')).prefer))
}

function acting(command: Command): Command {
  return command
    .requiredOption('--node <folder>', "the member's node folder: its key signs, --account pays")
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
}
