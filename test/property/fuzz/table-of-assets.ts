// The fuzz table of the asset layer: proofs that wallets check, and what members and clients say to each
// other.
import { certifiedStatementCodec, type CommitteeKeys } from '#asset-layer/checkpoints/certificate.ts'
import { type Receipt, RECEIPT_BYTES, checkReceipt, receiptCodec } from '#asset-layer/checkpoints/receipt.ts'
import { checkBalanceProof, STATE_PROOF_BYTES, stateProofCodec } from '#asset-layer/checkpoints/state-proof.ts'
import { LINK_LIMITS, REQUEST_LIMITS, SUBMIT_LIMITS } from '#asset-layer/limits.ts'
import {
  type DagFrame,
  type DagItem,
  decodeFrame,
  decodeItem,
  encodeFrame,
  encodeItem
} from '#asset-layer/network/dag-messages.ts'
import * as requests from '#asset-layer/network/requests.ts'
import { stepInputCodec } from '#contracts/assets/step.ts'
import { traceLeafCodec } from '#contracts/assets/trace.ts'
import { encode } from '#contracts/codec/codec.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { addressRecordCodec } from '#contracts/statements/address-record.ts'
import { dagBodyCodec, signedDagHeaderCodec } from '#contracts/statements/dag-header.ts'
import { statementCodec } from '#contracts/statements/statement.ts'
import { type Decoder, decoder } from './decoder.ts'
import * as samples from './samples.ts'
import * as steps from './samples-of-steps.ts'

const { id, signature } = samples
const statement = present(samples.statements[0], 'a statement')
const certified = { statement, signatures: samples.seatSignatures }
const committee: CommitteeKeys = {
  genesis: id('genesis'),
  asset: statement.asset,
  epoch: statement.epoch,
  dag: statement.dag,
  seats: [id('a'), id('b')]
}
const neverSigned = (): boolean => false
const input = encode(stepInputCodec, present(steps.stepInputs[0], 'an input'))
const leaf = encode(traceLeafCodec, present(steps.traceLeaves[0], 'a leaf'))
const receipts: readonly Receipt[] = steps.traceLeaves.map(one => ({
  certified,
  leaf: one,
  path: samples.path,
  input,
  effects: { outcome: 'failed', code: 'E_TOKEN_BALANCE' }
}))
const stateProofs = samples.witnesses.map(witness => ({ certified, witness }))

const proofs: readonly Decoder[] = [
  decoder('certifiedStatementCodec', certifiedStatementCodec, 16_384, [certified]),
  decoder('receiptCodec', receiptCodec, RECEIPT_BYTES, receipts, receipt =>
    checkReceipt(receipt, committee, neverSigned)
  ),
  decoder('stateProofCodec', stateProofCodec, STATE_PROOF_BYTES, stateProofs, proof => {
    return checkBalanceProof(proof, id('account'), committee, neverSigned)
  })
]

const header = encode(signedDagHeaderCodec, present(steps.signedDagHeaders[0], 'a header'))
const block = { header, body: encode(dagBodyCodec, steps.calls) }
const record = encode(addressRecordCodec, { address: present(samples.addresses[0], 'an address'), signature })
const items: readonly DagItem[] = [
  { kind: 'hello', address: record },
  { kind: 'block', ...block },
  { kind: 'headers', headers: [header, header] },
  { kind: 'fetch', refs: samples.refs },
  { kind: 'fetch-rounds', from: 9 },
  { kind: 'blocks', blocks: [block] },
  { kind: 'statements', statements: [{ seat: 2, statement: encode(statementCodec, statement), signature }] }
]
const links: readonly Decoder[] = [
  {
    name: 'decodeItem',
    limit: LINK_LIMITS.frameBytes,
    read: decodeItem,
    write: item => encodeItem(item as DagItem),
    samples: items.map(encodeItem)
  },
  {
    name: 'decodeFrame',
    limit: LINK_LIMITS.frameBytes,
    read: decodeFrame,
    write: frame => encodeFrame((frame as DagFrame).dag, (frame as DagFrame).items),
    samples: [encodeFrame(id('dag'), items.map(encodeItem))]
  }
]

