// claim: accusations and what became of them.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addClaimCommands(program: Command, run: Runner): void {
  const claim = program.command('claim').description('Accusations and what became of them')
  claim
    .command('list')
    .description('Commits and convictions')
    .action(run(async () => (await import('./claim.ts')).listClaims))
  claim
    .command('show')
    .argument('<id>', 'commit, or ASSET#SEQUENCE of a conviction')
    .description('One of them')
    .action(run(async () => (await import('./claim.ts')).showClaim))
}
