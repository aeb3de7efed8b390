// The life of an asset as one table [AST-2]. `retiring` and `retired` join with asset.windup.
import type { AssetStatus } from '#contracts/assets/asset-record.ts'

export type LifeEvent = 'next-block' | 'begins' | 'unstaffed' | 'halt' | 'void' | 'salvaged' | 'unrestaffed'

interface LifeRule {
  readonly event: LifeEvent
  readonly from: readonly AssetStatus[]
  readonly to: AssetStatus
  readonly meaning: string
}

export const LIFE: readonly LifeRule[] = [
  {
    event: 'next-block',
    from: ['registered'],
    to: 'staffing',
    meaning: 'the block after the registration looks for members'
  },
  {
    event: 'unstaffed',
    from: ['staffing'],
    to: 'lapsed',
    meaning: 'STAFFING ticks without a source: the lock goes back'
  },
  {
    event: 'begins',
    from: ['staffing', 'restaffing', 'live'],
    to: 'live',
    meaning: 'the newest epoch reached its beginning'
  },
  {
    event: 'halt',
    from: ['live'],
    to: 'halted',
    meaning: 'a deadline of VAL-3 or GRACE passed: the base closed the epoch'
  },
  {
    event: 'salvaged',
    from: ['halted'],
    to: 'restaffing',
    meaning: 'GRACE ticks after the closing block salvage ends'
  },
  {
    event: 'void',
    from: ['live', 'halted', 'restaffing'],
    to: 'restaffing',
    meaning: 'a false checkpoint closed the epoch'
  },
  { event: 'unrestaffed', from: ['restaffing'], to: 'wound-up', meaning: 'RESTAFF ticks without a source' }
]

/** The status after an event, or undefined if the event means nothing in this one. */
export function statusAfter(status: AssetStatus, event: LifeEvent): AssetStatus | undefined {
  return LIFE.find(rule => rule.event === event && rule.from.includes(status))?.to
}

/** True for an asset that no committee will serve again. */
export function isEnded(status: AssetStatus): boolean {
  return status === 'lapsed' || status === 'wound-up' || status === 'retired'
}
