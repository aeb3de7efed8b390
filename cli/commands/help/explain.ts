// surety help: the page of an error code, or a command's own help.
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { pageOf } from '../../errors/pages.ts'
import { misuse } from '../../exit-codes.ts'

export async function explain({ output }: Context, topic: readonly string[], program: Command): Promise<undefined> {
  const [first] = topic
  if (first === undefined || !/^e_/i.test(first)) {
    output.result('surety.help/1', { topic, text: helpOf(topic, program) }, () => [helpOf(topic, program).trimEnd()])
    return undefined
  }
  const code = first.toUpperCase()
  const page = pageOf(code)
  if (page === undefined) throw misuse('E_HELP_TOPIC', `there is no page for ${code}`)
  const [what, todo] = page
  output.result('surety.help/1', { code, what, todo }, () => [`${code}: ${what}`, `What to do: ${todo}`])
  return undefined
}

function helpOf(topic: readonly string[], program: Command): string {
  let command = program
  for (const word of topic) {
    const next = command.commands.find(one => one.name() === word)
    if (next === undefined) throw misuse('E_HELP_TOPIC', `there is no command ${topic.join(' ')}`)
    command = next
  }
  return command.helpInformation()
}
