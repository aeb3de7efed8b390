// The fuzz table of the base layer: keys and values of every section of state, proofs, and messages between
// nodes.
import {
  checkFinalityProof,
  type FinalityProof,
  finalityProofCodec,
  type Handover,
  handoverCodec,
  type TrustedStart
} from '#base-layer/light/finality-proof.ts'
import { FINALITY_PROOF_BYTES } from '#base-layer/light/limits.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { compactOf } from '#base-layer/network/compact-block.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import {
  blockAnswerCodec,
  blockGossipCodec,
  blockRequestCodec,
  headersCodec,
  headersRequestCodec,
  offerAnswerCodec,
  offerCodec,
  rangeCodec,
  rangeRequestCodec,
  statusCodec,
  statusRequestCodec
} from '#base-layer/network/wire.ts'
import {
  type KeyOf,
  SECTION_NAMES,
  SECTIONS,
  type SectionName,
  type ValueOf
} from '#base-layer/state/trees/sections.ts'
import { type Codec, encode } from '#contracts/codec/codec.ts'
import { blockCodec } from '#contracts/statements/block.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { transactionCodec } from '#contracts/ledger/transaction.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Decoder, decoder } from './decoder.ts'
import * as samples from './samples.ts'
import { governanceLeaves, nameLeaves } from './samples-of-names.ts'
import { NETWORK } from './table-of-network.ts'
import { logItems } from './samples-of-steps.ts'

const { id } = samples
/** Longest encoded key of a section, and the largest value of one that is not a list of a thousand peers. */
const KEY_BYTES = 256
const VALUE_BYTES = 1024 * 1024

type Leaf<S extends SectionName> = readonly [KeyOf<S>, ValueOf<S>]
type SectionSamples = { readonly [S in SectionName]: readonly Leaf<S>[] }

/** One leaf or more of every section; a new section does not compile without. */
const SECTION_SAMPLES: SectionSamples = {
  outputs: samples.outputs.map(output => [id('output'), { output, createdAt: 7, maturesAt: 9 }]),
  keys: samples.logs.map(frontier => [id('owner'), { frontier }]),
  names: nameLeaves(samples.logs),
  governance: governanceLeaves,
  hosts: [
    [id('host'), { aged: 5n, young: [] }],
    [
      id('host'),
      {
        aged: 0n,
        young: [
          { from: 2, atoms: 7n },
          { from: 3, atoms: 8n }
        ]
      }
    ]
  ],
  assets: [[id('asset'), samples.assetRecord]],
  bonds: [[id('bond'), samples.bondRecord]],
  balances: [[id('balance'), { atoms: 100n, purpose: 'collateral' }]],
  committees: [[{ asset: id('asset'), epoch: 1 }, samples.committeeRecord]],
  checkpoints: samples.checkpointRecords.map(record => [{ asset: id('asset'), sequence: 2 }, record]),
  logs: [
    ...samples.logs.map(
      (frontier): Leaf<'logs'> => [
        { kind: 'head', asset: id('asset') },
        { kind: 'head', frontier }
      ]
    ),
    ...logItems.map((item, index): Leaf<'logs'> => {
      return [
        { kind: 'entry', asset: id('asset'), index },
        { kind: 'entry', height: 9, item }
      ]
    })
  ],
  claims: [
    ...samples.commitRecords.map((record): Leaf<'claims'> => {
      return [
        { kind: 'commit', id: id('claim') },
        { kind: 'commit', ...record }
      ]
    }),
    ...samples.convictionRecords.map((record): Leaf<'claims'> => {
      return [
        { kind: 'seat', dag: id('dag'), seat: 3 },
        { kind: 'conviction', ...record }
      ]
    }),
    [
      { kind: 'checkpoint', asset: id('asset'), sequence: 2 },
      { kind: 'open', commits: [id('claim')], convictions: samples.targets }
    ],
    [
      { kind: 'open', asset: id('asset') },
      { kind: 'open', commits: [], convictions: [] }
    ]
  ],
  peers: [
    [
      id('peer'),
      {
        vrfKey: id('vrf'),
        rewards: id('rewards'),
        bondAtoms: 9n,
        registeredAt: 0,
        countedTo: 70,
        penalised: [3, 9],
        penalisedFrom: 2
      }
    ]
  ],
  periods: [
    ...samples.periodHeads.map(
      (head): Leaf<'periods'> => [
        { kind: 'head', period: 1 },
        { kind: 'head', head }
      ]
    ),
    [
      { kind: 'entries', period: 1 },
      { kind: 'entries', entries: samples.entries }
    ],
    [
      { kind: 'silent', period: 1 },
      { kind: 'silent', peers: [id('a'), id('b')] }
    ],
    [
      { kind: 'reveals', period: 1 },
      { kind: 'reveals', reveals: [{ peer: id('a'), output: id('beta') }] }
    ]
  ],
  finality: [
    [
      { kind: 'head' },
      {
        kind: 'head',
        period: 1,
        recovery: null,
        justified: samples.points,
        recordedFinal: present(samples.points[0], 'a point'),
        ticks: 7,
        clocksFrom: 0,
        burnt: 1n,
        fees: 2n
      }
    ],
    [
      { kind: 'votes', epoch: 9 },
      {
        kind: 'votes',
        link: id('link'),
        period: 1,
        recovery: null,
        final: 7,
        voters: Uint8Array.of(5),
        others: [id('a')]
      }
    ],
    [{ kind: 'window' }, { kind: 'window', epochs: [8, 9] }],
    ...samples.recoveryBodies.map(
      body =>
        [
          { kind: 'recovery', id: id('recovery') },
          { kind: 'recovery', body, instead: 1, at: 80 }
        ] as const
    ),
    [{ kind: 'recoveries' }, { kind: 'recoveries', ids: [id('recovery')] }],
    [
      { kind: 'clocks', span: 9 },
      { kind: 'clocks', ticks: [8, 8, 9] }
    ]
  ],
  parameters: samples.networkParameters.map(parameters => ['current', parameters])
}

