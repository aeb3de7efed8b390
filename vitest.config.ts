// The kinds of test, one project each; which of them a run takes is decided in test/run.ts.
// Threads start faster; what loads native modules or opens sockets runs in processes of its own.
import { defineConfig } from 'vitest/config'

const SECOND = 1000

interface Kind {
  readonly name: string
  readonly pool: 'threads' | 'forks'
  readonly timeoutMs: number
  /** Files one after another: for tests that start networks and would fight for two cores. */
  readonly alone?: boolean
}

const KINDS: readonly Kind[] = [
  { name: 'unit', pool: 'forks', timeoutMs: 10 * SECOND },
  { name: 'property', pool: 'threads', timeoutMs: 60 * SECOND },
  { name: 'vectors', pool: 'threads', timeoutMs: 30 * SECOND },
  { name: 'architecture', pool: 'threads', timeoutMs: 30 * SECOND },
  { name: 'simulation', pool: 'forks', timeoutMs: 120 * SECOND },
  { name: 'integration', pool: 'forks', timeoutMs: 120 * SECOND, alone: true },
  { name: 'end-to-end', pool: 'forks', timeoutMs: 300 * SECOND, alone: true },
  { name: 'browser', pool: 'forks', timeoutMs: 120 * SECOND, alone: true }
]

export default defineConfig({
  test: {
    projects: KINDS.map((kind, order) => ({
      test: {
        name: kind.name,
        include: [`test/${kind.name}/**/*.test.ts`],
        environment: 'node' as const,
        pool: kind.pool,
        fileParallelism: kind.alone !== true,
        testTimeout: kind.timeoutMs,
        hookTimeout: kind.timeoutMs,
        retry: 0,
        // One kind after another, cheap kinds first, so that a slow kind never starves a fast one of its timeout.
        sequence: { groupOrder: order }
      }
    }))
  }
})
