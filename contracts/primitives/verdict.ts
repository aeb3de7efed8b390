// Expected failure is a value. Every check returns a Verdict: ok with a value, or a rejection with a stable code.
// Broken invariants are not verdicts: they assert, and nobody catches an assertion.

export interface Rejection<Code extends string = string> {
  readonly ok: false
  /** Stable, upper-case, prefixed E_; the same code reaches the command line. */
  readonly code: Code
  /** One sentence for a person, without secrets. */
  readonly why: string
}

export interface Accepted<T> {
  readonly ok: true
  readonly value: T
}

export type Verdict<T, Code extends string = string> = Accepted<T> | Rejection<Code>

export function accept(): Accepted<undefined>
export function accept<T>(value: T): Accepted<T>
export function accept<T>(value?: T): Accepted<T | undefined> {
  return { ok: true, value }
}

export function reject<const Code extends string>(code: Code, why: string): Rejection<Code> {
  return { ok: false, code, why }
}

/** A broken invariant: stops the process. Never call it on what another party sent. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** The value, or an assertion failure if it is absent. */
export function present<T>(value: T | undefined | null, message: string): T {
  assert(value !== undefined && value !== null, message)
  return value
}

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}
