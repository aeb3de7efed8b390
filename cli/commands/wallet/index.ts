// wallet and pay: phrases on this machine and the coin they own.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addWalletCommands(program: Command, run: Runner): void {
  const wallet = program.command('wallet').description('Phrases here, and what they own')
  wallet
    .command('new')
    .argument('<name>')
    .description('Make a phrase, kept under a password')
    .action(run(async () => (await import('./keys.ts')).makeWallet))
  wallet
    .command('restore')
    .argument('<name>')
    .option('--phrase-file <file>', 'file with the words; - is stdin')
    .description('Make a wallet of its words and find what it owns')
    .action(run(async () => (await import('./keys.ts')).restoreWallet))
  wallet
    .command('phrase')
    .argument('[name]')
    .description('Show the words of a wallet')
    .action(run(async () => (await import('./keys.ts')).showPhrase))
  wallet
    .command('list')
    .description('Wallets here, with their addresses')
    .action(run(async () => (await import('./keys.ts')).showWallets))
  wallet
    .command('balance')
    .argument('[owner]', 'wallet or address; default --account')
    .description('Spendable, locked and pending coin')
    .action(run(async () => (await import('./balance.ts')).showBalance))
  wallet
    .command('receive')
    .argument('[owner]')
    .option('--new', 'an address that was never given out')
    .description('The address to be paid at')
    .action(run(async () => (await import('./balance.ts')).showAddress))
  wallet
    .command('history')
    .description('What this wallet has sent, and what became of it')
    .action(run(async () => (await import('./history.ts')).showHistory))
  sending(wallet.command('resend').argument('<transaction>', 'its id or the beginning of it'))
    .option('--release', 'give its coin back instead')
    .description('Send what was signed and not sent')
    .action(run(async () => (await import('./history.ts')).resend))
  sending(wallet.command('bump').argument('<transaction>'), 'high')
    .description('Replace a payment under way by one with a larger fee')
    .action(run(async () => (await import('./history.ts')).bumpFee))
  sending(wallet.command('host').argument('<peer>', 'key or name of a registered peer'))
    .option('--shares <amount>', 'so much; default everything')
    .description('Let a peer represent shares: it is not asked, and they stay spendable')
    .action(run(async () => (await import('./host.ts')).hostShares))
  sending(wallet.command('unhost'))
    .option('--shares <amount>', 'so much; default everything')
    .description('Take shares away from their host')
    .action(run(async () => (await import('./host.ts')).unhostShares))
  sending(program.command('pay').argument('<amount>').argument('<unit>', 'share, or the symbol or id of an asset'))
    .argument('<to>', 'the word to')
    .argument('<payee>', 'address, key, wallet here, name, or login@name')
    .option('--login-node <url>', "RPC of the name's node, for login@name; default --rpc")
    .option('--named', 'say on the chain which name is paid, so that it can be reviewed')
    .description('Pay coin or tokens: pay 25 share to bob')
    .action(run(async () => (await import('./pay.ts')).pay))
}

/** What every command that sends takes. */
function sending(command: Command, fee = 'low'): Command {
  return command
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', fee)
}
