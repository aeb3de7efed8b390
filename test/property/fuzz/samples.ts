// Valid values of everything that is signed, hashed or stored, one or more of each variant, for the fuzz
// table to break. Their form is right and nothing else: keys and signatures are invented.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { tokenTemplate } from '#contracts/assets/token.ts'
import type { BondRecord } from '#contracts/bonds/bond-record.ts'
import type { ClaimCommitRecord, ConvictionRecord } from '#contracts/claims/claim-record.ts'
import { encode } from '#contracts/codec/codec.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { Output } from '#contracts/ledger/output.ts'
import { DEV_PARAMETERS, MAIN_PARAMETERS } from '#contracts/ledger/parameters.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { appendLeaf, EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import { putChange, SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { buildWitness, type Witness } from '#contracts/merkle/witness.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import type { SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import type { Address } from '#contracts/statements/address-record.ts'
import type { Block, BlockHeader, SignedHeader } from '#contracts/statements/block.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import type { DagHeader } from '#contracts/statements/dag-header.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import type { PeriodEntry, PeriodHead } from '#contracts/statements/period-table.ts'
import { type Statement, statementCodec } from '#contracts/statements/statement.ts'
import type { Certificate, FinalityPoint, SignedVote, Vote } from '#contracts/statements/vote.ts'
import { nameActions } from './samples-of-names.ts'
import type { RecoveryBody, RecoveryFile } from '#contracts/statements/recovery.ts'

/** Fits wherever an id or a key is asked for. */
type AnyId = Hash & PublicKey & { readonly of?: never }

/** An invented 32-byte name. */
export function id(name: string): AnyId {
  return bytesToHex(blob(name)) as AnyId
}

export function blob(name: string): Uint8Array {
  return hashBytes('test-fuzz', asciiToBytes(name))
}

export const signature = new Uint8Array(64).fill(7)
export const empty = new Uint8Array(0)

export const logs: readonly LogFrontier[] = [0, 1, 5].map(size => {
  let log = EMPTY_LOG
  for (let i = 0; i < size; i++) log = appendLeaf(log, Uint8Array.of(i))
  return log
})
export const path = [blob('left'), blob('right'), blob('top')]

const tree = SparseTree.empty<Uint8Array>().with(
  ['a', 'b', 'c', 'd', 'e', 'f'].map(key => {
    return putChange(asciiToBytes(key), asciiToBytes(`value of ${key}`))
  })
)
export const witnesses: readonly Witness[] = [
  buildWitness(tree.node, [pathOf(asciiToBytes('a')), pathOf(asciiToBytes('none'))], []),
  buildWitness(tree.node, [], [pathOf(asciiToBytes('b')), pathOf(asciiToBytes('c'))]),
  buildWitness(tree.node, [], []),
  buildWitness(SparseTree.empty<Uint8Array>().node, [], [])
]

export const outputs: readonly Output[] = [
  { kind: 'key', owner: id('owner'), host: null, atoms: 5_000_000_000n },
  { kind: 'key', owner: id('owner'), host: id('peer'), atoms: 1n },
  { kind: 'hashlock', hash: id('lock'), claimant: id('claimant'), refund: id('refund'), timeout: 70, atoms: 2n }
]

const parameters = tokenTemplate.encodeParameters({
  name: 'Gold',
  decimals: 2,
  supplyCap: 1_000_000n,
  mint: true,
  burn: true,
  freeze: true,
  recall: true
})
assert(parameters.ok, 'the parameters are valid')
export const registration: AssetRegister = {
  symbol: 'GOLD',
  issuer: id('issuer'),
  template: 'token',
  templateVersion: 1,
  parameters: parameters.value,
  mode: 'opt-in',
  seats: 4,
  collateralPerSeat: 100n,
  termTicks: 1000,
  interval: 6,
  windowTicks: 48,
  statedValue: 100n,
  reserveAtoms: 1000n
}

export const statements: readonly Statement[] = [
  {
    asset: id('asset'),
    epoch: 1,
    dag: id('dag'),
    commitIndex: 5,
    sequence: 2,
    previous: id('previous'),
    engine: 1,
    baseHeight: 60,
    logConsumed: 3,
    firstStep: 10,
    stepCount: 4,
    traceRoot: id('trace'),
    preRoot: id('pre'),
    postRoot: id('post'),
    exitCount: 0,
    exitsRoot: id('exits'),
    outboxRoot: id('outbox'),
    closes: 'interval'
  }
]
export const seatSignatures = [0, 2, 3].map(seat => ({ seat, signature }))

