// name: unique names of the chain.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addNameCommands(program: Command, run: Runner): void {
  const name = program.command('name').description('Unique names, what they point to, what is said of them')
  sending(targets(name.command('register').argument('<name>')))
    .description('Take a free name: commit, wait, claim; goes on where it was interrupted')
    .action(run(async () => (await import('./name.ts')).registerName))
  sending(name.command('commit').argument('<name>'))
    .description('The first step of register alone: nobody learns the name from it')
    .action(run(async () => (await import('./name.ts')).commitName))
  sending(targets(name.command('claim').argument('<name>')))
    .description('The second step alone, some blocks after the first')
    .action(run(async () => (await import('./name.ts')).claimName))
  name
    .command('show')
    .argument('<name>')
    .description('Who holds a name and what it points to')
    .action(run(async () => (await import('./name.ts')).showName))
  name
    .command('list')
    .description('Names of this wallet')
    .action(run(async () => (await import('./name.ts')).listNames))
  sending(targets(name.command('update').argument('<name>')))
    .description('Change what a name points to; none takes a target away')
    .action(run(async () => (await import('./name.ts')).updateName))
  sending(name.command('transfer').argument('<name>').argument('<to>', 'the word to').argument('<payee>'))
    .description('Give a name away, after a delay in which it can be revoked: name transfer harbour to bob')
    .action(run(async () => (await import('./name.ts')).transferName))
  sending(name.command('revoke').argument('<name>'))
    .description('Stop a transfer that is on its way')
    .action(run(async () => (await import('./name.ts')).revokeTransfer))
  sending(name.command('renew').argument('<name>'))
    .option('--terms <n>', 'terms to pay', '1')
    .description('Pay for more terms')
    .action(run(async () => (await import('./name.ts')).renewName))
  sending(name.command('review').argument('<payment>').argument('<rating>', '0 to 5').argument('[words...]'))
    .description('Say once how a payment by name went')
    .action(run(async () => (await import('./name.ts')).writeReview))
  sending(name.command('reply').argument('<payment>').argument('<words...>'))
    .description('Answer a review once')
    .action(run(async () => (await import('./name.ts')).writeReply))
  const login = name.command('login').description('Wallets that a name vouches for, like ana@harbour')
  login
    .command('add')
    .argument('<login>', 'like ana@harbour')
    .argument('<payee>', 'whose wallet it is: address, key, wallet here, or name')
    .option('--ticks <n>', 'how long it holds; default: as long as the name')
    .option('--at <url>', "RPC of the name's node; default --rpc")
    .description('Sign a login under a name of this wallet and give it to its node; a second time: change it')
    .action(run(async () => (await import('./login.ts')).addLogin))
  login
    .command('list')
    .argument('<name>')
    .option('--at <url>', "RPC of the name's node; default --rpc")
    .description('Logins that the node of a name serves, each checked')
    .action(run(async () => (await import('./login.ts')).listLogins))
}

function targets(command: Command): Command {
  return command
    .option('--key <key>', 'who is paid by the name; default this wallet')
    .option('--nickname <text>', 'shown beside the name')
    .option('--host <peer>', 'the peer that represents its owner')
    .option('--asset <id>', 'the asset it stands for')
}

function sending(command: Command): Command {
  return command
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
}
