// Names, reviews, logins and the corporate form, for the fuzz table.
import { chiefNominateCodec } from '#contracts/ledger/actions/chief-nominate.ts'
import { nameClaimCodec, nameCommitCodec } from '#contracts/ledger/actions/name-claim.ts'
import { namePayCodec, nameReviewCodec } from '#contracts/ledger/actions/name-pay.ts'
import { nameRenewCodec, nameTransferCodec, nameUpdateCodec } from '#contracts/ledger/actions/name-update.ts'
import {
  parameterChangeCodec,
  parameterChangesCodec,
  paramsApproveCodec,
  paramsProposeCodec
} from '#contracts/ledger/actions/params-propose.ts'
import { changeParameters, changesFault } from '#contracts/ledger/parameter-changes.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { historyEntryCodec, historyLeaf } from '#contracts/merkle/history.ts'
import {
  decodeLoginRecord,
  LOGIN_RECORD_BYTES,
  loginCodec,
  loginRecordCodec,
  loginSigningBytes
} from '#contracts/names/login.ts'
import { isPunycode, nameCodec, parseWrittenName } from '#contracts/names/name.ts'
import { nameRecordCodec, nameTargetsCodec, standingOf } from '#contracts/names/name-record.ts'
import { namedPaymentCodec, opinionCodec, wordsCodec } from '#contracts/names/review.ts'
import { PREFERENCE_BYTES, preferenceCodec, signedPreferenceCodec } from '#contracts/statements/preference.ts'
import { type Decoder, decoder } from './decoder.ts'
import { changes, id, leafOfKind, loginRecords, nameActions, names, opinions, preference } from './samples-of-names.ts'

const SMALL = 4096

function actionsOf<Kind extends (typeof nameActions)[number]['kind']>(kind: Kind) {
  type One = Extract<(typeof nameActions)[number], { kind: Kind }>
  return nameActions.filter((action): action is One => action.kind === kind)
}

export const NAMES: readonly Decoder[] = [
  decoder('nameCodec', nameCodec, 80, names, name => [isPunycode(name), parseWrittenName(name)]),
  decoder('nameTargetsCodec', nameTargetsCodec, SMALL, [
    ...actionsOf('name.claim').map(action => action.targets),
    ...actionsOf('name.update').map(action => action.targets)
  ]),
  decoder('nameRecordCodec', nameRecordCodec, SMALL, leafOfKind('name'), leaf => standingOf(leaf, 50, 10)),
  decoder('namedPaymentCodec', namedPaymentCodec, SMALL, leafOfKind('payment')),
  decoder(
    'wordsCodec',
    wordsCodec,
    SMALL,
    opinions.map(opinion => opinion.words)
  ),
  decoder('opinionCodec', opinionCodec, SMALL, opinions),
  decoder(
    'loginCodec',
    loginCodec,
    LOGIN_RECORD_BYTES,
    loginRecords.map(record => record.login),
    login => loginSigningBytes(id('chain'), login)
  ),
  decoder('loginRecordCodec', loginRecordCodec, LOGIN_RECORD_BYTES, loginRecords),
  { ...decoder('decodeLoginRecord', loginRecordCodec, LOGIN_RECORD_BYTES, loginRecords), read: decodeLoginRecord },
  decoder('historyEntryCodec', historyEntryCodec, SMALL, [{ height: 4, id: id('transaction') }], historyLeaf),
  decoder('nameCommitCodec', nameCommitCodec, SMALL, actionsOf('name.commit')),
  decoder('nameClaimCodec', nameClaimCodec, SMALL, actionsOf('name.claim')),
  decoder('nameUpdateCodec', nameUpdateCodec, SMALL, actionsOf('name.update')),
  decoder('nameTransferCodec', nameTransferCodec, SMALL, actionsOf('name.transfer')),
  decoder('nameRenewCodec', nameRenewCodec, SMALL, actionsOf('name.renew')),
  decoder('namePayCodec', namePayCodec, SMALL, actionsOf('name.pay')),
  decoder('nameReviewCodec', nameReviewCodec, SMALL, actionsOf('name.review')),
  decoder('chiefNominateCodec', chiefNominateCodec, SMALL, actionsOf('chief.nominate')),
  decoder('parameterChangeCodec', parameterChangeCodec, SMALL, changes),
  decoder('parameterChangesCodec', parameterChangesCodec, SMALL, [changes], list => [
    changesFault(list),
    changeParameters(DEV_PARAMETERS, list)
  ]),
  decoder('paramsProposeCodec', paramsProposeCodec, SMALL, actionsOf('params.propose')),
  decoder('paramsApproveCodec', paramsApproveCodec, SMALL, actionsOf('params.approve')),
  decoder('preferenceCodec', preferenceCodec, PREFERENCE_BYTES, [preference]),
  decoder('signedPreferenceCodec', signedPreferenceCodec, PREFERENCE_BYTES, [
    { preference, signature: new Uint8Array(64).fill(3) }
  ])
]
