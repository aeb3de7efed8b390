// Exit codes of every command, the one error class that commands throw, and what errors of the floors below mean as exit
// codes. Scripts rely on them: append-only.

export const EXIT = {
  ok: 0,
  bug: 1,
  misuse: 2,
  unreachable: 3,
  keyRefused: 4,
  rejected: 5,
  timedOut: 6,
  notSynchronised: 7,
  problemFound: 8,
  interrupted: 130
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** An expected failure of a command: printed as its code, one sentence and what to do, never with a stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly code: string
  readonly exitCode: ExitCode

  constructor(code: string, why: string, exitCode: ExitCode) {
    super(why)
    this.code = code
    this.exitCode = exitCode
  }
}

/** What a person typed cannot be meant. */
export function misuse(code: string, why: string): CommandFailure {
  return new CommandFailure(code, why, EXIT.misuse)
}

/** The network's rules refuse it, or there is no such thing. */
export function refused(code: string, why: string): CommandFailure {
  return new CommandFailure(code, why, exitCodeOf(code))
}

/** The value of a verdict; a rejection ends the command. */
export function unwrap<T>(
  verdict:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly code: string; readonly why: string }
): T {
  if (!verdict.ok) throw refused(verdict.code, verdict.why)
  return verdict.value
}

const EXIT_OF_CODE: Readonly<Record<string, ExitCode>> = {
  E_RPC_UNREACHABLE: EXIT.unreachable,
  E_RPC_BAD_ANSWER: EXIT.unreachable,
  E_PEER_UNREACHABLE: EXIT.unreachable,
  E_ASSET_UNREACHABLE: EXIT.unreachable,
  E_RPC_TIMEOUT: EXIT.timedOut,
  E_TIMEOUT: EXIT.timedOut,
  E_PASSWORD: EXIT.keyRefused,
  E_KEYSTORE_DAMAGED: EXIT.keyRefused,
  E_KEYSTORE_MISSING: EXIT.keyRefused,
  E_KEYSTORE_EXISTS: EXIT.keyRefused,
  E_SYNCING: EXIT.notSynchronised,
  E_GENESIS_FILE: EXIT.misuse,
  E_GENESIS_INVALID: EXIT.misuse,
  E_NODE_FOLDER: EXIT.misuse,
  E_PORT_TAKEN: EXIT.misuse,
  E_CONFIG: EXIT.misuse,
  E_DATA_LOCKED: EXIT.misuse,
  E_DATA_UNUSABLE: EXIT.problemFound
}

function exitCodeOf(code: string): ExitCode {
  return EXIT_OF_CODE[code] ?? EXIT.rejected
}

/** The failure that an error of the floors below is: one with a stable code. Undefined: a bug. */
export function asFailure(error: unknown): CommandFailure | undefined {
  if (error instanceof CommandFailure) return error
  // Matched by shape: the classes live in modules too heavy to load for a failure that never came near them.
  const { name, code, message } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : {}
  if ((name !== 'RpcCallError' && name !== 'RuntimeError') || typeof code !== 'string') return undefined
  return refused(code, message ?? '')
}
