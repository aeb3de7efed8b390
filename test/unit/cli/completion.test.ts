// The scripts that complete commands: what bash offers after what was typed, and that every shell's script names all commands.
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { runCommand } from './in-process.ts'

const scriptOf = async (shell: string): Promise<string> => (await runCommand(['completion', shell])).stdout

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const typed = words.map(word => `"${word}"`).join(' ')
  const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _surety; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', `${await scriptOf('bash')}\n${ask}`], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter(line => line !== '')
}

describe('completion', () => {
  it('offers groups, commands of a group, and options of a command and of all', async () => {
    expect(await offered('surety', 'pa')).toEqual(['pay'])
    expect(await offered('surety', 'wallet', 'b')).toEqual(['balance', 'bump'])
    expect(await offered('surety', 'node', 'recovery', 's')).toEqual(['sign'])
    expect(await offered('surety', 'wallet', 'host', '--sh')).toEqual(['--shares'])
    expect(await offered('surety', 'wallet', 'host', '--js')).toEqual(['--json'])
  })

  it('passes over options and arguments that were typed', async () => {
    expect(await offered('surety', '--json', 'wallet', 'bal')).toEqual(['balance'])
    expect(await offered('surety', 'pay', '5', 'share', 'to', 'bob', '--named')).toEqual(['--named'])
  })

  it.each(['bash', 'zsh', 'fish'])('for %s names the commands of this program', async shell => {
    const script = await scriptOf(shell)
    for (const word of ['recovery', 'bump', 'doctor', 'login', 'heads']) expect(script).toContain(word)
  })
})
