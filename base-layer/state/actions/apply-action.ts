// The dispatch of base actions [LED-4]: one file per action beside this one.
import type { Action } from '#contracts/ledger/actions/action.ts'
import { accept } from '#contracts/primitives/verdict.ts'
import { applyAssetRegister } from './asset-register.ts'
import { applyBondLeave, applyBondPost, applyBondRelease } from './bond.ts'
import { applyCheckpointPost } from './checkpoint-post.ts'
import { applyChiefNominate } from './chief-nominate.ts'
import { applyClaimCommit } from './claim-commit.ts'
import { applyClaimReveal } from './claim-reveal.ts'
import type { ActionContext, Locked } from './context.ts'
import { applyEvidencePost } from './evidence-post.ts'
import { applyFinalityRecover } from './finality-recover.ts'
import { applyLogPost } from './log-post.ts'
import { applyNameClaim, applyNameCommit } from './name-claim.ts'
import { applyNamePay, applyNameReview } from './name-pay.ts'
import { applyNameRenew, applyNameTransfer, applyNameUpdate } from './name-update.ts'
import { applyParamsApprove, applyParamsPropose } from './params-propose.ts'
import { applyPeerRegister } from './peer-register.ts'
import { applyPeerRetire } from './peer-retire.ts'
import { applySeedReveal } from './seed-reveal.ts'

export function applyAction(context: ActionContext, action: Action | null): Locked {
  if (action === null) return accept(0n)
  switch (action.kind) {
    case 'peer.register':
      return applyPeerRegister(context, action)
    case 'peer.retire':
      return applyPeerRetire(context, action)
    case 'seed.reveal':
      return applySeedReveal(context, action)
    case 'name.commit':
      return applyNameCommit(context, action)
    case 'name.claim':
      return applyNameClaim(context, action)
    case 'name.update':
      return applyNameUpdate(context, action)
    case 'name.transfer':
      return applyNameTransfer(context, action)
    case 'name.renew':
      return applyNameRenew(context, action)
    case 'asset.register':
      return applyAssetRegister(context, action)
    case 'bond.post':
      return applyBondPost(context, action)
    case 'bond.leave':
      return applyBondLeave(context, action)
    case 'bond.release':
      return applyBondRelease(context, action)
    case 'log.post':
      return applyLogPost(context, action)
    case 'checkpoint.post':
      return applyCheckpointPost(context, action)
    case 'claim.commit':
      return applyClaimCommit(context, action)
    case 'claim.reveal':
      return applyClaimReveal(context, action)
    case 'evidence.post':
      return applyEvidencePost(context, action)
    case 'finality.recover':
      return applyFinalityRecover(context, action)
    case 'chief.nominate':
      return applyChiefNominate(context, action)
    case 'params.propose':
      return applyParamsPropose(context, action)
    case 'params.approve':
      return applyParamsApprove(context, action)
    case 'name.pay':
      return applyNamePay(context, action)
    case 'name.review':
      return applyNameReview(context, action)
  }
}
