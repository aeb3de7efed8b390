// What a command is to the program: a handler, loaded only when it is called.
import type { Context } from './context.ts'
import type { ExitCode } from './exit-codes.ts'

export type Options = Readonly<Record<string, string | boolean | undefined>>
/** What a command does; it returns a code only for what is neither success nor an error, such as a found problem. */
export type Handler = (context: Context, args: readonly string[], options: Options) => Promise<ExitCode | undefined>
/** Makes a commander action of a handler that is loaded only when called. */
export type Runner = (load: () => Promise<Handler>) => (...given: unknown[]) => Promise<void>
