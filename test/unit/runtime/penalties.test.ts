// Offences add up, fade, and cut a peer off at the limit.
import { describe, expect, it } from 'vitest'
import { NETWORK_LIMITS } from '#base-layer/runtime/limits.ts'
import { Penalties } from '#base-layer/runtime/penalties.ts'

describe('penalties', () => {
  it('cut a peer off at the limit and let it back once they have faded', () => {
    let nowMs = 0
    const penalties = new Penalties(() => nowMs)
    for (let i = 1; i < NETWORK_LIMITS.rejectionsMax; i++) expect(penalties.add('mallory')).toBe(false)
    expect(penalties.add('mallory')).toBe(true)
    expect(penalties.isBanned('mallory')).toBe(true)
    expect(penalties.isBanned('alice')).toBe(false)
    nowMs = 61_000
    expect(penalties.isBanned('mallory')).toBe(false)
  })

  it('never add up for a peer that errs now and then', () => {
    let nowMs = 0
    const penalties = new Penalties(() => nowMs)
    for (let i = 0; i < 1_000; i++, nowMs += 10_000) expect(penalties.add('alice')).toBe(false)
  })
})
