// proof: what a wallet keeps, and checks offline against the genesis document or a head it trusts.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'
import type { BaseKind } from '../../proofs.ts'

const HEAD = ['--head <file>', 'a head you trust, in the place of the genesis document'] as const
const RECOVERY = ['--recovery <file>', 'a recovery file that you follow'] as const
const OUTPUT = ['-o, --output <file>', 'write it there'] as const
const FROM = ['--from <n>', 'entries from this one on', '0'] as const

/** Kinds of `proof get`, their arguments, and what they show. */
const KINDS: readonly (readonly [kind: BaseKind, args: readonly string[], what: string, hasFrom?: true])[] = [
  ['head', [], 'That the newest final block is final'],
  ['output', ['<output>'], 'That an output is unspent, and whose it is'],
  ['spent', ['<output>'], 'Where an output was spent, and by which transaction'],
  ['not-spent', ['<output>', '<height>'], 'That a block did not spend an output'],
  ['transaction', ['<id>'], 'That a transaction is in a block'],
  ['block', ['<height>'], 'Which block the chain has at a height'],
  ['consistency', ['<height>'], 'That the newest head stands on the block of a height'],
  ['key', ['<section>', '<key>'], 'What the state holds under a key'],
  ['absent', ['<section>', '<key>'], 'That the state does not hold a key'],
  ['key-history', ['[owner]'], 'Everything that touched a key, and nothing left out', true],
  ['name', ['<name>'], 'Whose a name is and where it points'],
  ['name-history', ['<name>'], 'Everything that touched a name', true],
  ['parameters', [], 'The parameters in force']
]

export function addProofCommands(program: Command, run: Runner): void {
  const proof = program.command('proof').description('Proofs that stand without a node')
  addGet(proof, run)
  proof
    .command('check')
    .argument('<file>')
    .option(...HEAD)
    .option(...RECOVERY)
    .option('--keep <file>', 'keep the head, to trust it later')
    .description('Check a proof offline, from --genesis or --head alone')
    .action(run(async () => (await import('./check.ts')).checkProof))
  const heads = proof.command('heads').description('Heads that wallets know to be final')
  heads
    .command('compare')
    .argument('<first>')
    .argument('<second>')
    .option(...HEAD)
    .option(...RECOVERY)
    .option('-o, --output <file>', 'if they exclude each other, write the evidence there')
    .description('Whether two proofs are of one history, and whose is ahead')
    .action(run(async () => (await import('./heads.ts')).compare))
  heads
    .command('follow')
    .argument('<file>')
    .option(...RECOVERY)
    .description('Bring a kept head up to the newest final block; from genesis if there is no such file')
    .action(run(async () => (await import('./heads.ts')).follow))
}

function addGet(proof: Command, run: Runner): void {
  const get = proof.command('get').description('Fetch a proof; it goes to stdout')
  get
    .command('balance')
    .argument('<asset>', '`share`, or an asset')
    .argument('[owner]')
    .option(...OUTPUT)
    .option(...HEAD)
    .description('Of a balance: unspent outputs, or an account under the newest settled checkpoint')
    .action(run(async () => (await import('./get.ts')).getBalance))
  get
    .command('receipt')
    .argument('<asset>')
    .argument('<instruction>')
    .option(...OUTPUT)
    .description('That a committee vouches for a step')
    .action(run(async () => (await import('./get.ts')).getReceipt))
  for (const [kind, args, what, hasFrom] of KINDS) {
    const command = get.command(kind).description(what)
    for (const one of args) command.argument(one)
    if (hasFrom === true) command.option(...FROM)
    command
      .option(...OUTPUT)
      .option(...HEAD)
      .action(run(async () => (await import('./get.ts')).getOf(kind)))
  }
}
