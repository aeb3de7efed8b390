// asset.register: an issuer fixes an asset and its terms [AST-1]. Sequence 0 of its checkpoints is the
// registration [CKP-1].
import { checkRegistration, firstRootOf } from '#contracts/assets/registry.ts'
import { leastCollateral } from '#contracts/bonds/terms.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { UNITS_PER_BOND } from '#contracts/ledger/actions/bond.ts'
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import { isAmount } from '#contracts/primitives/amounts.ts'
import type { AssetId, CheckpointId, Hash } from '#contracts/primitives/ids.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { credit } from '../transactions/balances.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyAssetRegister(context: ActionContext, action: AssetRegister): Locked {
  const { work, transaction } = context
  // The other modes join with the code that draws for them [COM-1].
  if (action.mode !== 'opt-in') return reject('E_ASSET_MODE', 'the only committee mode so far is opt-in')
  const checked = checkRegistration(action, work.parameters)
  if (!checked.ok) return checked
  const least = leastCollateral(work.parameters)
  if (action.collateralPerSeat < least)
    return reject('E_ASSET_COLLATERAL', `a seat's collateral is at least ${least} atoms`)
  if (!isAmount(action.collateralPerSeat * BigInt(UNITS_PER_BOND))) {
    return reject('E_ASSET_COLLATERAL', 'a bond of full units would not be an amount')
  }
  const firstRoot = firstRootOf(action)
  if (!firstRoot.ok) return firstRoot
  const asset = transaction as Hash as AssetId
  const { height } = work
  work.put('assets', asset, {
    registration: action,
    registeredAt: height,
    firstRoot: firstRoot.value,
    status: 'registered',
    since: height,
    epoch: 0,
    redrawFrom: null,
    current: 0,
    liveSince: 0,
    sequence: 0,
    settled: 0
  })
  work.put(
    'checkpoints',
    { asset, sequence: 0 },
    {
      id: asset as Hash as CheckpointId,
      statement: null,
      postedAt: height,
      status: 'settled',
      signers: [],
      openCommits: 0,
      settledAt: height
    }
  )
  work.put('logs', { kind: 'head', asset }, { kind: 'head', frontier: EMPTY_LOG })
  const lock = work.parameters.registrationLockAtoms
  credit(work, balanceIdOf('lock', asset), lock, 'lock')
  credit(work, balanceIdOf('reserve', asset), action.reserveAtoms, 'reserve')
  return accept(lock + action.reserveAtoms)
}