const sequence = { asset: id('asset'), sequence: 3 }
const closed = { ...sequence, statement: id('statement') }
const newest = { ...sequence, statement: null }
const { requestBytes, responseBytes } = REQUEST_LIMITS
const questions: readonly Decoder[] = [
  decoder('addressesQuestionCodec', requests.addressesQuestionCodec, requestBytes, [
    { asset: id('asset'), validators: [id('a'), id('b')] }
  ]),
  decoder('stepsQuestionCodec', requests.stepsQuestionCodec, requestBytes, [
    { ...closed, from: 3, count: 40 },
    { ...newest, from: 0, count: 1 }
  ]),
  decoder('leavesQuestionCodec', requests.leavesQuestionCodec, requestBytes, [
    { ...closed, from: 3, count: 40 },
    { ...newest, from: 0, count: 1 }
  ]),
  decoder('certifiedQuestionCodec', requests.certifiedQuestionCodec, requestBytes, [
    sequence,
    { asset: sequence.asset, sequence: null }
  ]),
  decoder('snapshotQuestionCodec', requests.snapshotQuestionCodec, requestBytes, [
    { ...sequence, checkpoint: id('checkpoint'), after: samples.empty }
  ]),
  decoder('queryQuestionCodec', requests.queryQuestionCodec, requestBytes, [
    { ...sequence, keys: [samples.blob('key')] }
  ]),
  decoder('receiptQuestionCodec', requests.receiptQuestionCodec, requestBytes, [
    { asset: sequence.asset, instruction: id('instruction') }
  ])
]

const answers: readonly Decoder[] = [
  decoder('addressesAnswerCodec', requests.addressesAnswerCodec, responseBytes, [
    { records: [record] },
    { records: [] }
  ]),
  decoder('stepsAnswerCodec', requests.stepsAnswerCodec, responseBytes, [{ steps: [{ input, leaf }] }, { steps: [] }]),
  decoder('leavesAnswerCodec', requests.leavesAnswerCodec, responseBytes, [{ leaves: [leaf, leaf] }]),
  decoder('certifiedAnswerCodec', requests.certifiedAnswerCodec, responseBytes, [
    { certified: encode(certifiedStatementCodec, certified) },
    { certified: null }
  ]),
  decoder('snapshotAnswerCodec', requests.snapshotAnswerCodec, responseBytes, [
    { entries: [{ key: samples.blob('key'), value: samples.blob('value') }], last: 'more' },
    { entries: [], last: 'last' }
  ]),
  decoder('queryAnswerCodec', requests.queryAnswerCodec, responseBytes, [
    ...stateProofs.map(proof => ({ proof: encode(stateProofCodec, proof), witness: null })),
    { proof: null, witness: null }
  ]),
  decoder('receiptAnswerCodec', requests.receiptAnswerCodec, responseBytes, [
    ...receipts.map(receipt => ({ receipt: encode(receiptCodec, receipt) })),
    { receipt: null }
  ]),
  decoder('submitCodec', requests.submitCodec, SUBMIT_LIMITS.frameBytes, [
    { asset: sequence.asset, instructions: [samples.blob('instruction')] }
  ]),
  decoder('noticesCodec', requests.noticesCodec, SUBMIT_LIMITS.frameBytes, [
    {
      notices: [
        { kind: 'accepted', id: id('a'), index: 4, sequence: 2, outcome: 'applied', code: '' },
        { kind: 'refused', id: id('b'), code: 'E_BUSY', why: 'too many' }
      ]
    }
  ])
]

export const ASSET_LAYER: readonly Decoder[] = [...proofs, ...links, ...questions, ...answers]
