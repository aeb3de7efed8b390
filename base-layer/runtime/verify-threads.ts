// Threads that verify many signatures at a time: what a block holds takes the main thread a microsecond a
// signature to hand over, where a job of libuv for each takes tens. Started when there is a batch, ended when
// there was none for a while: a node at rest has none.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { VERIFY_LIMITS } from './limits.ts'
import { type BatchItem, packBatch } from './verify-batch.ts'

interface Batch {
  readonly items: readonly BatchItem[]
  readonly resolve: (found: readonly boolean[]) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  batch: Batch | undefined
}

export class VerifyThreads {
  readonly #threads = new Set<Thread>()
  readonly #waiting: Batch[] = []
  #endTimer: NodeJS.Timeout | undefined

  /**
   * Which are surely valid, in order, of keys and signatures of the right size; false says
   * nothing. Rejects if a thread fails: verify elsewhere.
   */
  async verify(items: readonly BatchItem[]): Promise<readonly boolean[]> {
    const batches: Promise<readonly boolean[]>[] = []
    for (let at = 0; at < items.length; at += VERIFY_LIMITS.batchItems) {
      const part = items.slice(at, at + VERIFY_LIMITS.batchItems)
      batches.push(
        new Promise((resolve, reject) => {
          this.#waiting.push({ items: part, resolve, reject })
        })
      )
    }
    this.#advance()
    return (await Promise.all(batches)).flat()
  }

  /** Hands waiting batches to threads that have none, and starts as many threads as the machine runs at once. */
  #advance(): void {
    clearTimeout(this.#endTimer)
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find(thread => thread.batch === undefined)
      if (idle === undefined && this.#threads.size >= availableParallelism()) return
      this.#give(idle ?? this.#start())
    }
    if ([...this.#threads].some(thread => thread.batch !== undefined)) return
    this.#endTimer = setTimeout(() => this.#end(), VERIFY_LIMITS.threadIdleMs).unref()
  }

  #give(thread: Thread): void {
    const batch = this.#waiting.shift()
    if (batch === undefined) return
    thread.batch = batch
    const bytes = packBatch(batch.items)
    // A thread at work keeps the process alive, one without does not.
    thread.worker.ref()
    thread.worker.postMessage(bytes, [bytes.buffer])
  }

  #start(): Thread {
    const worker = new Worker(new URL('./verify-thread.ts', import.meta.url), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 }
    })
    const thread: Thread = { worker, batch: undefined }
    this.#threads.add(thread)
    worker.unref()
    worker.on('message', (found: Uint8Array) => {
      const { batch } = thread
      thread.batch = undefined
      worker.unref()
      batch?.resolve(Array.from(found, one => one === 1))
      this.#advance()
    })
    const failed = (error: unknown): void => {
      this.#threads.delete(thread)
      const { batch } = thread
      thread.batch = undefined
      batch?.reject(error)
      // Nothing is tried again on a machine that starts no threads.
      if (this.#threads.size === 0) for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
    }
    worker.on('error', failed)
    worker.on('exit', failed)
    return thread
  }

  #end(): void {
    for (const { worker } of this.#threads) void worker.terminate()
    this.#threads.clear()
  }
}
