// The sections of base state [PRF-2]: one compact sparse Merkle tree each, with the key and value codec of
// every section. The state root is the hash of the section roots in this order; the order is the protocol's. Read
// by the state transition, by light clients (proofs are over the encoded keys and values) and by everyone who
// reads final state.
import { assetRecordCodec } from '#contracts/assets/asset-record.ts'
import { logEntryCodec, logHeadCodec } from '#contracts/assets/log-item.ts'
import { bondRecordCodec } from '#contracts/bonds/bond-record.ts'
import { claimCommitRecordCodec, convictionRecordCodec } from '#contracts/claims/claim-record.ts'
import {
  amount,
  type Decoded,
  hex32,
  list,
  record,
  text,
  uint,
  union,
  nullable,
  oneOf
} from '#contracts/codec/codec.ts'
import { committeeRecordCodec } from '#contracts/committees/committee-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { claimTargetCodec } from '#contracts/ledger/actions/claim.ts'
import { outputRecordCodec } from '#contracts/ledger/output.ts'
import { parameterChangesCodec } from '#contracts/ledger/actions/params-propose.ts'
import { parametersCodec, STANDING_WINDOW_MAX } from '#contracts/ledger/parameters.ts'
import { logFrontierCodec } from '#contracts/merkle/log.ts'
import { nameCodec } from '#contracts/names/name.ts'
import { nameRecordCodec } from '#contracts/names/name-record.ts'
import { namedPaymentCodec } from '#contracts/names/review.ts'
import type {
  AssetId,
  BondId,
  ClaimId,
  DagId,
  Hash,
  OutputId,
  PublicKey,
  TransactionId
} from '#contracts/primitives/ids.ts'
import { checkpointRecordCodec } from '#contracts/statements/checkpoint-record.ts'
import { periodEntriesCodec, periodHeadCodec, silentPeersCodec } from '#contracts/statements/period-table.ts'
import { finalityPointCodec, PEERS_MAX } from '#contracts/statements/vote.ts'
import { epochVotesCodec } from '../finality/epoch-votes.ts'
import { recoveriesCodec, recoveryRecordCodec } from '../finality/recoveries.ts'
import { BOARD_SEATS, CLOCKS_PER_LEAF, JUSTIFIED_KEPT, OPEN_CLAIMS, PENALISED_SLOTS } from '../limits.ts'

const peerRecordCodec = record({
  vrfKey: hex32<PublicKey>(),
  rewards: hex32<PublicKey>(),
  /** What is left of the bond: always the peer's balance [LED-1]. */
  bondAtoms: amount(),
  registeredAt: uint(),
  /** Once it has retired, the last height whose table counts it: its bond comes back EVIDENCE_AGE after it [FIN-4]. */
  countedTo: nullable(uint()),
  /**
   * Slots in which a double acknowledgement or proposal was punished, ascending; none below `penalisedFrom` is any more
   * [POS-5].
   */
  penalised: list(uint(), PENALISED_SLOTS),
  penalisedFrom: uint()
})
export type PeerRecord = Decoded<typeof peerRecordCodec>

/** What a peer starts with beside its keys and its bond. */
export const NEW_PEER = { countedTo: null, penalised: [], penalisedFrom: 0 } as const

/** Recorded reveals of a period, in order of peer, until the seed is fixed [POS-3]. */
const revealsCodec = list(record({ peer: hex32<PublicKey>(), output: hex32<Hash>() }), PEERS_MAX)

/**
 * Recorded finality [FIN-8]: the period that finality is in, what it has justified (the root first, then from
 * the final point on, newest last; an older source would make its signers surround the final one), and the
 * counters.
 */
const finalityHeadCodec = record({
  period: uint(),
  /** The recovery file whose table takes the place of the period's own [FIN-9]. */
  recovery: nullable(hex32<Hash>()),
  justified: list(finalityPointCodec, 1 + JUSTIFIED_KEPT),
  recordedFinal: finalityPointCodec,
  ticks: uint(),
  /** Lowest height whose clock is kept; what waits since a lower one has waited long enough. */
  clocksFrom: uint(),
  /** Atoms burnt since genesis [LED-2]. */
  burnt: amount(),
  /** Fees of the newest block, which the next block shares out [LED-2]. */
  fees: amount()
})
export type FinalityHead = Decoded<typeof finalityHeadCodec>

/**
 * What of an asset waits for ticks: commits not yet revealed, and convictions not yet paid, in the order they
 * came [CLM-4]. Every commit may add a conviction, beside as many that nobody committed to.
 */
const openClaimsCodec = record({
  commits: list(hex32<ClaimId>(), OPEN_CLAIMS),
  convictions: list(claimTargetCodec, 2 * OPEN_CLAIMS)
})
export type OpenClaims = Decoded<typeof openClaimsCodec>

/**
 * Atoms of unspent outputs that name a host, by the period whose
 * snapshot counts them first; see hosting.ts [POS-1].
 */
const hostedCodec = record({
  /** Counted by the snapshot before the newest change. */
  aged: amount(),
  /** Ascending; LAG is at most PERIOD, so that there are two. */
  young: list(record({ from: uint(), atoms: amount() }), 2)
})
export type HostedRecord = Decoded<typeof hostedCodec>

const balanceCodec = record({ atoms: amount(), purpose: text(32) })
export type BalanceRecord = Decoded<typeof balanceCodec>

/** Count and RFC 9162 frontier of everything that touched a key [PRF-4]; the leaves are key-history.ts's. */
const historyCodec = record({ frontier: logFrontierCodec })

/** Lines of things that lapse, oldest first; see names/expiry.ts. */
const lineCodec = oneOf(['commits', 'payments'])

