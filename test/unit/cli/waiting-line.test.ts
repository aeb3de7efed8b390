import { describe, expect, it } from 'vitest'
import { waitingText } from '#cli/commands/dev/waiting-line.ts'
import { STEPS } from '#cli/demo/scenario.ts'

const resultsSeen = (seen: ReadonlySet<string>) =>
  STEPS.map(([name]) => ({ name, ok: seen.has(name), ms: 1, detail: {} }))

describe('the waiting line of the demo', () => {
  it('names the first step of the story that was not seen', () => {
    const results = resultsSeen(new Set(['paid', 'network-started']))
    expect(waitingText({ elapsedMs: 15_900, results })).toBe(
      '   15 s  2 of 11 seen; waiting for asset-registered: an issuer registers assets with an opt-in committee'
    )
  })

  it('says that processes are stopped when every step was seen', () => {
    const results = resultsSeen(new Set(STEPS.map(([name]) => name)))
    expect(waitingText({ elapsedMs: 70_000, results })).toBe('   70 s  11 of 11 seen; stopping the processes')
  })
})
