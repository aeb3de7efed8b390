// The fuzz table of light clients: every proof a wallet takes from a stranger, judged as the wallet judges it [PRF-5].
import { notSpentProofCodec, spentProofCodec, transactionProofCodec } from '#base-layer/light/body-proof.ts'
import { checkConflict, conflictEvidenceCodec, relationCodec } from '#base-layer/light/heads.ts'
import {
  checkBlockIn,
  checkIdIn,
  checkPrefix,
  linkCodec,
  placedBlockCodec,
  placedIdCodec
} from '#base-layer/light/history-proof.ts'
import {
  anchorProofCodec,
  createLightClient,
  decodeLightClient,
  encodeLightClient,
  stepLightClient,
  updateCodec
} from '#base-layer/light/light-client.ts'
import {
  ANCHOR_BYTES,
  FINALITY_PROOF_BYTES,
  LIGHT_STATE_BYTES,
  PROOF_BODY_BYTES,
  STATE_PROOF_BYTES,
  UPDATE_BYTES
} from '#base-layer/light/limits.ts'
import { checkHistory, logHistoryCodec } from '#base-layer/light/log-history.ts'
import { checkBody, checkDocument, proofBodyCodec } from '#base-layer/light/proof-document.ts'
import { openState, sectionRootsCodec, sectionsProofCodec } from '#base-layer/light/state-proof.ts'
import { encode } from '#contracts/codec/codec.ts'
import { drawBodies, drawChain, encodeBody, encodeFinality, historyAfter } from '../../unit/light/light-fixtures.ts'
import { type Decoder, decoder } from './decoder.ts'

const chain = drawChain({ peers: 2 })
const bodies = drawBodies(chain)
const { header } = chain.head
const twin = chain.fork(90)
twin.append()
const placed = { height: 7, id: chain.at(7).id, path: chain.pathTo(7) }
const updates = [
  { ...chain.finality(20), link: null },
  { ...chain.finality(), link: chain.linkFrom(20) }
]
const anchors = [chain.anchor(5), chain.anchor(99)]
const evidence = [
  { first: chain.finality(91), second: twin.finality(91), relation: null },
  { first: chain.finality(20), second: chain.finality(50), relation: { kind: 'apart' as const, ...placed } }
]
const begun = stepLightClient(chain.client, encode(updateCodec, { ...chain.finality(20), link: null }))
const client = begun.ok ? begun.value.client : chain.client
const encodedBodies = Object.values(bodies).map(encodeBody)

export const LIGHT: readonly Decoder[] = [
  decoder('sectionRootsCodec', sectionRootsCodec, STATE_PROOF_BYTES, [bodies.present.proof.sectionRoots]),
  decoder(
    'sectionsProofCodec',
    sectionsProofCodec,
    STATE_PROOF_BYTES,
    [bodies.present.proof, bodies.absent.proof],
    proof => openState(header, proof)
  ),
  decoder('placedBlockCodec', placedBlockCodec, PROOF_BODY_BYTES, [bodies.block.block], one =>
    checkBlockIn(header, one)
  ),
  decoder('placedIdCodec', placedIdCodec, PROOF_BODY_BYTES, [placed], one => checkIdIn(header, one)),
  decoder('linkCodec', linkCodec, PROOF_BODY_BYTES, [bodies.consistency.link], link =>
    checkPrefix(chain.at(42), header, link)
  ),
  decoder('transactionProofCodec', transactionProofCodec, PROOF_BODY_BYTES, [bodies.transaction]),
  decoder('spentProofCodec', spentProofCodec, PROOF_BODY_BYTES, [bodies.spent]),
  decoder('notSpentProofCodec', notSpentProofCodec, PROOF_BODY_BYTES, [bodies.notSpentIn.proof]),
  decoder('logHistoryCodec', logHistoryCodec, PROOF_BODY_BYTES, [bodies.history.history], history =>
    checkHistory(historyAfter(11), history)
  ),
  decoder('relationCodec', relationCodec, PROOF_BODY_BYTES, [
    { kind: 'prefix', ...bodies.consistency.link },
    { kind: 'apart', ...placed }
  ]),
  decoder('proofBodyCodec', proofBodyCodec, PROOF_BODY_BYTES, Object.values(bodies)),
  {
    name: 'checkBody',
    limit: PROOF_BODY_BYTES,
    read: bytes => checkBody(header, bytes),
    samples: encodedBodies
  },
  {
    name: 'checkDocument',
    limit: FINALITY_PROOF_BYTES,
    read: bytes => checkDocument(chain.client, bytes, encodeBody({ kind: 'head' })),
    samples: [encodeFinality(chain, 20), encodeFinality(chain)]
  },
  decoder('updateCodec', updateCodec, UPDATE_BYTES, updates),
  {
    name: 'checkUpdate',
    limit: UPDATE_BYTES,
    read: bytes => stepLightClient(client, bytes),
    samples: updates.map(one => encode(updateCodec, one))
  },
  decoder('anchorProofCodec', anchorProofCodec, ANCHOR_BYTES, anchors),
  {
    name: 'checkAnchor',
    limit: ANCHOR_BYTES,
    read: bytes => createLightClient({ kind: 'anchor', start: chain.start, id: chain.at(99).id, bytes }, 0),
    samples: anchors.map(one => encode(anchorProofCodec, one))
  },
  {
    name: 'decodeLightClient',
    limit: LIGHT_STATE_BYTES,
    read: decodeLightClient,
    samples: [encodeLightClient(chain.client), encodeLightClient(client)]
  },
  decoder('conflictEvidenceCodec', conflictEvidenceCodec, 2 * FINALITY_PROOF_BYTES, evidence),
  {
    name: 'checkConflict',
    limit: 2 * FINALITY_PROOF_BYTES,
    read: bytes => checkConflict(chain.client, bytes),
    samples: evidence.map(one => encode(conflictEvidenceCodec, one))
  }
]