const nominationsCodec = record({
  /** Whom a majority of the board's weight nominates, from the next action on. */
  chief: nullable(hex32<PublicKey>()),
  nominations: list(record({ member: hex32<PublicKey>(), candidate: hex32<PublicKey>() }), BOARD_SEATS)
})

const proposalCodec = record({
  id: hex32<TransactionId>(),
  changes: parameterChangesCodec,
  proposedAt: uint(),
  approvals: list(hex32<PublicKey>(), BOARD_SEATS),
  /** Height since which a majority of the board approves without interruption. */
  adoptedAt: nullable(uint())
})

/** Codec of each section's keys and values. Keys and values are unions where a section holds several kinds. */
export const SECTIONS = {
  outputs: { key: hex32<OutputId>(), value: outputRecordCodec },
  keys: { key: hex32<PublicKey>(), value: historyCodec },
  names: {
    key: union({
      name: [0, record({ name: nameCodec })],
      commit: [1, record({ commitment: hex32<Hash>() })],
      /** By the transaction that held the name.pay. */
      payment: [2, record({ payment: hex32<TransactionId>() })],
      line: [3, record({ line: lineCodec })],
      waiting: [4, record({ line: lineCodec, index: uint() })]
    }),
    value: union({
      name: [0, nameRecordCodec],
      commit: [1, record({ committedAt: uint() })],
      payment: [2, namedPaymentCodec],
      line: [3, record({ first: uint(), next: uint() })],
      waiting: [4, record({ id: hex32<Hash>(), since: uint() })]
    })
  },
  assets: { key: hex32<AssetId>(), value: assetRecordCodec },
  bonds: { key: hex32<BondId>(), value: bondRecordCodec },
  /** Bond: its id. Others: hashHex('balance', kind, id); see balance-ids.ts. */
  balances: { key: hex32<Hash>(), value: balanceCodec },
  committees: { key: record({ asset: hex32<AssetId>(), epoch: uint() }), value: committeeRecordCodec },
  checkpoints: { key: record({ asset: hex32<AssetId>(), sequence: uint() }), value: checkpointRecordCodec },
  logs: {
    key: union({
      head: [0, record({ asset: hex32<AssetId>() })],
      entry: [1, record({ asset: hex32<AssetId>(), index: uint() })],
      /** The head as it was when a checkpoint was posted: what claims show log items by [CLM-6]. */
      posted: [2, record({ asset: hex32<AssetId>(), sequence: uint() })],
      notices: [3, record({ asset: hex32<AssetId>() })]
    }),
    value: union({
      head: [0, logHeadCodec],
      entry: [1, logEntryCodec],
      /** A long run of `settled` notices: every item from `from` to below `to`. */
      notices: [2, record({ from: uint(), to: uint() })]
    })
  },
  claims: {
    key: union({
      commit: [0, record({ id: hex32<ClaimId>() })],
      checkpoint: [1, record({ asset: hex32<AssetId>(), sequence: uint() })],
      seat: [2, record({ dag: hex32<DagId>(), seat: uint() })],
      open: [3, record({ asset: hex32<AssetId>() })],
      fault: [4, record({ asset: hex32<AssetId>() })]
    }),
    value: union({
      commit: [0, claimCommitRecordCodec],
      conviction: [1, convictionRecordCodec],
      open: [2, openClaimsCodec],
      /** The newest engine that failed on a step of the asset [JDG-1]. */
      fault: [3, record({ engine: uint() })]
    })
  },
  peers: { key: hex32<PublicKey>(), value: peerRecordCodec },
  periods: {
    key: union({
      head: [0, record({ period: uint() })],
      entries: [1, record({ period: uint() })],
      silent: [2, record({ period: uint() })],
      reveals: [3, record({ period: uint() })]
    }),
    value: union({
      head: [0, record({ head: periodHeadCodec })],
      entries: [1, record({ entries: periodEntriesCodec })],
      silent: [2, record({ peers: silentPeersCodec })],
      reveals: [3, record({ reveals: revealsCodec })]
    })
  },
  finality: {
    key: union({
      head: [0, record({})],
      /** Clocks of the heights from CLOCKS_PER_LEAF * span on [FIN-8]; see clocks.ts. */
      clocks: [1, record({ span: uint() })],
      /** Who voted in a justified epoch, and the epochs whose votes are kept [POS-9]. */
      votes: [2, record({ epoch: uint() })],
      window: [3, record({})],
      recovery: [4, record({ id: hex32<Hash>() })],
      recoveries: [5, record({})]
    }),
    value: union({
      head: [0, finalityHeadCodec],
      clocks: [1, record({ ticks: list(uint(), CLOCKS_PER_LEAF, 1) })],
      votes: [2, epochVotesCodec],
      /** Ascending. */
      window: [3, record({ epochs: list(uint(), STANDING_WINDOW_MAX) })],
      recovery: [4, recoveryRecordCodec],
      recoveries: [5, record({ ids: recoveriesCodec })]
    })
  },
  parameters: { key: text(16), value: parametersCodec },
  governance: {
    key: union({ chief: [0, record({})], proposal: [1, record({})] }),
    value: union({ chief: [0, nominationsCodec], proposal: [1, proposalCodec] })
  },
  hosts: { key: hex32<PublicKey>(), value: hostedCodec }
} as const

export type SectionName = keyof typeof SECTIONS
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[]
export type KeyOf<S extends SectionName> = Decoded<(typeof SECTIONS)[S]['key']>
export type ValueOf<S extends SectionName> = Decoded<(typeof SECTIONS)[S]['value']>

/** The root that a header commits to: the section roots in the order of SECTION_NAMES [PRF-2]. */
export function stateRootOf(sectionRoots: readonly Uint8Array[]): Hash {
  return hashHex('state', ...sectionRoots)
}
