// completion: what a shell needs to finish commands and options.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addCompletionCommand(program: Command, run: Runner): void {
  program
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish')
    .description('A script that completes commands: source <(surety completion bash)')
    .action(
      run(async () => {
        const { completionOf } = await import('./completion.ts')
        return completionOf(program)
      })
    )
}
