// Which parameters the chief may propose to change and what a proposal makes of a set [GOV-3, PAR-1]. The rest is the
// structure of the chain: it is fixed at genesis, and code may read it there.
import { reject, type Verdict } from '../primitives/verdict.ts'
import type { ParameterChange } from './actions/params-propose.ts'
import { checkParameters, type Parameters } from './parameters.ts'

/**
 * Prices, and terms of what is begun after the change. Nothing that says how blocks, votes, windows, evidence or notice
 * work: a majority of a day must not shorten what protects everyone else from it. Append-only.
 */
export const CHANGEABLE = [
  'feeAtoms',
  'feeByteAtoms',
  'repayAtoms',
  'registrationLockAtoms',
  'peerBondAtoms',
  'staffingTicks',
  'restaffTicks',
  'namePriceAtoms',
  'nameTermTicks',
  'nameReviewTicks'
] as const satisfies readonly (keyof Parameters)[]
export type Changeable = (typeof CHANGEABLE)[number]

export type ChangeCode = 'E_PARAMS_FIXED' | 'E_PARAMS_SAME' | 'E_PARAMETERS'

function isChangeable(name: string): name is Changeable {
  return (CHANGEABLE as readonly string[]).includes(name)
}

/** The set with these changes, or why they may not be made. */
export function changeParameters(
  current: Parameters,
  changes: readonly ParameterChange[]
): Verdict<Parameters, ChangeCode> {
  const changed: Record<string, bigint | number> = {}
  for (const { parameter, value } of changes) {
    if (!isChangeable(parameter)) return reject('E_PARAMS_FIXED', `${parameter} is not a parameter that can change`)
    if (parameter in changed) return reject('E_PARAMS_SAME', `${parameter} is named twice`)
    const isAtoms = typeof current[parameter] === 'bigint'
    if (!isAtoms && value > BigInt(Number.MAX_SAFE_INTEGER)) return reject('E_PARAMETERS', `${parameter} is too large`)
    changed[parameter] = isAtoms ? value : Number(value)
    if (changed[parameter] === current[parameter]) return reject('E_PARAMS_SAME', `${parameter} is so already`)
  }
  return checkParameters({ ...current, ...changed })
}
