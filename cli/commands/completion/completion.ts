// surety completion: a script for bash, zsh or fish, made from the tree of commands. It holds every command with its options,
// so that completing starts no process.
import type { Command } from 'commander'
import { misuse } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'

/** A command as it is typed, and what may follow it. */
interface Place {
  /** Words before, without the program's own. */
  readonly words: readonly string[]
  readonly next: readonly { readonly word: string; readonly about: string }[]
  readonly isGroup: boolean
}

export function completionOf(program: Command): Handler {
  return async ({ output }, [shell = '']) => {
    const places = placesOf(program, [])
    const script = { bash: bashOf, zsh: zshOf, fish: fishOf }[shell]
    if (script === undefined) throw misuse('E_USAGE', 'completions are for bash, zsh and fish')
    const text = script(places)
    output.result('surety.completion/1', { shell, text }, () => [text])
    return undefined
  }
}

function placesOf(command: Command, words: readonly string[]): readonly Place[] {
  const options = command.options.flatMap(({ long, description, hidden }) =>
    long === undefined || long === null || hidden ? [] : [{ word: long, about: description }]
  )
  const names = command.commands.map(one => ({ word: one.name(), about: one.description() }))
  const deeper = command.commands.flatMap(one => placesOf(one, [...words, one.name()]))
  const next = [...names, ...options, { word: '--help', about: 'what it does and takes' }]
  return [{ words, next, isGroup: names.length > 0 }, ...deeper]
}

const globalsOf = (places: readonly Place[]): readonly string[] =>
  (places[0]?.next ?? []).flatMap(({ word }) => (word.startsWith('--') ? [word] : []))

/** The longest run of typed words that is a command decides; options among them are passed over. */
function bashOf(places: readonly Place[]): string {
  const cases = places.map(({ words, next }) => {
    const all = [...new Set([...next.map(one => one.word), ...globalsOf(places)])]
    return `    "${words.join(' ')}") echo "${all.join(' ')}";;`
  })
  return `_surety_words() {
  case "$1" in
${cases.join('\n')}
    *) return 1;;
  esac
}
_surety() {
  local path="" word try
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    try="\${path:+$path }$word"
    _surety_words "$try" >/dev/null && path=$try
  done
  COMPREPLY=($(compgen -W "$(_surety_words "$path")" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _surety surety`
}

/** zsh reads the script for bash. */
function zshOf(places: readonly Place[]): string {
  return `autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bashOf(places)}`
}

/** A group is completed right behind its name, a command also behind its arguments. */
function fishOf(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, next, isGroup }) =>
    next.map(({ word, about }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
      const isGlobal = words.length === 0 && word.startsWith('--')
      const here = isGlobal ? '' : ` -n '_surety_${isGroup ? 'at' : 'in'} "${words.join(' ')}"'`
      return `complete -c surety${here} ${what} -d "${about.replaceAll(/["$\\]/g, ' ')}"`
    })
  )
  return `function _surety_typed
  set -l words (commandline -opc)
  string join ' ' -- (string match -v -- '-*' $words[2..])
end
function _surety_at
  test (_surety_typed | string collect --allow-empty) = "$argv[1]"
end
function _surety_in
  _surety_at $argv[1]; or string match -q -- "$argv[1] *" (_surety_typed)
end
complete -c surety -f
${lines.join('\n')}`
}
