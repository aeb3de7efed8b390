// wallet and pay: keys on this machine and the coin they own.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addWalletCommands(program: Command, run: Runner): void {
  const wallet = program.command('wallet').description('Keys here, and what they own')
  wallet
    .command('new')
    .argument('<name>')
    .description('Make a key under a password')
    .action(run(async () => (await import('./wallet.ts')).makeWallet))
  wallet
    .command('list')
    .description('Wallets here, with their addresses')
    .action(run(async () => (await import('./wallet.ts')).showWallets))
  wallet
    .command('balance')
    .argument('[owner]', 'wallet or address; default --account')
    .description('Spendable and pending coin')
    .action(run(async () => (await import('./wallet.ts')).showBalance))
  wallet
    .command('receive')
    .argument('[owner]')
    .description('The address to be paid at')
    .action(run(async () => (await import('./wallet.ts')).showAddress))
  program
    .command('pay')
    .argument('<amount>')
    .argument('<unit>', 'share, or the symbol or id of an asset')
    .argument('<to>', 'the word to')
    .argument('<payee>', 'address, key or wallet')
    .description('Pay coin or tokens: pay 25 share to bob')
    .action(run(async () => (await import('./pay.ts')).pay))
}
