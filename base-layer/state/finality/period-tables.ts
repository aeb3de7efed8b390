// Share tables as state holds them [POS-1, POS-3]: reading one back from its leaves, and making the next at a
// snapshot.
import type { Hash, Height, PublicKey } from '#contracts/primitives/ids.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import { type PeriodEntry, type PeriodTable, periodRootOf } from '#contracts/statements/period-table.ts'
import { PEERS_MAX, type PeriodId } from '#contracts/statements/vote.ts'
import { tableOfRecord } from './recoveries.ts'
import type { KeyOf, PeerRecord, SectionName, ValueOf } from '../trees/sections.ts'

/** Reads a leaf of some state. */
export type Reader = <S extends SectionName>(section: S, key: KeyOf<S>) => ValueOf<S> | undefined

/** Assembled tables by their leaf of silent peers, which is written whenever any part of a table changes. */
const assembled = new WeakMap<object, PeriodTable>()

/** The table that votes of a period are weighed by, a recovered one included; undefined if it is not known [FIN-9]. */
export function readVotingTable(get: Reader, { period, recovery }: PeriodId): PeriodTable | undefined {
  if (recovery === null) return readTable(get, period)
  const kept = get('finality', { kind: 'recovery', id: recovery })
  const table = kept?.kind === 'recovery' ? tableOfRecord(kept) : undefined
  return table?.period === period ? table : undefined
}

/** The table of a period, or undefined if its snapshot is not reached. */
export function readTable(get: Reader, period: number): PeriodTable | undefined {
  const silent = get('periods', { kind: 'silent', period })
  if (silent?.kind !== 'silent') return undefined
  const known = assembled.get(silent)
  if (known !== undefined) return known
  const head = get('periods', { kind: 'head', period })
  const entries = get('periods', { kind: 'entries', period })
  assert(head?.kind === 'head' && entries?.kind === 'entries', 'a period has all of its leaves')
  const table: PeriodTable = {
    period,
    recovery: null,
    seed: head.head.seed,
    seeded: head.head.seeded,
    total: head.head.total,
    entries: entries.entries,
    byPeer: new Map(entries.entries.map(entry => [entry.peer, entry])),
    silent: new Set(silent.peers)
  }
  assembled.set(silent, table)
  return table
}

export type Put = <S extends SectionName>(section: S, key: KeyOf<S>, value: ValueOf<S>) => void

/**
 * Writes a table without reveals: seeded at genesis, with the seed of the period before until the reveals are
 * in.
 */
export function writeTable(
  put: Put,
  period: number,
  entries: readonly PeriodEntry[],
  seed: Hash,
  seeded: boolean
): void {
  const total = entries.reduce((sum, entry) => sum + entry.weight, 0n)
  const head = { period, root: periodRootOf(entries), total, seed, seeded }
  put('periods', { kind: 'head', period }, { kind: 'head', head })
  put('periods', { kind: 'entries', period }, { kind: 'entries', entries })
  put('periods', { kind: 'silent', period }, { kind: 'silent', peers: [] })
  if (!seeded) put('periods', { kind: 'reveals', period }, { kind: 'reveals', reveals: [] })
}

/**
 * Weights of a snapshot: min(counted, LEVERAGE * bond) of each peer in standing, the heaviest 1000, in order of
 * key [POS-1]. `countedOf` says what a host's outputs hold; peers registered after `registeredBy` do not, for want of a
 * VRF key.
 */
export function deriveEntries(
  countedOf: (host: PublicKey) => bigint,
  peers: Iterable<readonly [PublicKey, PeerRecord]>,
  leverage: number,
  registeredBy: Height,
  isInStanding: (peer: PublicKey, record: PeerRecord) => boolean
): readonly PeriodEntry[] {
  const entries: PeriodEntry[] = []
  for (const [peer, record] of peers) {
    const cap = BigInt(leverage) * record.bondAtoms
    const hosted = countedOf(peer)
    const weight = hosted < cap ? hosted : cap
    if (weight > 0n && record.countedTo === null && record.registeredAt <= registeredBy && isInStanding(peer, record)) {
      entries.push({ peer, vrfKey: record.vrfKey, weight })
    }
  }
  const heaviest = entries.sort((a, b) =>
    a.weight === b.weight ? compareText(a.peer, b.peer) : a.weight < b.weight ? 1 : -1
  )
  return heaviest.slice(0, PEERS_MAX).sort((a, b) => compareText(a.peer, b.peer))
}
