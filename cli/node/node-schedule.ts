// The operator's own schedules of a node: copies of chain.db and full checks of it. Consensus never waits for either.
import type { BaseNode } from '#base-layer/index.ts'
import { reportDiskFailure } from '#base-layer/runtime/disk-failures.ts'
import { RuntimeError } from '#base-layer/runtime/errors.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { Metrics } from '#base-layer/runtime/metrics.ts'
import { createScheduler } from '#base-layer/runtime/scheduler.ts'
import type { NodeSettings } from './node-settings.ts'

export interface ScheduleParts {
  readonly base: BaseNode
  readonly settings: Pick<NodeSettings, 'backup' | 'backups' | 'check'>
  readonly backupDir: string
  readonly metrics: Metrics
  readonly logger: Logger
}

/** Returns what ends the schedules; a copy or check under way is not waited for. */
export function scheduleUpkeep({ base, settings, backupDir, metrics, logger }: ScheduleParts): () => Promise<void> {
  const scheduler = createScheduler(logger)
  const done: Record<'backup' | 'check', number> = { backup: 0, check: 0 }
  metrics.gauges(
    'surety_upkeep_seconds',
    'Unix time of the last backup and full check that succeeded since the start; 0: none yet',
    ['task'],
    () => Object.entries(done).map(([task, value]) => ({ labels: { task }, value }))
  )
  if (settings.backup !== '') {
    scheduler.schedule('backup', settings.backup, async () => {
      const { path, bytes, check } = await base.backUp({ folder: backupDir, keep: settings.backups })
      done.backup = Date.now() / 1_000
      logger.info({ path, bytes, height: check.height, stateRoot: check.stateRoot }, 'chain.db is copied and checked')
    })
  }
  if (settings.check !== '') {
    scheduler.schedule('check', settings.check, async () => {
      const { ok, height, blocks, problems } = await base.check()
      if (!ok) {
        // What is damaged is not to be served or built on: the process ends, and the operator decides.
        const damage = new RuntimeError('E_DATA_UNUSABLE', `chain.db: ${problems.join('; ')}`)
        reportDiskFailure(damage)
        throw damage
      }
      done.check = Date.now() / 1_000
      logger.info({ height, blocks }, 'chain.db is whole')
    })
  }
  return () => scheduler.stop()
}
