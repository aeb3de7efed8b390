// A value that must not reach a log, a page or an error text. It prints as [redacted] however it is printed; only
// reveal() gives it out, so every place that uses a secret can be found by that word.
import { inspect } from 'node:util'

export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. Keep the result in the narrowest scope and never pass it to a logger. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}
