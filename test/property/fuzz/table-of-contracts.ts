// The fuzz table of the contracts floor: every exported decoder there, its limit, valid values, and what its
// readers do with an accepted value before anything vouches for it.
import { encode } from '#contracts/codec/codec.ts'
import { assetRecordCodec } from '#contracts/assets/asset-record.ts'
import { decodeInstruction, instructionCodec, instructionIdOf } from '#contracts/assets/instruction.ts'
import { CALL_BYTES, LOG_ENTRY_BYTES, STEP_INPUT_BYTES } from '#contracts/assets/limits.ts'
import { LOG_ITEM_BYTES, logEntryCodec, logHeadCodec, logItemCodec } from '#contracts/assets/log-item.ts'
import { cursorCodec, sequencesCodec } from '#contracts/assets/reserved.ts'
import { stepInputCodec } from '#contracts/assets/step.ts'
import type { DecodedCall, FieldInputs } from '#contracts/assets/template.ts'
import { tokenAmountCodec, tokenTemplate } from '#contracts/assets/token.ts'
import {
  effectsCodec,
  effectsHashOf,
  encodeTraceLeaf,
  TRACE_LEAF_BYTES,
  traceLeafCodec
} from '#contracts/assets/trace.ts'
import { bondRecordCodec } from '#contracts/bonds/bond-record.ts'
import { claimCodec, claimTargetOf, decodeClaim, signedStatementCodec } from '#contracts/claims/claim.ts'
import { claimCommitRecordCodec, convictionRecordCodec } from '#contracts/claims/claim-record.ts'
import { shownLeafCodec } from '#contracts/claims/shown-leaf.ts'
import { committeeRecordCodec } from '#contracts/committees/committee-record.ts'
import { actionCodec } from '#contracts/ledger/actions/action.ts'
import { assetRegisterCodec, TEMPLATE_PARAMETER_BYTES } from '#contracts/ledger/actions/asset-register.ts'
import { bondLeaveCodec, bondPostCodec, bondReleaseCodec } from '#contracts/ledger/actions/bond.ts'
import { checkpointPostCodec, seatSignaturesCodec, STATEMENT_BYTES } from '#contracts/ledger/actions/checkpoint-post.ts'
import {
  CLAIM_BYTES,
  claimCommitCodec,
  claimRevealCodec,
  claimTargetCodec,
  commitmentOf
} from '#contracts/ledger/actions/claim.ts'
import { EVIDENCE_BYTES, evidencePostCodec } from '#contracts/ledger/actions/evidence-post.ts'
import { finalityRecoverCodec } from '#contracts/ledger/actions/finality-recover.ts'
import { INSTRUCTION_BYTES, logPostCodec } from '#contracts/ledger/actions/log-post.ts'
import { peerRegisterCodec } from '#contracts/ledger/actions/peer-register.ts'
import { peerRetireCodec } from '#contracts/ledger/actions/peer-retire.ts'
import { seedRevealCodec } from '#contracts/ledger/actions/seed-reveal.ts'
import { checkGenesis, genesisCodec, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { hostOf, outputCodec, outputRecordCodec } from '#contracts/ledger/output.ts'
import { checkParameters, DEV_PARAMETERS, parametersCodec } from '#contracts/ledger/parameters.ts'
import {
  TRANSACTION_BYTES,
  transactionBodyCodec,
  transactionCodec,
  transactionIdOf
} from '#contracts/ledger/transaction.ts'
import { hashBytesCodec } from '#contracts/merkle/hash.ts'
import { LOG_PATH_MAX, WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import { frontierRoot, logFrontierCodec } from '#contracts/merkle/log.ts'
import { logPathCodec, verifyConsistency, verifyInclusion, verifyRange } from '#contracts/merkle/log-proof.ts'
import { hashOf, lookup } from '#contracts/merkle/node.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { acknowledgementCodec, signedAcknowledgementCodec } from '#contracts/statements/acknowledgement.ts'
import { ADDRESS_RECORD_BYTES, addressCodec, addressRecordCodec } from '#contracts/statements/address-record.ts'
import {
  BLOCK_BYTES,
  blockCodec,
  blockIdOf,
  HEADER_BYTES,
  headerCodec,
  recordedAcknowledgementCodec,
  signedHeaderCodec
} from '#contracts/statements/block.ts'
import { checkVote } from '#contracts/statements/certificate.ts'
import { checkpointRecordCodec } from '#contracts/statements/checkpoint-record.ts'
import {
  checkDagHeader,
  DAG_LIMITS,
  dagBodyCodec,
  dagDigest,
  dagHeaderCodec,
  dagRefsCodec,
  deriveDagContext,
  signedDagHeaderCodec
} from '#contracts/statements/dag-header.ts'
import { deriveOffence, evidenceCodec } from '#contracts/statements/evidence.ts'
import {
  periodEntriesCodec,
  periodHeadCodec,
  periodRootOf,
  silentPeersCodec
} from '#contracts/statements/period-table.ts'
import { statementCodec, statementIdOf } from '#contracts/statements/statement.ts'
import {
  checkRecoveryFile,
  RECOVERY_BYTES,
  recoveryBodyCodec,
  recoveryFileCodec,
  recoveryIdOf
} from '#contracts/statements/recovery.ts'
import { certificateCodec, finalityPointCodec, signedVoteCodec, voteCodec } from '#contracts/statements/vote.ts'
import { type Decoder, decoder } from './decoder.ts'
import * as samples from './samples.ts'
import * as steps from './samples-of-steps.ts'
import { NAMES } from './table-of-names.ts'

const SMALL = 4096
const { id, signature } = samples
const dag = deriveDagContext(id('dag'), 4)

/** The actions of one kind, for the codec of that kind alone. */
function actionsOf<Kind extends (typeof samples.actions)[number]['kind']>(kind: Kind) {
  type One = Extract<(typeof samples.actions)[number], { kind: Kind }>
  return samples.actions.filter((action): action is One => action.kind === kind)
}

const ledger: readonly Decoder[] = [
  decoder('actionCodec', actionCodec, TRANSACTION_BYTES, samples.actions),
  decoder('assetRegisterCodec', assetRegisterCodec, 8192, actionsOf('asset.register')),
  decoder('bondPostCodec', bondPostCodec, TRANSACTION_BYTES, actionsOf('bond.post')),
  decoder('bondLeaveCodec', bondLeaveCodec, TRANSACTION_BYTES, actionsOf('bond.leave')),
  decoder('bondReleaseCodec', bondReleaseCodec, TRANSACTION_BYTES, actionsOf('bond.release')),
  decoder('logPostCodec', logPostCodec, TRANSACTION_BYTES, actionsOf('log.post')),
  decoder('checkpointPostCodec', checkpointPostCodec, TRANSACTION_BYTES, actionsOf('checkpoint.post')),
  decoder('seatSignaturesCodec', seatSignaturesCodec, 8192, [samples.seatSignatures, []]),
  decoder('claimTargetCodec', claimTargetCodec, SMALL, samples.targets),
  decoder('claimCommitCodec', claimCommitCodec, SMALL, actionsOf('claim.commit')),
  decoder('claimRevealCodec', claimRevealCodec, TRANSACTION_BYTES, actionsOf('claim.reveal'), commitmentOf),
  decoder('evidencePostCodec', evidencePostCodec, TRANSACTION_BYTES, actionsOf('evidence.post')),
  decoder('finalityRecoverCodec', finalityRecoverCodec, TRANSACTION_BYTES, actionsOf('finality.recover')),
  decoder('peerRegisterCodec', peerRegisterCodec, SMALL, actionsOf('peer.register')),
  decoder('peerRetireCodec', peerRetireCodec, SMALL, actionsOf('peer.retire')),
  decoder('seedRevealCodec', seedRevealCodec, SMALL, actionsOf('seed.reveal')),
  decoder('outputCodec', outputCodec, SMALL, samples.outputs),
  decoder(
    'outputRecordCodec',
    outputRecordCodec,
    SMALL,
    samples.outputs.map(output => {
      return { output, createdAt: 7, maturesAt: hostOf(output) === null ? null : 9 }
    })
  ),
  decoder('transactionBodyCodec', transactionBodyCodec, TRANSACTION_BYTES, samples.transactions, transactionIdOf),
  decoder('transactionCodec', transactionCodec, TRANSACTION_BYTES, samples.transactions, transactionIdOf),
  decoder('parametersCodec', parametersCodec, SMALL, samples.networkParameters, checkParameters),
  decoder('genesisCodec', genesisCodec, 16_384, [samples.genesis], genesis => [
    checkGenesis(genesis),
    genesisHashOf(genesis)
  ])
]

const statements: readonly Decoder[] = [
  decoder('finalityPointCodec', finalityPointCodec, SMALL, samples.points),
  decoder('voteCodec', voteCodec, SMALL, samples.votes, vote => checkVote(vote, DEV_PARAMETERS)),
  decoder('signedVoteCodec', signedVoteCodec, SMALL, samples.signedVotes),
  decoder('certificateCodec', certificateCodec, 128 * 1024, samples.certificates, one =>
    checkVote(one.vote, DEV_PARAMETERS)
  ),
  decoder(
    'acknowledgementCodec',
    acknowledgementCodec,
    SMALL,
    samples.acknowledgements.map(one => one.acknowledgement)
  ),
  decoder('signedAcknowledgementCodec', signedAcknowledgementCodec, SMALL, samples.acknowledgements),
  decoder('recordedAcknowledgementCodec', recordedAcknowledgementCodec, SMALL, [
    { peer: id('peer'), digest: id('digest'), signature }
  ]),
  decoder('headerCodec', headerCodec, HEADER_BYTES, samples.headers, blockIdOf),
  decoder('signedHeaderCodec', signedHeaderCodec, HEADER_BYTES, samples.signedHeaders),
  decoder('blockCodec', blockCodec, BLOCK_BYTES, samples.blocks, block => blockIdOf(block.header)),
  decoder('evidenceCodec', evidenceCodec, EVIDENCE_BYTES, samples.evidence, deriveOffence),
  decoder('periodEntriesCodec', periodEntriesCodec, 128 * 1024, [samples.entries, []], periodRootOf),
  decoder('recoveryBodyCodec', recoveryBodyCodec, RECOVERY_BYTES, samples.recoveryBodies, recoveryIdOf),
  decoder('recoveryFileCodec', recoveryFileCodec, RECOVERY_BYTES, samples.recoveryFiles, file =>
    checkRecoveryFile(encode(recoveryFileCodec, file), file.body.genesis)
  ),
  decoder('periodHeadCodec', periodHeadCodec, SMALL, samples.periodHeads),
  decoder('silentPeersCodec', silentPeersCodec, 64 * 1024, [[id('a'), id('b')], []]),
  decoder('statementCodec', statementCodec, STATEMENT_BYTES, samples.statements, statementIdOf),
  decoder('checkpointRecordCodec', checkpointRecordCodec, SMALL, samples.checkpointRecords),
  decoder('addressCodec', addressCodec, ADDRESS_RECORD_BYTES, samples.addresses),
  decoder(
    'addressRecordCodec',
    addressRecordCodec,
    ADDRESS_RECORD_BYTES,
    samples.addresses.map(address => {
      return { address, signature }
    })
  ),
  decoder('dagHeaderCodec', dagHeaderCodec, DAG_LIMITS.headerBytes, samples.dagHeaders, header => {
    return [dagDigest(header), checkDagHeader(dag, header)]
  }),
  decoder('signedDagHeaderCodec', signedDagHeaderCodec, DAG_LIMITS.signedHeaderBytes, steps.signedDagHeaders),
  decoder('dagBodyCodec', dagBodyCodec, DAG_LIMITS.bodyBytes, [steps.calls, []]),
  decoder('dagRefsCodec', dagRefsCodec(32), SMALL, [samples.refs])
]

const assets: readonly Decoder[] = [
  decoder('assetRecordCodec', assetRecordCodec, 8192, [samples.assetRecord]),
  decoder('instructionCodec', instructionCodec, INSTRUCTION_BYTES, steps.instructions, instructionIdOf),
  {
    ...decoder('decodeInstruction', instructionCodec, INSTRUCTION_BYTES, steps.instructions, instructionIdOf),
    read: decodeInstruction
  },
  decoder('logItemCodec', logItemCodec, LOG_ITEM_BYTES, steps.logItems),
  decoder(
    'logEntryCodec',
    logEntryCodec,
    LOG_ENTRY_BYTES,
    steps.logItems.map(item => ({ height: 9, item }))
  ),
  decoder(
    'logHeadCodec',
    logHeadCodec,
    SMALL,
    samples.logs.map(frontier => ({ frontier }))
  ),
  decoder('cursorCodec', cursorCodec, 16, [0, 24, 70_000, Number.MAX_SAFE_INTEGER]),
  decoder('sequencesCodec', sequencesCodec, 64, [
    { next: 0, used: 0n },
    { next: 9, used: (1n << 64n) - 2n }
  ]),
  decoder('stepInputCodec', stepInputCodec, STEP_INPUT_BYTES, steps.stepInputs),
  decoder('tokenAmountCodec', tokenAmountCodec, 16, [0n, 1n, 1_000_000n, (1n << 63n) - 1n]),
  decoder('traceLeafCodec', traceLeafCodec, TRACE_LEAF_BYTES, steps.traceLeaves, encodeTraceLeaf),
  decoder(
    'effectsCodec',
    effectsCodec,
    64,
    [
      { outcome: 'applied', code: '' },
      { outcome: 'failed', code: 'E_TOKEN_BALANCE' },
      { outcome: 'none', code: 'E_FORM' }
    ],
    effectsHashOf
  ),
  {
    name: 'tokenTemplate/calls',
    limit: CALL_BYTES,
    read: tokenTemplate.decodeCall,
    samples: steps.calls,
    write: call => {
      const { name, values } = call as DecodedCall
      return bytesOf(tokenTemplate.encodeCall(name, values))
    }
  },
  {
    name: 'tokenTemplate/parameters',
    limit: TEMPLATE_PARAMETER_BYTES,
    read: tokenTemplate.decodeParameters,
    samples: [samples.registration.parameters],
    write: values => bytesOf(tokenTemplate.encodeParameters(values as FieldInputs)),
    use: values => {
      const bound = tokenTemplate.bind(bytesOf(tokenTemplate.encodeParameters(values as FieldInputs)))
      return bound.ok ? bound.value.initialEntries(id('issuer')) : undefined
    }
  },
  decoder('bondRecordCodec', bondRecordCodec, 8192, [samples.bondRecord]),
  decoder('committeeRecordCodec', committeeRecordCodec, 16_384, [samples.committeeRecord])
]

function bytesOf(encoded: Verdict<Uint8Array>): Uint8Array {
  return encoded.ok ? encoded.value : samples.empty
}

const claims: readonly Decoder[] = [
  decoder('claimCodec', claimCodec, CLAIM_BYTES, steps.claims, claimTargetOf),
  { ...decoder('decodeClaim', claimCodec, CLAIM_BYTES, steps.claims), read: decodeClaim },
  decoder('signedStatementCodec', signedStatementCodec, SMALL, steps.signedStatements),
  decoder('shownLeafCodec', shownLeafCodec, SMALL, steps.shownLeaves),
  decoder('claimCommitRecordCodec', claimCommitRecordCodec, SMALL, samples.commitRecords),
  decoder('convictionRecordCodec', convictionRecordCodec, SMALL, samples.convictionRecords)
]

const root = samples.blob('root')
const merkle: readonly Decoder[] = [
  decoder('hashBytesCodec', hashBytesCodec, 64, [root]),
  decoder('logFrontierCodec', logFrontierCodec, SMALL, samples.logs, frontierRoot),
  decoder('logPathCodec', logPathCodec, 34 * LOG_PATH_MAX + 2, [samples.path, []], path => [
    verifyInclusion({ root, size: 5, index: 3, leafHash: root, path }),
    verifyRange({ root, size: 9, start: 2, leafHashes: [root, root], path }),
    verifyConsistency({ firstSize: 3, firstRoot: root, secondSize: 7, secondRoot: root, path })
  ]),
  decoder('witnessCodec', witnessCodec, WITNESS_BYTES_MAX, samples.witnesses, witness => [
    hashOf(witness),
    lookup(witness, root)
  ])
]

export const CONTRACTS: readonly Decoder[] = [...ledger, ...statements, ...assets, ...claims, ...merkle, ...NAMES]
