// name.update, name.transfer, name.renew: an owner and its name [NAM-2]. Who signs as `owner` is the authority;
// whether it owns the name in this block is asked here.
import type { NameRenew, NameTransfer, NameUpdate } from '#contracts/ledger/actions/name-update.ts'
import { NAME_TERMS_MAX, namePriceOf } from '#contracts/names/name-record.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { nameHeldBy, writeName } from '../names/registry.ts'
import type { ActionContext, Locked } from './context.ts'
import { burnPrice } from './name-claim.ts'

export function applyNameUpdate({ work, transaction }: ActionContext, action: NameUpdate): Locked {
  const held = nameHeldBy(work, action.name, action.owner)
  if (!held.ok) return held
  writeName(work, action.name, { ...held.value, targets: action.targets }, transaction)
  return accept(0n)
}

export function applyNameTransfer({ work, transaction }: ActionContext, action: NameTransfer): Locked {
  const { name, owner, to } = action
  const held = nameHeldBy(work, name, owner)
  if (!held.ok) return held
  const { transfer, expiresAt } = held.value
  if (to === null) {
    if (transfer === null) return reject('E_NAME_TRANSFER', 'no transfer is on its way')
    writeName(work, name, { ...held.value, transfer: null }, transaction)
    return accept(0n)
  }
  if (transfer !== null) return reject('E_NAME_TRANSFER', 'a transfer is on its way: revoke it first')
  const at = work.now.ticks + work.parameters.nameTransferTicks
  // A name that expires under way would come free for everyone instead.
  if (at >= expiresAt) return reject('E_NAME_TERM', 'the name expires before the transfer takes effect: renew it first')
  writeName(work, name, { ...held.value, transfer: { to, at } }, transaction)
  return accept(0n)
}

/** Only the owner renews, so that a name whose key is lost comes free. */
export function applyNameRenew({ work, transaction }: ActionContext, { name, owner, terms }: NameRenew): Locked {
  const held = nameHeldBy(work, name, owner, true)
  if (!held.ok) return held
  const { nameTermTicks, namePriceAtoms } = work.parameters
  const expiresAt = held.value.expiresAt + terms * nameTermTicks
  if (expiresAt > work.now.ticks + NAME_TERMS_MAX * nameTermTicks) {
    return reject('E_NAME_TERM', `at most ${NAME_TERMS_MAX} terms are paid ahead`)
  }
  writeName(work, name, { ...held.value, expiresAt }, transaction)
  return burnPrice(work, namePriceOf(name, terms, namePriceAtoms))
}
