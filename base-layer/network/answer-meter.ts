// What answering peers costs this thread, in its milliseconds [GSP-1, GSP-3]. Whoever asks for more than its part
// is not answered until it has waited, so that no peer, and with proofs and chunks of state no crowd of them, keeps
// this node from its own slots. Asked by the handlers of requests.
import { Budgets } from '../runtime/budgets.ts'
import { RuntimeError } from '../runtime/errors.ts'
import { ANSWER_LIMITS } from './limits.ts'

/** `all`: what everyone together may cost with this kind of request is bounded as well. */
export type AnswerKind = 'each' | 'all'

const EVERYONE = 'everyone'

export class AnswerMeter {
  readonly #each: Budgets
  readonly #all: Budgets
  readonly #nowMs: () => number

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#each = new Budgets(ANSWER_LIMITS.each, nowMs)
    this.#all = new Budgets(ANSWER_LIMITS.all, nowMs)
  }

  /**
   * Runs `work` for a peer and charges the time it took. Rejects
   * E_BUSY, without running it, for a peer that has to wait.
   */
  async answer<T>(from: string, kind: AnswerKind, work: () => T | Promise<T>): Promise<T> {
    if (this.#each.left(from) <= 0 || (kind === 'all' && this.#all.left(EVERYONE) <= 0))
      throw new RuntimeError('E_BUSY', 'answers to this peer took too long lately')
    const startMs = this.#nowMs()
    try {
      return await work()
    } finally {
      const spentMs = this.#nowMs() - startMs
      this.#each.charge(from, spentMs)
      if (kind === 'all') this.#all.charge(EVERYONE, spentMs)
    }
  }
}