const sections: readonly Decoder[] = SECTION_NAMES.flatMap(name => {
  const rows = SECTION_SAMPLES[name] as readonly (readonly [unknown, unknown])[]
  const codecs = SECTIONS[name] as unknown as { readonly key: Codec<unknown>; readonly value: Codec<unknown> }
  return [
    decoder(
      `SECTIONS/${name}.key`,
      codecs.key,
      KEY_BYTES,
      rows.map(([key]) => key)
    ),
    decoder(
      `SECTIONS/${name}.value`,
      codecs.value,
      VALUE_BYTES,
      rows.map(([, value]) => value)
    )
  ]
})

const header = present(samples.headers[0], 'a header')
const twoCertificates = [...samples.certificates].slice(0, 2)
const handovers: readonly Handover[] = samples.witnesses.map(witness => ({
  certificates: twoCertificates,
  header: { ...header, height: lastHeightOf(0, DEV_PARAMETERS) },
  sectionRoots: SECTION_NAMES.map(name => samples.blob(name)),
  witness: encode(witnessCodec, witness),
  entries: samples.entries
}))
const proofs: readonly FinalityProof[] = [
  { handovers: [], certificates: null, header },
  { handovers, certificates: twoCertificates, header }
]
const start: TrustedStart = {
  genesis: id('genesis'),
  genesisTimeMs: 1,
  genesisBlock: id('block 0'),
  genesisHeader: header,
  parameters: DEV_PARAMETERS,
  table: {
    period: 0,
    recovery: null,
    seed: id('seed'),
    seeded: true,
    total: 18n,
    entries: samples.entries,
    silent: new Set(),
    byPeer: new Map(samples.entries.map(entry => [entry.peer, entry]))
  }
}

const light: readonly Decoder[] = [
  decoder('handoverCodec', handoverCodec, 2 * VALUE_BYTES, handovers, handover => {
    return readSection('periods', { kind: 'head', period: 1 }, handover)
  }),
  decoder('finalityProofCodec', finalityProofCodec, FINALITY_PROOF_BYTES, proofs),
  {
    name: 'checkFinalityProof',
    limit: FINALITY_PROOF_BYTES,
    read: bytes => checkFinalityProof(start, bytes),
    samples: proofs.map(proof => encode(finalityProofCodec, proof))
  }
]

const encodedBlocks = samples.blocks.map(block => encode(blockCodec, block))
const encodedTransactions = samples.transactions.slice(0, 3).map(one => encode(transactionCodec, one))
const wire: readonly Decoder[] = [
  decoder('offerCodec', offerCodec, SYNC_LIMITS.offerBytes, [encodedTransactions, []]),
  decoder('offerAnswerCodec', offerAnswerCodec, SYNC_LIMITS.statusBytes, [{ taken: 0 }, { taken: 64 }]),
  decoder('blockGossipCodec', blockGossipCodec, SYNC_LIMITS.gossipBlockBytes + KEY_BYTES, [
    ...encodedBlocks.map(block => ({ kind: 'whole' as const, block })),
    ...samples.signedHeaders.map(signed => ({ kind: 'header' as const, ...signed })),
    ...samples.blocks.slice(0, 2).map(block => ({ kind: 'compact' as const, ...compactOf(block) }))
  ]),
  decoder('statusRequestCodec', statusRequestCodec, SYNC_LIMITS.requestBytes, [{}]),
  decoder('statusCodec', statusCodec, SYNC_LIMITS.statusBytes, [
    { finalHeight: 37, finalId: id('block 37'), headHeight: 40, headId: id('block 40'), score: 1n << 40n }
  ]),
  decoder('rangeRequestCodec', rangeRequestCodec, SYNC_LIMITS.requestBytes, [
    { locator: [id('block 40'), id('block 39')] }
  ]),
  decoder('rangeCodec', rangeCodec, SYNC_LIMITS.responseBytes, [encodedBlocks, []]),
  decoder('blockRequestCodec', blockRequestCodec, SYNC_LIMITS.requestBytes, [{ id: id('block 40') }]),
  decoder('blockAnswerCodec', blockAnswerCodec, SYNC_LIMITS.responseBytes, [...encodedBlocks, null]),
  decoder('headersRequestCodec', headersRequestCodec, SYNC_LIMITS.requestBytes, [{ from: 3, count: 100 }]),
  decoder('headersCodec', headersCodec, SYNC_LIMITS.responseBytes, [samples.signedHeaders, []])
]

export const BASE_LAYER: readonly Decoder[] = [...sections, ...light, ...wire, ...NETWORK]
