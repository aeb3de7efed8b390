// The dispatch of base actions [LED-4]: one file per action beside this one.
import type { Action } from '#contracts/ledger/actions/action.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import type { ActionContext, Locked } from './context.ts'
import { applyPeerRegister } from './peer-register.ts'
import { applySeedReveal } from './seed-reveal.ts'

export function applyAction(context: ActionContext, action: Action | null): Locked {
  if (action === null) return accept(0n)
  switch (action.kind) {
    case 'peer.register': return applyPeerRegister(context, action)
    case 'seed.reveal': return applySeedReveal(context, action)
    default: return reject('E_ACTION', 'not known yet')
  }
}
