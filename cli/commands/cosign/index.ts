// cosign: payments that several wallets make together.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addCosignCommands(program: Command, run: Runner): void {
  const cosign = program.command('cosign').description('Payments that several wallets sign together')
  cosign
    .command('new')
    .argument('<folder>', 'where all signers can write')
    .requiredOption('--from <list>', 'who puts in what, like alice=10,bob=5; the first bears the fee')
    .requiredOption('--to <list>', 'who is paid what, like carol=15')
    .option('--within <seconds>', 'how long to wait for the others', '300')
    .option('--wait <step>', 'likely or final', 'final')
    .description('Draft a payment, sign for --account, and send it once all have signed')
    .action(run(async () => (await import('./cosign.ts')).beginCosign))
  cosign
    .command('join')
    .argument('<folder>')
    .option('--within <seconds>', 'how long to wait for the others', '300')
    .option('--wait <step>', 'likely or final', 'final')
    .description('Look at the payment in a folder and sign it for --account')
    .action(run(async () => (await import('./cosign.ts')).joinCosign))
  cosign
    .command('show')
    .argument('<folder>')
    .description('Who is there and who has signed')
    .action(run(async () => (await import('./cosign.ts')).showCosign))
}
