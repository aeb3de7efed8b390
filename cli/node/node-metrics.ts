// What /metrics shows of a node: chain, finality, signing, peers, mempool, assets, files and RPC. Units are in the names.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { AssetNode } from '#asset-layer/index.ts'
import type { BaseNode } from '#base-layer/index.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { Metrics, Series } from '#base-layer/runtime/metrics.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { VERSION } from '../version.ts'

export interface MeasuredParts {
  readonly base: BaseNode
  readonly asset: AssetNode
  readonly host: Host
  readonly verifyPool: VerifyPool
  readonly dataDir: string
}

const FILES = ['chain.db', 'chain.db-wal', 'votes.db', 'votes.db-wal', 'asset.db', 'asset.db-wal'] as const

export function measureNode(metrics: Metrics, { base, asset, host, verifyPool, dataDir }: MeasuredParts): void {
  const status = () => base.status()
  const chain: readonly (readonly [name: string, help: string, read: () => number])[] = [
    ['surety_chain_height', 'Height of the head of the preferred chain', () => status().height],
    ['surety_chain_final_height', 'Height of the newest final block', () => status().final],
    [
      'surety_chain_finality_lag_blocks',
      'Blocks between the head and the newest final block',
      () => status().height - status().final
    ],
    ['surety_chain_ticks', 'Ticks counted at the head [FIN-8]', () => status().ticks],
    ['surety_chain_head_age_seconds', 'Time since the stated time of the head', () => status().headAgeMs / 1_000],
    ['surety_chain_syncing', '1 while the node catches up', () => Number(status().syncing)],
    [
      'surety_chain_conflicted',
      '1 if a certificate contradicts what is final here [FIN-5]',
      () => Number(status().conflicted)
    ],
    ['surety_guard_signing', '1 while the vote guard lets this node sign [FIN-7]', () => Number(status().signs)],
    ['surety_guard_writes', 'Signatures that the vote guard has written, ever', () => status().guardWrites],
    ['surety_mempool_transactions', 'Transactions that wait for a block', () => status().mempool],
    ['surety_verify_pending_signatures', 'Signatures waiting for a thread', () => verifyPool.pending]
  ]
  for (const [name, help, read] of chain) metrics.gauge(name, help, read)
  metrics.gauges('surety_build_info', 'Always 1; the version is a label', ['version'], () => [
    { labels: { version: VERSION }, value: 1 }
  ])
  metrics.gauges('surety_peers', 'Connected peers, by who called', ['direction'], () => {
    const outbound = host.knownPeers().length
    const all = host.peers().length
    return [
      { labels: { direction: 'out' }, value: Math.min(all, outbound) },
      { labels: { direction: 'in' }, value: Math.max(0, all - outbound) }
    ]
  })
  measureAssets(metrics, asset)
  metrics.gauges('surety_file_bytes', 'Size of a file of the data folder', ['file'], () =>
    FILES.map(file => ({ labels: { file }, value: sizeOf(join(dataDir, file)) }))
  )
}

/** For createRpcServer's `onCall`. */
export function countCalls(metrics: Metrics): (method: string, code: string, ms: number) => void {
  const count = metrics.counter('surety_rpc_calls_total', 'Answered RPC calls, by code', ['method', 'code'])
  const time = metrics.timer('surety_rpc_call_seconds', 'How long RPC calls took', ['method'])
  return (method, code, ms) => {
    count({ method, code })
    time({ method }, ms / 1_000)
  }
}

function measureAssets(metrics: Metrics, asset: AssetNode): void {
  metrics.gauges('surety_replicas', 'Committees followed, by state and by part', ['state', 'role'], () =>
    countBy(asset.status().replicas, one => ({ state: one.state, role: one.seat === null ? 'observer' : 'member' }))
  )
  metrics.gauges('surety_claims', 'Claims of this node, by state', ['state'], () =>
    countBy(asset.status().claims, one => ({ state: one.state }))
  )
  metrics.gauge('surety_watched_assets', 'Assets that this node replays', () => asset.status().watching.length)
}

function countBy<T>(list: readonly T[], labelsOf: (one: T) => Readonly<Record<string, string>>): readonly Series[] {
  const counts = new Map<string, Series>()
  for (const one of list) {
    const labels = labelsOf(one)
    const name = JSON.stringify(labels)
    counts.set(name, { labels, value: (counts.get(name)?.value ?? 0) + 1 })
  }
  return [...counts.values()]
}

/** Zero for a file that is not there: a WAL comes and goes. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
