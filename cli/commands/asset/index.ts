// asset: what can be issued, what is, and the calls of a token.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addAssetCommands(program: Command, run: Runner): void {
  const asset = program.command('asset').description('Issue, use and look at assets')
  asset
    .command('templates')
    .description('What can be issued, with its parameters and calls')
    .action(run(async () => (await import('./templates.ts')).showTemplates))
  asset
    .command('create')
    .argument('<symbol>', '1 to 12 of A-Z and 0-9')
    .description('Register a token')
    .option('--name <text>', 'what people call it')
    .option('--decimals <n>', 'digits after the point', '2')
    .option('--cap <amount>', 'most units that may ever exist at once', '1000000000')
    .option('--seats <n>', '4, 7, 10 and so on', '4')
    .option('--collateral <shares>', 'per seat', '100')
    .option('--reserve <shares>', 'repays the fees of checkpoints', '1')
    .option('--term <ticks>', 'how long bonds serve', '100000')
    .option('--freezable', 'the issuer may stop an account')
    .option('--recallable', 'the issuer may take units back')
    .action(run(async () => (await import('./create.ts')).createAsset))
  asset
    .command('status')
    .argument('<asset>')
    .description('Life, committee and checkpoints')
    .action(run(async () => (await import('./status.ts')).showAsset))
  asset
    .command('list')
    .description('Every asset')
    .action(run(async () => (await import('./status.ts')).listAssets))
  asset
    .command('mint')
    .argument('<amount>')
    .argument('<asset>')
    .argument('<to>', 'the word to')
    .argument('<payee>')
    .description('Make units (issuer): asset mint 1000 HBR to alice')
    .action(run(async () => (await import('./instruct.ts')).mintTokens))
  asset
    .command('pay')
    .argument('<amount>')
    .argument('<asset>')
    .argument('<to>', 'the word to')
    .argument('<payee>')
    .description('Pass units on: asset pay 25 HBR to bob')
    .action(run(async () => (await import('./instruct.ts')).payTokens))
  asset
    .command('balance')
    .argument('<asset>')
    .argument('[owner]')
    .description('Units an account holds, checked by proof')
    .option('--settled', 'as of the newest settled checkpoint')
    .action(run(async () => (await import('./instruct.ts')).showTokens))
}
