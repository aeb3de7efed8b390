// proof: what a wallet keeps, and checks offline against the genesis document alone.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addProofCommands(program: Command, run: Runner): void {
  const proof = program.command('proof').description('Proofs that stand without a node')
  const get = proof.command('get').description('Fetch a proof; it goes to stdout')
  get
    .command('balance')
    .argument('<asset>')
    .argument('[owner]')
    .description('Of a balance under the newest settled checkpoint')
    .action(run(async () => (await import('./get.ts')).getBalance))
  get
    .command('receipt')
    .argument('<asset>')
    .argument('<instruction>')
    .description('That a committee vouches for a step')
    .action(run(async () => (await import('./get.ts')).getReceipt))
  proof
    .command('check')
    .argument('<file>')
    .description('Check a proof offline, from --genesis alone')
    .action(run(async () => (await import('./check.ts')).checkProof))
}
