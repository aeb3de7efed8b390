// Which parameters the chief may propose to change and what a proposal makes of a set [GOV-3, PAR-1]. The rest is the
// structure of the chain: it is fixed at genesis, and code may read it there.
import { type Rejection, reject, type Verdict } from '../primitives/verdict.ts'
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

/** What is wrong with a list of changes, whatever the parameters are now. */
export function changesFault(
  changes: readonly ParameterChange[]
): Rejection<'E_PARAMS_FIXED' | 'E_PARAMS_SAME'> | undefined {
  const seen = new Set<string>()
  for (const { parameter } of changes) {
    if (!isChangeable(parameter)) return reject('E_PARAMS_FIXED', `${parameter} is not a parameter that can change`)
    if (seen.has(parameter)) return reject('E_PARAMS_SAME', `${parameter} is named twice`)
    seen.add(parameter)
  }
  return undefined
}

/** The set with these changes, or why they may not be made. */
export function changeParameters(
  current: Parameters,
  changes: readonly ParameterChange[]
): Verdict<Parameters, ChangeCode> {
  const fault = changesFault(changes)
  if (fault !== undefined) return fault
  const changed: Record<string, bigint | number> = {}
  for (const { parameter, value } of changes) {
    const before = current[parameter as Changeable]
    if (typeof before === 'number' && value > BigInt(Number.MAX_SAFE_INTEGER)) {
      return reject('E_PARAMETERS', `${parameter} is too large`)
    }
    const after = typeof before === 'bigint' ? value : Number(value)
    if (after === before) return reject('E_PARAMS_SAME', `${parameter} is so already`)
    changed[parameter] = after
  }
  return checkParameters({ ...current, ...changed })
}
