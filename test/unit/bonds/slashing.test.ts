// The arithmetic of collateral taken [BND-5, CLM-4, FIN-4, POS-5].
import { describe, expect, it } from 'vitest'
import { ackPenaltyOf, claimDepositMin, shareConviction, shareVoteEvidence } from '#contracts/bonds/slashing.ts'

describe('collateral taken [BND-5]', () => {
  it('pays back the fees first, then half of the rest rounded down, and burns what remains', () => {
    expect(shareConviction(3_000n, 20n)).toEqual({ claimant: 20n + 1490n, burnt: 1490n })
    expect(shareConviction(1_001n, 0n)).toEqual({ claimant: 500n, burnt: 501n })
  })

  it('never gives back more fees than a twentieth: a liar that accuses itself would choose them and earn them back', () => {
    expect(shareConviction(3_000n, 150n)).toEqual({ claimant: 150n + 1425n, burnt: 1425n })
    expect(shareConviction(3_000n, 2_900n)).toEqual({ claimant: 150n + 1425n, burnt: 1425n })
  })

  it('never pays more than was taken', () => {
    expect(shareConviction(15n, 20n)).toEqual({ claimant: 7n, burnt: 8n })
    expect(shareConviction(0n, 20n)).toEqual({ claimant: 0n, burnt: 0n })
  })
})

it('a claim deposits a twentieth of half of what it would take, rounded up [CLM-4]', () => {
  expect(claimDepositMin({ seats: 4, collateralPerSeat: 1000n }, 'checkpoint')).toBe(75n)
  expect(claimDepositMin({ seats: 4, collateralPerSeat: 1000n }, 'seat')).toBe(25n)
  expect(claimDepositMin({ seats: 4, collateralPerSeat: 7n }, 'seat')).toBe(1n)
})

it("votes cost the whole bond but a finder's twentieth, acknowledgements a hundredth [FIN-4, POS-5]", () => {
  expect(shareVoteEvidence(1_019n)).toEqual({ finder: 50n, burnt: 969n })
  expect(ackPenaltyOf(1_099n)).toBe(10n)
})
