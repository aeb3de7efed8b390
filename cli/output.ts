// Where everything that a command prints goes: the result to stdout, all else to stderr; --json changes the format and
// nothing else. Amounts are decimal text of base units with their decimals beside them.
import pc from 'picocolors'
import { pageOf } from './errors/pages.ts'
import { asFailure, EXIT, type ExitCode } from './exit-codes.ts'

export interface OutputSettings {
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
}

export type Document = Readonly<Record<string, unknown>>

export interface Output {
  readonly settings: OutputSettings
  readonly paint: ReturnType<typeof pc.createColors>
  /** The result: one JSON document `{schema, ...document}`, or the lines of `text`. Called once per command. */
  result(schema: string, document: Document, text: () => readonly string[]): void
  /** One line of a stream: with --json a document of its own. */
  stream(schema: string, document: Document, text: () => string): void
  /** Progress and hints, on stderr, silent with --quiet. */
  note(line: string): void
  /** Prints a failure and says which exit code it means. */
  fail(error: unknown): ExitCode
}

export function createOutput(settings: OutputSettings): Output {
  const paint = pc.createColors(settings.color)
  const print = (schema: string, document: Document, text: () => readonly string[]): void => {
    const lines = settings.json ? [toJson({ schema, ...document })] : text()
    process.stdout.write(lines.map(line => `${line}\n`).join(''))
  }
  return {
    settings,
    paint,
    result: print,
    stream: (schema, document, text) => print(schema, document, () => [text()]),
    note: line => {
      if (!settings.quiet) process.stderr.write(`${paint.dim(line)}\n`)
    },
    fail: error => {
      const failure = asFailure(error)
      if (failure === undefined) {
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
        process.stderr.write(`${paint.red('E_BUG')}: this should not happen, please report it\n${detail}\n`)
        return EXIT.bug
      }
      const { code, message: why, exitCode } = failure
      const [, todo = ''] = pageOf(code) ?? []
      if (settings.json) process.stdout.write(`${toJson({ schema: 'surety.error/1', code, why, todo, exitCode })}\n`)
      process.stderr.write(`${paint.red(code)}: ${why}\n${paint.dim(`What to do: ${todo} (surety help ${code})`)}\n`)
      return exitCode
    }
  }
}

/** JSON with amounts as decimal text and bytes as hexadecimal. */
export function toJson(document: unknown): string {
  return JSON.stringify(document, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
  })
}

/** Rows under headings, columns aligned. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  return all.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
}
