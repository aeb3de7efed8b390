// What a block does for periods at its end: the snapshot that makes the next table [POS-1], and the seed once
// the reveals are in [POS-3].
import { hashHex } from '#contracts/crypto/hash.ts'
import { compareText, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { countedIn } from './hosting.ts'
import { deriveEntries, readTable, writeTable } from './period-tables.ts'
import { deriveStanding } from './standing.ts'
import type { Work } from '../work.ts'

export function drivePeriods(work: Work): void {
  const { period, reveals } = work.parameters
  const newest = Math.floor(work.height / period)
  if (newest === 0) return
  if (work.height === newest * period) takeSnapshot(work, newest)
  if (work.height === newest * period + reveals - 1) fixSeed(work, newest)
}

/** The table of a period as this block sees it. */
export function tableIn(work: Work, period: number) {
  return readTable((section, key) => work.get(section, key), period)
}

function takeSnapshot(work: Work, period: number): void {
  const before = present(tableIn(work, period - 1), 'the period before has a table')
  const { leverage } = work.parameters
  const standing = deriveStanding(work)
  const countedOf = (host: PublicKey): bigint => countedIn(work.get('hosts', host), period)
  const entries = deriveEntries(countedOf, work.entries('peers'), leverage, work.height - 1, standing)
  // An empty table would end the chain: everyone keeps what they had [POS-9].
  const kept = entries.length > 0 ? entries : before.entries
  writeTable((section, key, value) => work.put(section, key, value), period, kept, before.seed, false)
}

function fixSeed(work: Work, period: number): void {
  const table = present(tableIn(work, period), 'the snapshot has been taken')
  const recorded = work.get('periods', { kind: 'reveals', period })
  assert(recorded?.kind === 'reveals', 'reveals are collected until the seed is fixed')
  const outputs = recorded.reveals.map(one => one.output).sort(compareText)
  const seed: Hash = hashHex('seed', hexToBytes(table.seed), ...outputs.map(hexToBytes))
  const revealed = new Set(recorded.reveals.map(one => one.peer))
  const missing = table.entries.filter(entry => !revealed.has(entry.peer))
  const missingWeight = missing.reduce((sum, entry) => sum + entry.weight, 0n)
  // Reveals of less than half of the weight silence nobody, so that censoring them stops nothing [POS-3].
  const silent = 2n * missingWeight > table.total ? [] : missing.map(entry => entry.peer)
  const head = work.get('periods', { kind: 'head', period })
  assert(head?.kind === 'head', 'a table has a head')
  work.put('periods', { kind: 'head', period }, { kind: 'head', head: { ...head.head, seed, seeded: true } })
  work.put('periods', { kind: 'silent', period }, { kind: 'silent', peers: silent })
  work.remove('periods', { kind: 'reveals', period })
}
