// help: of a command, or of an error code, offline.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addHelpCommand(program: Command, run: Runner): void {
  program
    .command('help')
    .description('Explain a command, or an error code such as E_FUNDS')
    .argument('[topic...]', 'command or code')
    .action(
      run(async () => {
        const { explain } = await import('./explain.ts')
        return (context, topic) => explain(context, topic, program)
      })
    )
}
