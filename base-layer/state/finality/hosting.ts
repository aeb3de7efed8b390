// What each host has been trusted with, kept as outputs come and go, by the first snapshot that counts
// it [POS-1]: a snapshot reads a leaf for each registered peer, however many outputs there are. Kept
// for any key, since whoever is named may register later.
import { hostOf, type OutputRecord } from '#contracts/ledger/output.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Height, PublicKey } from '#contracts/primitives/ids.ts'
import type { HostedRecord } from '../trees/sections.ts'

type Lags = Pick<Parameters, 'lag' | 'period'>

/** A state under construction. */
interface Ledger {
  readonly height: Height
  readonly parameters: Lags
  get(section: 'hosts', host: PublicKey): HostedRecord | undefined
  put(section: 'hosts', host: PublicKey, value: HostedRecord): void
  remove(section: 'hosts', host: PublicKey): void
}

/** The first period whose snapshot counts what was created at a height: LAG before it at the latest. */
export function firstPeriodOf(createdAt: Height, { lag, period }: Lags): number {
  return Math.ceil((createdAt + lag) / period)
}

/** Atoms that the snapshot of a period counts, no later output having been spent since. */
export function countedIn(record: HostedRecord | undefined, period: number): bigint {
  if (record === undefined) return 0n
  const young = record.young.filter(part => part.from <= period)
  return young.reduce((sum, { atoms }) => sum + atoms, record.aged)
}

/** An output takes the place of another; undefined is none. */
export function moveHosted(ledger: Ledger, before: OutputRecord | undefined, after: OutputRecord | undefined): void {
  if (before !== undefined) addHosted(ledger, before, -1n)
  if (after !== undefined) addHosted(ledger, after, 1n)
}

function addHosted(ledger: Ledger, { output, createdAt }: OutputRecord, sign: bigint): void {
  const host = hostOf(output)
  if (host === null) return
  const { height, parameters } = ledger
  const part = { from: firstPeriodOf(createdAt, parameters), atoms: sign * output.atoms }
  const next = withPart(ledger.get('hosts', host), part, Math.floor(height / parameters.period))
  if (next === undefined) ledger.remove('hosts', host)
  else ledger.put('hosts', host, next)
}

type Part = HostedRecord['young'][number]

/** With what the snapshots up to `newest` count put together; undefined if nothing is left. */
function withPart(before: HostedRecord | undefined, added: Part, newest: number): HostedRecord | undefined {
  let aged = before?.aged ?? 0n
  const young = new Map<number, bigint>()
  for (const { from, atoms } of [...(before?.young ?? []), added]) {
    if (from <= newest) aged += atoms
    else young.set(from, (young.get(from) ?? 0n) + atoms)
  }
  const left = [...young].filter(([, atoms]) => atoms !== 0n).sort(([a], [b]) => a - b)
  if (aged === 0n && left.length === 0) return undefined
  return { aged, young: left.map(([from, atoms]) => ({ from, atoms })) }
}
