// A wallet that follows finality: what it trusts, stepped by updates [FIN-10, FIN-5]. It starts from a genesis
// document, from the head it kept, or from the id of one block somebody trusted told it. Pure: time is an
// argument, and a step gives the next client or says why the update does not lead on. Finality is never taken
// back: a head off its own is a conflict.
import { bytes, type Decoded, decode, encode, hex32, list, nullable, record, uint } from '#contracts/codec/codec.ts'
import { parametersCodec } from '#contracts/ledger/parameters.ts'
import { WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import type { BlockId, GenesisHash, Hash } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { blockIdOf, headerCodec } from '#contracts/statements/block.ts'
import {
  lastHeightOf,
  type PeriodTable,
  periodEntriesCodec,
  periodHeadCodec,
  periodOf,
  periodRootOf
} from '#contracts/statements/period-table.ts'
import { recoveryBodyCodec } from '#contracts/statements/recovery.ts'
import { certificateCodec } from '#contracts/statements/vote.ts'
import {
  type FinalityCode,
  type FinalityProof,
  followFinality,
  handoverCodec,
  nextTableIn,
  type Standing,
  tableOf,
  type TrustedNetwork,
  type TrustedStart
} from './finality-proof.ts'
import { checkBlockIn, checkPrefix, type KnownBlock, linkCodec, placedBlockCodec } from './history-proof.ts'
import { ANCHOR_BYTES, HANDOVERS_MAX, LIGHT_STATE_BYTES, RECOVERIES_MAX, UPDATE_BYTES } from './limits.ts'
import { sectionRootsCodec } from './state-proof.ts'

/** What a client knows. Plain data: kept with encodeLightClient, the same wherever it runs. */
export interface LightClient {
  readonly network: TrustedNetwork
  /** The newest block it knows to be final. */
  readonly head: KnownBlock
  /** Of the period that finality has come to. */
  readonly table: PeriodTable
  /** The period's root: what its votes start from. */
  readonly root: BlockId
}

export type LightStart =
  /** The start of the whole network; safe for as long as its first bonds are still held [FIN-5]. */
  | { readonly kind: 'genesis'; readonly start: TrustedStart }
  /** What encodeLightClient gave, kept by this wallet or by somebody it trusts. */
  | { readonly kind: 'kept'; readonly bytes: Uint8Array }
  /** One block id that somebody trusted told, and bytes by anybody that show the table in that block's state. */
  | { readonly kind: 'anchor'; readonly start: TrustedStart; readonly id: BlockId; readonly bytes: Uint8Array }

export type LightCode =
  | FinalityCode
  /** Older than the bonds that answered for it are held. */
  | 'E_LIGHT_STALE'
  /** The update ends before the head the client has. */
  | 'E_LIGHT_OLDER'
  /** The update does not show that its head stands on the client's. */
  | 'E_LIGHT_UNLINKED'
  /** Another final block at the height of the client's head. */
  | 'E_LIGHT_CONFLICT'

/** What leads a client on: hand-overs from its period, a final header, and how that stands on the client's head. */
export const updateCodec = record({
  handovers: list(handoverCodec, HANDOVERS_MAX),
  certificates: nullable(list(certificateCodec, 2, 2)),
  header: headerCodec,
  /** Null where the client's head is genesis, or the header's own. */
  link: nullable(linkCodec)
})
export type Update = Decoded<typeof updateCodec>

/**
 * A block and the last block of the period before it: one of those it stands on, whose state holds the table
 * that answers for what comes after. Null in period 0, whose table is in genesis.
 */
export const anchorProofCodec = record({
  header: headerCodec,
  base: nullable(
    record({
      block: placedBlockCodec,
      sectionRoots: sectionRootsCodec,
      witness: bytes(WITNESS_BYTES_MAX),
      entries: periodEntriesCodec
    })
  )
})
export type AnchorProof = Decoded<typeof anchorProofCodec>

/** A client to begin with, or why not: `nowMs` is Unix time. A start from genesis is never refused for its age. */
export function createLightClient(start: LightStart, nowMs: number): Verdict<LightClient, LightCode> {
  const made = begin(start)
  if (!made.ok || start.kind === 'genesis') return made
  const limitMs = trustLimitMs(made.value.network)
  return ageMs(made.value, nowMs) > limitMs
    ? reject('E_LIGHT_STALE', `a head may be trusted for ${Math.floor(limitMs / 60_000)} minutes; take a newer one`)
    : made
}

function begin(start: LightStart): Verdict<LightClient, LightCode> {
  switch (start.kind) {
    case 'genesis':
      return accept(atGenesis(start.start))
    case 'kept':
      return decodeLightClient(start.bytes)
    case 'anchor':
      return atAnchor(start.start, start.id, start.bytes)
  }
}

function atGenesis({
  genesis,
  genesisTimeMs,
  parameters,
  genesisBlock,
  genesisHeader,
  table
}: TrustedStart): LightClient {
  return {
    network: { genesis, genesisTimeMs, parameters },
    head: { id: genesisBlock, header: genesisHeader },
    table,
    root: genesisBlock
  }
}

function atAnchor(start: TrustedStart, id: BlockId, encoded: Uint8Array): Verdict<LightClient, LightCode> {
  const decoded = decode(anchorProofCodec, encoded, ANCHOR_BYTES)
  if (!decoded.ok) return reject('E_PROOF_MALFORMED', decoded.why)
  const { header, base } = decoded.value
  if (blockIdOf(header) !== id) return reject('E_FINALITY_LINK', 'the header is not that of the trusted block')
  const { genesisBlock: _block, genesisHeader: _header, table: _table, ...network } = start
  const { parameters } = network
  const head = { id, header }
  // Finality moves to the next period with the last block of one [FIN-2].
  const period = periodOf(header.height + 1, parameters)
  if (base === null || period === 0) {
    return base === null && period === 0
      ? accept({ network, head, table: start.table, root: start.genesisBlock })
      : reject('E_FINALITY_LINK', 'the table is that of another period than the block')
  }
  const last = checkBlockIn(header, base.block)
  if (last.kind === 'invalid') return reject(last.code, last.why)
  if (last.value.header.height !== lastHeightOf(period - 1, parameters))
    return reject('E_FINALITY_LINK', 'a period begins above the last block of the one before')
  const table = nextTableIn({ ...base, header: last.value.header }, period)
  return table.ok ? accept({ network, head, table: table.value, root: last.value.id }) : table
}

export interface Step {
  readonly client: LightClient
  /** Periods followed by this update. */
  readonly periods: number
}

/** The client after an update, or why it does not lead on; the client itself is never changed. Never throws. */
export function stepLightClient(client: LightClient, encoded: Uint8Array): Verdict<Step, LightCode> {
  const decoded = decode(updateCodec, encoded, UPDATE_BYTES)
  if (!decoded.ok) return reject('E_PROOF_MALFORMED', decoded.why)
  const { link, ...proof } = decoded.value
  const followed = follow(client, proof)
  if (!followed.ok) return followed
  const { head } = followed.value
  if (head.header.height < client.head.header.height)
    return reject('E_LIGHT_OLDER', 'the update ends below the head that is known')
  if (head.header.height === client.head.header.height && head.id !== client.head.id)
    return reject('E_LIGHT_CONFLICT', 'two final blocks at one height: stop, and keep both proofs')
  const needsLink = client.head.header.height > 0 && head.id !== client.head.id
  if (needsLink && (link === null || checkPrefix(client.head, head.header, link).kind === 'invalid'))
    return reject('E_LIGHT_UNLINKED', 'the new head is not shown to stand on the one that is known')
  return accept({ client: followed.value, periods: followed.value.table.period - client.table.period })
}

/**
 * A client at the final head that a proof shows to somebody who trusts this one; the proof was not made for it,
 * so it does not tell whether the two heads are of one history (see compareHeads). Never throws.
 */
export function follow(client: LightClient, proof: FinalityProof): Verdict<LightClient, LightCode> {
  const { network, head, table, root } = client
  if (blockIdOf(proof.header) === head.id) return accept(client)
  const standing: Standing = { table, root, rootTable: table }
  const followed = followFinality(network, standing, proof)
  if (!followed.ok) return followed
  const { head: found, standing: next } = followed.value
  return accept({ network, head: { id: found.id, header: found.header }, table: next.table, root: next.root })
}

/** Where an update for this client has to begin. */
export function positionOf({ head, table }: LightClient): { readonly period: number; readonly height: number } {
  return { period: table.period, height: head.header.height }
}

/** Milliseconds since the head was made, by a clock in Unix time. */
export function ageMs({ network, head }: LightClient, nowMs: number): number {
  return nowMs - network.genesisTimeMs - head.header.timeMs
}

/** How long the bonds behind a head are surely held, and so how long it may be trusted [FIN-4, FIN-5]. */
export function trustLimitMs({ parameters }: TrustedNetwork): number {
  return parameters.evidenceAgeTicks * parameters.slotMs
}

const lightClientCodec = record({
  genesis: hex32<GenesisHash>(),
  genesisTimeMs: uint(),
  parameters: parametersCodec,
  header: headerCodec,
  root: hex32<BlockId>(),
  period: periodHeadCodec,
  entries: periodEntriesCodec,
  /** Where the table comes from a recovery file; and the files that were given to this client [FIN-9]. */
  recovery: nullable(hex32<Hash>()),
  recoveries: list(recoveryBodyCodec, RECOVERIES_MAX)
})

/** Bytes to keep a client by; decodeLightClient gives it back. Whoever can change them can change what it trusts. */
export function encodeLightClient({ network, head, table, root }: LightClient): Uint8Array {
  const { period, total, seed, seeded, entries, recovery } = table
  return encode(lightClientCodec, {
    ...network,
    recovery,
    recoveries: network.recoveries ?? [],
    header: head.header,
    root,
    period: { period, root: periodRootOf(entries), total, seed, seeded },
    entries
  })
}

/** A client that was kept, or why the bytes are none. Whoever reads it trusts who kept it. Never throws. */
export function decodeLightClient(encoded: Uint8Array): Verdict<LightClient, LightCode> {
  const decoded = decode(lightClientCodec, encoded, LIGHT_STATE_BYTES)
  if (!decoded.ok) return reject('E_PROOF_MALFORMED', decoded.why)
  const { genesis, genesisTimeMs, parameters, header, root, period, entries, recovery, recoveries } = decoded.value
  const table = tableOf(period, entries, period.period)
  if (!table.ok) return table
  const network = { genesis, genesisTimeMs, parameters, ...(recoveries.length === 0 ? {} : { recoveries }) }
  return accept({ network, head: { id: blockIdOf(header), header }, table: { ...table.value, recovery }, root })
}
