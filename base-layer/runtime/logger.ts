// Logging for drivers and doors: error = act now, warn = may need action, info = rare and useful, debug = the rest.
// JSON lines when the output is not a terminal, short readable lines when it is. Secrets are wrapped in Secret.
import pino from 'pino'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
export type Logger = pino.Logger

/** Longest text from a peer that goes into a log line. */
const PEER_TEXT_CHARS_MAX = 256

export function createLogger(settings: { readonly name: string; readonly level: LogLevel }): Logger {
  const options = { name: settings.name, level: settings.level, base: { name: settings.name } }
  return process.stderr.isTTY ? pino(options, readableLines) : pino(options, pino.destination({ dest: 2, sync: true }))
}

/** Text from outside made safe to print: control characters escaped, at most 256 characters. */
export function printable(text: string): string {
  const cut = text.length > PEER_TEXT_CHARS_MAX ? `${text.slice(0, PEER_TEXT_CHARS_MAX)}…` : text
  return JSON.stringify(cut).slice(1, -1)
}

const readableLines = {
  write(line: string): void {
    const { time, level, name, msg, ...rest } = JSON.parse(line) as Record<string, unknown>
    const label = pino.levels.labels[Number(level)] ?? String(level)
    const extra = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`
    const clock = new Date(Number(time)).toISOString().slice(11, 23)
    process.stderr.write(`${clock} ${label.padEnd(5)} ${String(name)}: ${String(msg)}${extra}\n`)
  }
}
