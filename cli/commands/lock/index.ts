// lock: coin that waits for a secret.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addLockCommands(program: Command, run: Runner): void {
  const lock = program.command('lock').description('Coin for whoever shows a secret in time')
  lock
    .command('create')
    .argument('<amount>')
    .argument('<unit>', 'share')
    .argument('<for>', 'the word for')
    .argument('<payee>', 'who may claim it')
    .option('--ticks <n>', 'ticks until it comes back', '100')
    .option('--hash <hash>', 'SHA-256 of a secret that another has; default a new secret of this wallet')
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
    .description('Lock coin: lock create 25 share for bob')
    .action(run(async () => (await import('./lock.ts')).createLock))
  lock
    .command('claim')
    .argument('<lock>')
    .argument('[secret]', '64 hexadecimal digits')
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
    .description('Take the coin of a lock by its secret')
    .action(run(async () => (await import('./lock.ts')).claimLock))
  lock
    .command('refund')
    .argument('<lock>')
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
    .description('Take back the coin of a lock that nobody claimed')
    .action(run(async () => (await import('./lock.ts')).refundLock))
  lock
    .command('list')
    .description('Locks this wallet can claim or take back')
    .action(run(async () => (await import('./lock.ts')).listLocks))
}
