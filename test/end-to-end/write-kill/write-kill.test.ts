// A short campaign of kills and disk errors; the long one is `npm run test:kill` [FIN-7].
import { beforeAll, describe, expect, it } from 'vitest'
import { type CampaignReport, runCampaign } from './campaign.ts'

const POINTS = 40
/** Two seconds each at the most, recoveries and errors included, on two busy cores. */
const CAMPAIGN_MS = 240_000

describe('a node killed at its writes', () => {
  let report: CampaignReport

  beforeAll(async () => {
    report = await runCampaign({ points: POINTS, slots: 12 })
  }, CAMPAIGN_MS)

  it('was killed at every kind of write, and its recovery too: without strace this is void and fails', () => {
    expect(report.why).toBeUndefined()
    expect(report.ran).toBe(true)
    expect(report.hit).toBeGreaterThanOrEqual(POINTS - 4)
    expect(report.recoveriesKilled).toBeGreaterThan(3)
    expect(report.errorsHit).toBeGreaterThan(5)
  })

  it('lost nothing that it had said, contradicts nothing it signed, and its files are whole', () => {
    expect(report.problems).toEqual([])
    expect(report.signatures).toBeGreaterThan(200)
  })
})
