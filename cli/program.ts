// The tree of commands and how one is run: global flags into a context, the handler's module loaded when it is called,
// errors into exit codes, Ctrl-C into an aborted signal.
import { Command, CommanderError, Help } from 'commander'
import { addAssetCommands } from './commands/asset/index.ts'
import { addBaseCommands } from './commands/base/index.ts'
import { addBondCommands } from './commands/bond/index.ts'
import { addClaimCommands } from './commands/claim/index.ts'
import { addCosignCommands } from './commands/cosign/index.ts'
import { addCompletionCommand } from './commands/completion/index.ts'
import { addConfigCommands } from './commands/config/index.ts'
import { addDevCommands } from './commands/dev/index.ts'
import { addDoctorCommand } from './commands/doctor/index.ts'
import { addGovCommands } from './commands/gov/index.ts'
import { addHelpCommand } from './commands/help/index.ts'
import { addLockCommands } from './commands/lock/index.ts'
import { addNameCommands } from './commands/name/index.ts'
import { addNodeCommands } from './commands/node/index.ts'
import { addPeerCommands } from './commands/peer/index.ts'
import { addProofCommands } from './commands/proof/index.ts'
import { addWalletCommands } from './commands/wallet/index.ts'
import { addWatchCommands } from './commands/watch/index.ts'
import { resolveSettings } from './config.ts'
import type { Context } from './context.ts'
import { EXIT, type ExitCode, misuse } from './exit-codes.ts'
import type { Handler, Options, Runner } from './handler.ts'
import { createOutput, type Output } from './output.ts'
import { VERSION } from './version.ts'

export interface Program {
  /** For help and completion. */
  readonly command: Command
  run(args: readonly string[]): Promise<ExitCode>
}

export function createProgram(): Program {
  const command = new Command('surety')
  let exitCode: ExitCode = EXIT.ok
  const runner: Runner =
    load =>
    async (...given) => {
      const running = given.at(-1) as Command
      exitCode = await runHandler(load, running.args, running.opts(), command.opts())
    }
  configure(command)
  for (const add of [
    addNodeCommands,
    addWalletCommands,
    addCosignCommands,
    addLockCommands,
    addPeerCommands,
    addNameCommands,
    addGovCommands,
    addBaseCommands,
    addAssetCommands,
    addBondCommands,
    addClaimCommands,
    addProofCommands,
    addWatchCommands,
    addConfigCommands,
    addDevCommands,
    addDoctorCommand,
    addCompletionCommand,
    addHelpCommand
  ])
    add(command, runner)
  withoutHelpCommands(command)
  return {
    command,
    run: async args => {
      try {
        await command.parseAsync([...args], { from: 'user' })
        return exitCode
      } catch (error) {
        const json = args.includes('--json')
        if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
        // Without a command its help is on stderr already.
        if (error instanceof CommanderError && error.code === 'commander.help' && !json) return EXIT.misuse
        return createOutput({ json, quiet: false, color: false }).fail(misuseOf(error, command, args))
      }
    }
  }
}

const GLOBAL_OPTIONS_HINT = '\nEvery command also takes --json, --account, --rpc, --yes and more: see surety --help\n'

/** What the parser refuses, as the failure of a command; anything else as it is. */
function misuseOf(error: unknown, program: Command, args: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error
  if (error.code === 'commander.help') return misuse('E_USAGE', 'a command is missing')
  const why = error.message.replace(/^error: /, '').replace(/\n\(?/, ' (')
  const isShort = error.code === 'commander.missingArgument' || error.code === 'commander.excessArguments'
  return misuse('E_USAGE', isShort ? `${why.replace(/\.$/, '')}; say it as: ${usageOf(program, args)}` : why)
}

/** Of the command that the words lead to. */
function usageOf(program: Command, args: readonly string[]): string {
  let command = program
  const path = [program.name()]
  for (const word of args) {
    const next = command.commands.find(one => one.name() === word)
    if (next === undefined) continue
    command = next
    path.push(word)
  }
  return `${path.join(' ')} ${command.usage().replace(/^\[options\] ?/, '')}`
    .replace('<to>', 'to')
    .replace('<for>', 'for')
}

/** Help is asked for with --help or `surety help`, in our own words; not with a command of each group. */
function withoutHelpCommands(command: Command): void {
  command.helpCommand(false)
  for (const one of command.commands) withoutHelpCommands(one)
}

function configure(command: Command): void {
  command
    .description('Two-layer asset network: base chain, asset committees, and proof when one lies')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'what a command does and takes')
    .option('--json', 'one JSON document on stdout')
    .option('--rpc <url>', 'JSON-RPC address of a node')
    .option('--account <name>', 'whose key signs and pays')
    .option('--wallets <folder>', 'folder of keys')
    .option('--genesis <file>', 'genesis document of the network you trust')
    .option('--password-file <file>', 'file whose first line opens the key')
    .option('--yes', 'answer yes to every question')
    .option('--no-input', 'never ask')
    .option('--dry-run', 'check and show, sign and send nothing')
    .option('--quiet', 'no progress on stderr')
    .option('--no-color', 'plain text')
    .showSuggestionAfterError()
    .configureHelp({
      formatHelp: (shown, helper) =>
        `${Help.prototype.formatHelp.call(helper, shown, helper)}${shown === command ? '' : GLOBAL_OPTIONS_HINT}`
    })
    // What is refused is printed once, as every failure is.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
}

async function runHandler(
  load: () => Promise<Handler>,
  args: readonly string[],
  options: Options,
  globals: Options
): Promise<ExitCode> {
  const output = createOutput({
    json: globals['json'] === true,
    quiet: globals['quiet'] === true,
    color: globals['color'] !== false && process.env['NO_COLOR'] === undefined && process.stdout.isTTY === true
  })
  const abort = new AbortController()
  const interrupt = (): void => abort.abort()
  // Not once: npm and terminals send a signal twice, and the second must not cut the first one's tidying short.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  try {
    const handler = await load()
    return (await handler(contextOf(output, globals, abort.signal), args, options)) ?? EXIT.ok
  } catch (error) {
    if (abort.signal.aborted) return EXIT.interrupted
    return output.fail(error)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

function contextOf(output: Output, globals: Options, signal: AbortSignal): Context {
  const text = (name: string): string | undefined => {
    const value = globals[name]
    return typeof value === 'string' ? value : undefined
  }
  const flags = Object.fromEntries(
    (['rpc', 'account', 'wallets', 'genesis'] as const).flatMap(name => {
      const value = text(name)
      return value === undefined ? [] : [[name, value]]
    })
  )
  return {
    output,
    settings: resolveSettings({ flags, env: process.env, cwd: process.cwd() }),
    dryRun: globals['dryRun'] === true,
    mayAsk: globals['input'] !== false && process.stdin.isTTY === true && globals['json'] !== true,
    yes: globals['yes'] === true,
    passwordFile: text('passwordFile'),
    signal
  }
}
