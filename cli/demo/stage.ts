// Runs steps that are observed, not done: each starts when what it needs is there, is printed when it is seen, and is
// judged by what it returns. The first failure ends all; nothing here knows what the steps are about.
import { setTimeout as delay } from 'node:timers/promises'
import { CommandFailure, EXIT } from '../exit-codes.ts'

export interface Sight<T> {
  /** What later steps need. */
  readonly value: T
  /** One line for people. */
  readonly summary: string
  /** What a sceptic would check. */
  readonly detail: Readonly<Record<string, unknown>>
  /** Final base height at which it was seen. */
  readonly height: number
}

export interface StepResult {
  readonly name: string
  readonly ok: boolean
  /** From the start of the stage to the observation. */
  readonly ms: number
  readonly detail: Readonly<Record<string, unknown>>
}

export interface SeenStep extends StepResult {
  readonly summary: string
  readonly height: number
}

export interface StageSettings {
  /** Names in the order of the document. */
  readonly names: readonly string[]
  readonly deadlineMs: number
  /** Ends everything, as Ctrl-C does. */
  readonly signal: AbortSignal
  readonly onSeen: (step: SeenStep) => void
}

const POLL_MS = 200

export class Stage {
  readonly signal: AbortSignal
  readonly #settings: StageSettings
  readonly #startedMs = performance.now()
  readonly #results = new Map<string, StepResult>()
  readonly #failing = new AbortController()
  readonly #branches: Promise<unknown>[] = []
  #failure: { readonly name: string; readonly error: unknown } | undefined

  constructor(settings: StageSettings) {
    this.#settings = settings
    this.signal = AbortSignal.any([settings.signal, this.#failing.signal, AbortSignal.timeout(settings.deadlineMs)])
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startedMs)
  }

  /** The first step that failed and why; undefined while none has. */
  get failure(): { readonly name: string; readonly error: unknown } | undefined {
    return this.#failure
  }

  /** Results in the order of the document; what was not reached is not ok. */
  get results(): readonly StepResult[] {
    return this.#settings.names.map(
      name =>
        this.#results.get(name) ?? {
          name,
          ok: false,
          ms: this.elapsedMs,
          detail: { error: 'not reached' }
        }
    )
  }

  /** Runs one step. Its promise carries the value to the steps that need it, and rejects with the failure of any. */
  async step<T>(name: string, observe: () => Promise<Sight<T>>): Promise<T> {
    try {
      const { value, summary, detail, height } = await observe()
      const result = { name, ok: true, ms: this.elapsedMs, detail }
      this.#results.set(name, result)
      this.#settings.onSeen({ ...result, summary, height })
      return value
    } catch (error) {
      this.#fail(name, error)
      throw error
    }
  }

  /** Work that a step needs and nobody watches; its failure is the step's. */
  async attempt<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#fail(name, error)
      throw error
    }
  }

  /** Starts a branch of the story; `finish` waits for it, so its failure is nobody's unhandled rejection. */
  fork<T>(branch: () => Promise<T>): Promise<T> {
    const running = branch()
    this.#branches.push(running)
    running.catch(() => undefined)
    return running
  }

  /** Waits for every branch; rejects with the failure of any. */
  async finish(): Promise<void> {
    await Promise.all(this.#branches)
  }

  /** Asks until the answer is not undefined. Rejects E_DEMO_WAIT, naming what was awaited, when the stage ends first. */
  async until<T>(what: string, ask: () => Promise<T | undefined>, pollMs = POLL_MS): Promise<T> {
    for (;;) {
      this.#assertRunning(what)
      const answer = await ask()
      if (answer !== undefined) return answer
      await delay(pollMs, undefined, { signal: this.signal }).catch(() => this.#assertRunning(what))
    }
  }

  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.signal }).catch(() => this.#assertRunning('a pause'))
  }

  #assertRunning(what: string): void {
    if (!this.signal.aborted) return
    throw new CommandFailure('E_DEMO_WAIT', `ended while waiting for: ${what}`, EXIT.problemFound)
  }

  #fail(name: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    if (!this.#results.has(name))
      this.#results.set(name, { name, ok: false, ms: this.elapsedMs, detail: { error: why } })
    if (this.#failure !== undefined) return
    this.#failure = { name, error }
    this.#failing.abort()
  }
}
