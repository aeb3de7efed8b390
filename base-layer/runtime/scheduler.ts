// Schedules an operator sets as cron expressions (backups, compaction, republishing). Consensus never runs from here:
// its timing comes from slots and ticks through a Clock.
import { CronJob, validateCronExpression } from 'cron'
import type { Logger } from './logger.ts'

export interface Scheduler {
  /**
   * Runs `task` on `cronExpression` (five or six fields, UTC) and returns what stops it. A run that is still going
   * when the next is due makes that one be skipped; a failing run is logged and does not end the schedule.
   */
  schedule(name: string, cronExpression: string, task: () => Promise<void> | void): () => void
  stop(): Promise<void>
}

/** False for an expression `schedule` would refuse. Check what an operator typed with it. */
export function isCronExpression(text: string): boolean {
  return validateCronExpression(text).valid
}

export function createScheduler(log: Pick<Logger, 'error'>): Scheduler {
  const jobs = new Set<CronJob>()
  return {
    schedule(name, cronExpression, task) {
      const job = CronJob.from({
        name,
        cronTime: cronExpression,
        onTick: async () => {
          await task()
        },
        errorHandler: (error: unknown) => log.error({ err: error, schedule: name }, 'a scheduled task failed'),
        timeZone: 'UTC',
        waitForCompletion: true,
        unrefTimeout: true,
        start: true
      })
      jobs.add(job)
      return () => {
        jobs.delete(job)
        void job.stop()
      }
    },
    async stop() {
      await Promise.all([...jobs].map(async job => job.stop()))
      jobs.clear()
    }
  }
}
