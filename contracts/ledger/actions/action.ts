// The list of base actions [LED-4]. Tags follow the protocol's order and are never renumbered; a missing tag
// belongs to an action that is still to come. Statements, claims and evidence travel as bytes: they are defined on
// floors above the ledger and decoded where they are judged.
import { type Decoded, union } from '../../codec/codec.ts'
import { assetRegisterCodec } from './asset-register.ts'
import { bondLeaveCodec, bondPostCodec, bondReleaseCodec } from './bond.ts'
import { checkpointPostCodec } from './checkpoint-post.ts'
import { chiefNominateCodec } from './chief-nominate.ts'
import { claimCommitCodec, claimRevealCodec } from './claim.ts'
import { evidencePostCodec } from './evidence-post.ts'
import { finalityRecoverCodec } from './finality-recover.ts'
import { logPostCodec } from './log-post.ts'
import { nameClaimCodec, nameCommitCodec } from './name-claim.ts'
import { namePayCodec, nameReviewCodec } from './name-pay.ts'
import { nameRenewCodec, nameTransferCodec, nameUpdateCodec } from './name-update.ts'
import { paramsApproveCodec, paramsProposeCodec } from './params-propose.ts'
import { peerRegisterCodec } from './peer-register.ts'
import { peerRetireCodec } from './peer-retire.ts'
import { seedRevealCodec } from './seed-reveal.ts'

export const actionCodec = union({
  'peer.register': [0, peerRegisterCodec],
  'peer.retire': [1, peerRetireCodec],
  'seed.reveal': [2, seedRevealCodec],
  'name.commit': [3, nameCommitCodec],
  'name.claim': [4, nameClaimCodec],
  'name.update': [5, nameUpdateCodec],
  'name.transfer': [6, nameTransferCodec],
  'name.renew': [7, nameRenewCodec],
  'asset.register': [8, assetRegisterCodec],
  'bond.post': [12, bondPostCodec],
  'bond.leave': [15, bondLeaveCodec],
  'bond.release': [16, bondReleaseCodec],
  'log.post': [20, logPostCodec],
  'checkpoint.post': [21, checkpointPostCodec],
  'claim.commit': [22, claimCommitCodec],
  'claim.reveal': [23, claimRevealCodec],
  'evidence.post': [26, evidencePostCodec],
  'chief.nominate': [27, chiefNominateCodec],
  'params.propose': [28, paramsProposeCodec],
  'params.approve': [29, paramsApproveCodec],
  'name.pay': [30, namePayCodec],
  'name.review': [31, nameReviewCodec],
  'finality.recover': [32, finalityRecoverCodec]
})
export type Action = Decoded<typeof actionCodec>
export type ActionKind = Action['kind']
