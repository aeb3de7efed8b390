// What a seed decides about a run of the base chain before it begins: how many peers of what weight, who lies and how,
// how long periods are, and what beside consensus goes on. Faults are drawn in base-faults.ts.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import type { Random } from '#test/support/random.ts'
import { TINY_PARAMETERS } from './base-world.ts'

/**
 * ordinary: less than a third lies or is hampered, the rest must finalise after the faults. attack: more than a third
 * lies; two final chains are possible, but then evidence names at least a third. recovery: more than a third is gone for
 * good; a recovery file brings finality back [FIN-9].
 */
export type RunKind = 'ordinary' | 'attack' | 'recovery'

/** doubler: two of everything. surrounder: votes around its own. twin: two machines with one key. */
export type Role = 'honest' | 'doubler' | 'surrounder' | 'twin'

export interface BasePlan {
  readonly kind: RunKind
  readonly parameters: Parameters
  /** Shares of each peer. */
  readonly shares: readonly number[]
  readonly roles: readonly Role[]
  /** Peers reveal for the seed [POS-3]. */
  readonly reveals: boolean
  /** Coins move, hosts change, evidence is posted. */
  readonly traffic: boolean
  /** In an attack by twins: they vanish when the sides meet, so that only what they signed before convicts them. */
  readonly twinsVanish: boolean
}

export interface PlanWishes {
  readonly peers?: number | undefined
  readonly kind?: RunKind | undefined
  /** Whether peer 0 lies in an ordinary run. */
  readonly lies?: boolean | undefined
  readonly tiny?: boolean | undefined
}

export function drawPlan(random: Random, wishes: PlanWishes): BasePlan {
  const draw = random.below(100)
  const kind = wishes.kind ?? (draw < 78 || wishes.lies !== undefined ? 'ordinary' : draw < 92 ? 'attack' : 'recovery')
  const parameters = (wishes.tiny ?? random.chance(kind === 'attack' ? 15 : 35)) ? TINY_PARAMETERS : DEV_PARAMETERS
  const common = { kind, parameters, twinsVanish: random.chance(50) }
  if (kind === 'attack') return { ...common, ...drawAttack(random), reveals: false, traffic: false }
  // Of five or seven peers two or three are more than a third, and those who are left more than half.
  const count = wishes.peers ?? (kind === 'recovery' ? random.pick([5, 7]) : random.between(4, 7))
  // Nobody comes near a third alone, not even with what others may host with it.
  const shares = Array.from({ length: count }, () => random.between(1900, 2100))
  const liar: Role = random.pick(['doubler', 'doubler', 'surrounder', 'twin'])
  const lies = kind === 'ordinary' && (wishes.lies ?? random.chance(40))
  const liars = lies ? (count === 7 && random.chance(40) ? 2 : 1) : 0
  const role = wishes.lies === true ? 'doubler' : liar
  return {
    ...common,
    shares,
    roles: shares.map((_, index) => (index < liars ? role : 'honest')),
    reveals: random.chance(40),
    traffic: kind === 'ordinary' && random.chance(40)
  }
}

/** One to three liars with 36 to 45 of 100, and two halves of honest peers, each enough for two thirds with the liars. */
function drawAttack(random: Random): Pick<BasePlan, 'shares' | 'roles'> {
  const role: Role = random.chance(75) ? 'twin' : 'doubler'
  const [liars, half] = [random.between(1, 3), random.between(1, 2)]
  const percent = random.between(36, 45)
  const lying = Array.from({ length: liars }, () => Math.floor((12_000 * percent) / 100 / liars))
  const honest = Array.from({ length: 2 * half }, () => Math.floor((12_000 * (100 - percent)) / 100 / (2 * half)))
  return {
    shares: [...lying, ...honest],
    roles: [...lying.map(() => role), ...honest.map(() => 'honest' as const)]
  }
}