export const targets: readonly ClaimTarget[] = [
  { kind: 'checkpoint', asset: id('asset'), sequence: 2, checkpoint: id('checkpoint') },
  { kind: 'seat', asset: id('asset'), epoch: 1, dag: id('dag'), seat: 3 }
]

const [statement] = statements
export const actions: readonly Action[] = [
  { kind: 'peer.register', peer: id('peer'), vrfKey: id('vrf'), rewards: id('rewards'), bondAtoms: 1000n },
  { kind: 'peer.retire', peer: id('peer') },
  { kind: 'seed.reveal', peer: id('peer'), period: 3, proof: new Uint8Array(80).fill(1) },
  { kind: 'asset.register', ...registration },
  {
    kind: 'bond.post',
    bonds: ['a', 'b'].map(validator => ({
      asset: id('asset'),
      validator: id(validator),
      owner: id('owner'),
      rewards: id('rewards'),
      terms: id('terms'),
      units: 2
    }))
  },
  { kind: 'bond.leave', bonds: [id('bond'), id('other bond')] },
  { kind: 'bond.release', bonds: [id('bond')] },
  { kind: 'log.post', asset: id('asset'), instruction: asciiToBytes('instruction') },
  {
    kind: 'checkpoint.post',
    signatures: seatSignatures,
    statement: statement === undefined ? empty : encode(statementCodec, statement)
  },
  ...targets.map(target => ({
    kind: 'claim.commit' as const,
    target,
    commitment: id('commitment'),
    claimant: id('claimant'),
    deposit: 100n
  })),
  {
    kind: 'claim.reveal',
    commit: id('commit'),
    claim: asciiToBytes('claim'),
    claimant: id('claimant'),
    salt: id('salt')
  },
  { kind: 'claim.reveal', commit: null, claim: empty, claimant: id('claimant'), salt: id('salt') },
  { kind: 'evidence.post', evidence: asciiToBytes('evidence') },
  { kind: 'finality.recover', file: asciiToBytes('file') },
  ...nameActions
]

export const transactions: readonly Transaction[] = [
  {
    inputs: [id('input'), id('other input')],
    outputs,
    action: null,
    notBefore: null,
    notAfter: 900,
    memo: id('memo'),
    preimages: [],
    signature
  },
  ...actions.map(action => ({
    inputs: [id('input')],
    outputs: outputs.slice(0, 1),
    action,
    notBefore: 7,
    notAfter: null,
    memo: null,
    preimages: [new Uint8Array(32).fill(7)],
    signature
  }))
]

const point = (epoch: number, height: number): FinalityPoint => ({ epoch, height, id: id(`block ${height}`) })
export const points = [point(0, 0), point(9, 77)]
export const votes: readonly Vote[] = [
  { period: 0, recovery: null, root: point(0, 0), source: point(0, 0), target: point(3, 5) },
  { period: 1, recovery: null, root: point(0, 41), source: point(50, 60), target: point(51, 62) },
  { period: 2, recovery: id('recovery'), root: point(0, 70), source: point(0, 70), target: point(80, 75) }
]
export const recoveryBodies: readonly RecoveryBody[] = [
  {
    genesis: id('genesis'),
    period: 2,
    height: 70,
    block: id('block 70'),
    table: [
      { peer: id('a'), weight: 5n },
      { peer: id('b'), weight: 6n }
    ]
  }
]
export const recoveryFiles: readonly RecoveryFile[] = recoveryBodies.map(body => ({
  body,
  holders: [{ owner: id('owner'), outputs: [id('output'), id('other output')], signature }]
}))
export const signedVotes: readonly SignedVote[] = votes.map(vote => ({ vote, peer: id('peer'), signature }))
export const certificates: readonly Certificate[] = votes.map(vote => ({
  vote,
  votes: ['a', 'b', 'c'].map(peer => ({ peer: id(peer), signature }))
}))

export const acknowledgements: readonly SignedAcknowledgement[] = [
  {
    acknowledgement: { slot: 44, block: id('block'), digest: id('digest') },
    peer: id('peer'),
    signature
  }
]

