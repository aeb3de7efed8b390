// Resident memory of running nodes that nobody asks anything: the four founding peers of the development network, each a
// process of its own that proposes, acknowledges and votes.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createDevNetwork } from '#cli/devnet/network.ts'
import { DEV_NODES } from '#cli/devnet/plan.ts'
import { BASE_BENCH } from './limits.ts'

export interface BaseBenchSettings {
  readonly folder: string
  readonly signal: AbortSignal
  /** The importing process writes a CPU profile here. */
  readonly profileDir: string | undefined
  readonly note: (line: string) => void
}

/** Mean of the nodes in MB; null where the system does not tell. */
export async function measureMemoryAtRest({ folder, signal, note }: BaseBenchSettings): Promise<number | null> {
  const nodes = DEV_NODES.filter(node => node.role === 'peer')
  const network = await createDevNetwork({ folder, nodes, logLevel: 'warn' })
  try {
    await network.start(
      signal,
      nodes.map(node => node.name)
    )
    await delay(BASE_BENCH.restMs, undefined, { signal })
    const each = network.nodes.flatMap(({ pid }) => (pid === undefined ? [] : [residentMb(pid)]))
    note(`memory of nodes at rest, MB: ${each.join(', ')}`)
    return each.includes(null) || each.length === 0 ? null : Math.round(sum(each) / each.length)
  } finally {
    await network.stop()
  }
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

function residentMb(pid: number): number | null {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Math.round(Number(kib) / 1024)
  } catch {
    return null
  }
}