export const headers: readonly BlockHeader[] = [
  {
    height: 40,
    slot: 44,
    parent: id('parent'),
    proposer: id('peer'),
    timeMs: 22_000,
    transactionsRoot: id('transactions'),
    certificatesHash: id('certificates'),
    stateRoot: id('state'),
    historyRoot: id('history'),
    spentRoot: id('spent'),
    acknowledgements: ['a', 'b'].map(peer => ({ peer: id(peer), digest: id('digest'), signature })),
    score: 1n << 40n,
    justified: point(10, 38),
    recordedFinal: 37,
    ticks: 39
  }
]
export const signedHeaders: readonly SignedHeader[] = headers.map(header => ({ header, signature }))
export const blocks: readonly Block[] = headers.flatMap(header => [
  { header, signature, transactions: [], certificates: [] },
  { header, signature, transactions: transactions.slice(0, 3), certificates }
])

export const evidence: readonly Evidence[] = [
  ...signedVotes.map(first => ({ kind: 'votes' as const, first, second: { ...first, peer: first.peer } })),
  ...acknowledgements.map(first => ({ kind: 'acknowledgements' as const, first, second: first })),
  ...signedHeaders.map(first => ({ kind: 'proposals' as const, first, second: first }))
]

export const entries: readonly PeriodEntry[] = ['a', 'b'].map(peer => ({
  peer: id(peer),
  vrfKey: id('vrf'),
  weight: 9n
}))
export const periodHeads: readonly PeriodHead[] = [
  { period: 3, root: id('entries'), total: 18n, seed: id('seed'), seeded: true }
]

export const addresses: readonly Address[] = [
  {
    asset: id('asset'),
    validator: id('validator'),
    version: 5,
    addresses: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooW']
  }
]

export const dagHeaders: readonly DagHeader[] = [
  {
    dag: id('dag'),
    round: 2,
    author: 1,
    bodyHash: id('body'),
    bodyBytes: 1,
    baseHeight: 60,
    ancestors: [1, 0, 2].map(author => ({ round: 1, author, digest: id(`header ${author}`) }))
  }
]
export const refs = dagHeaders.flatMap(header => header.ancestors)

export const genesis: Genesis = {
  prefix: 'stest',
  genesisTimeMs: 1_700_000_000_000,
  parameters: DEV_PARAMETERS,
  seed0: id('seed'),
  outputs,
  peers: [{ peer: id('peer'), vrfKey: id('vrf'), rewards: id('rewards'), bondAtoms: 10_000_000_000n }]
}
export const networkParameters = [DEV_PARAMETERS, MAIN_PARAMETERS]

export const assetRecord: AssetRecord = {
  registration,
  registeredAt: 5,
  firstRoot: id('first'),
  status: 'live',
  since: 9,
  epoch: 1,
  redrawFrom: null,
  current: 1,
  liveSince: 9,
  sequence: 4,
  settled: 2
}
export const bondRecord: BondRecord = {
  asset: id('asset'),
  validator: id('validator'),
  owner: id('owner'),
  rewards: id('rewards'),
  terms: id('terms'),
  atomsPerUnit: 100n,
  units: [
    { epoch: null, slashed: false },
    { epoch: 1, slashed: true }
  ],
  status: 'active',
  postedAt: 7,
  lastEpoch: 1,
  leftAt: null
}
export const committeeRecord: CommitteeRecord = {
  source: 38,
  sourceId: id('source'),
  begins: 56,
  engine: 1,
  closedAt: null,
  seats: [0, 1].map(unit => ({
    bond: id('bond'),
    unit,
    validator: id('validator'),
    rewards: id('rewards'),
    slashed: false
  }))
}
export const checkpointRecords: readonly CheckpointRecord[] = [null, ...statements].map(one => ({
  id: id('checkpoint'),
  statement: one,
  postedAt: 60,
  status: 'standing',
  signers: [0, 2, 3],
  openCommits: 1,
  settledAt: null
}))
export const commitRecords: readonly ClaimCommitRecord[] = targets.map(target => ({
  target,
  commitment: id('commitment'),
  claimant: id('claimant'),
  refund: id('owner'),
  deposit: 5n,
  feeAtoms: 1000n,
  committedAt: 60,
  place: 0,
  status: 'committed',
  revealedAt: null,
  revealFeeAtoms: 0n
}))
export const convictionRecords: readonly ConvictionRecord[] = targets.map(target => ({
  target,
  provenAt: 70,
  slashed: 300n,
  paid: true,
  paidTo: id('claimant'),
  paidCommit: id('commit'),
  reward: 100n,
  burnt: 200n
}))
