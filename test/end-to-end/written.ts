// Reads what stopped nodes have on disk and looks for anything signed twice and differently: votes, acknowledgements and
// proposals against what was heard, DAG blocks, statements and certificates against each other [FIN-7, DAG-6, DAG-7].
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Codec, decode } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { DAG_LIMITS, dagDigest, dagHeaderCodec } from '#contracts/statements/dag-header.ts'
import { statementIdOf } from '#contracts/statements/statement.ts'
import { certifiedStatementCodec } from '#asset-layer/checkpoints/certificate.ts'
import type { Heard } from './heard.ts'

export interface StoppedNode {
  readonly name: string
  /** The folder given to `node start`. */
  readonly folder: string
  readonly key: PublicKey
}

interface Row {
  readonly [column: string]: unknown
}

/** One value for each key; the second, different one is a contradiction. */
export class Unique {
  readonly contradictions: string[] = []
  readonly #seen = new Map<string, string>()
  #compared = 0

  get compared(): number {
    return this.#compared
  }

  has(key: string): boolean {
    return this.#seen.has(key)
  }

  note(key: string, value: string, where: string): void {
    const before = this.#seen.get(key)
    this.#compared += 1
    if (before === undefined) this.#seen.set(key, value)
    else if (before !== value) this.contradictions.push(`${key}: ${before} and ${value} (${where})`)
  }
}

/** What of a vote decides whether it contradicts another: a guard file keeps no more. */
export interface VoteLink {
  readonly peer: PublicKey
  readonly period: string
  readonly root: string
  readonly sourceEpoch: number
  readonly targetEpoch: number
  readonly target: string
}

const HEARD = 'heard'

/** Everything that peers of the base chain signed, guard files before what was heard, from wherever it is known, each pair compared [FIN-4, FIN-7, POS-5]. */
export class SignedByPeers {
  readonly unique = new Unique()
  /** Heard, though no guard file that was read knows of it: it left before it was written [FIN-7]. */
  readonly unguarded: string[] = []
  readonly #links = new Map<string, Map<number, VoteLink>>()

  noteSlot(kind: 'acknowledgement' | 'proposal', peer: PublicKey, slot: number, block: string, where: string): void {
    this.#note(`${kind} ${peer}/${slot}`, block, where)
  }

  noteVote(link: VoteLink, where: string): void {
    const { peer, period, root, sourceEpoch, targetEpoch, target } = link
    const table = `${peer}/${period}`
    this.#note(`vote ${table}/${targetEpoch}`, `${target} from ${sourceEpoch}`, where)
    this.unique.note(`root ${table}`, root, where)
    const links = this.#links.get(table) ?? new Map<number, VoteLink>()
    this.#links.set(table, links.set(targetEpoch, link))
  }

  #note(key: string, value: string, where: string): void {
    if (where === HEARD && !this.unique.has(key)) this.unguarded.push(key)
    this.unique.note(key, value, where)
  }

  /** In the order of their targets no source goes back: one that does is surrounded. */
  surrounded(): readonly string[] {
    const found: string[] = []
    for (const [table, links] of this.#links) {
      let greatest = -1
      for (const { sourceEpoch, targetEpoch } of [...links.values()].sort((a, b) => a.targetEpoch - b.targetEpoch)) {
        if (sourceEpoch < greatest) found.push(`vote ${table}/${targetEpoch} surrounds another`)
        greatest = Math.max(greatest, sourceEpoch)
      }
    }
    return found
  }
}

/** All contradictions in words, and how much was compared. */
export function auditDisks(
  nodes: readonly StoppedNode[],
  heard: Heard
): { readonly contradictions: readonly string[]; readonly compared: number } {
  const signed = new SignedByPeers()
  for (const { name, folder, key } of nodes) {
    readGuard(join(folder, 'data', 'votes.db'), key, name, signed)
    readLanes(join(folder, 'data', 'asset.db'), name, signed.unique)
  }
  noteHeard(heard, signed)
  const { contradictions, compared } = signed.unique
  const unguarded = signed.unguarded.map(key => `${key} was heard and is in no guard file`)
  return {
    contradictions: [...heard.contradictions, ...contradictions, ...signed.surrounded(), ...unguarded],
    compared
  }
}

/** After the guard files of all whom it was heard from. */
export function noteHeard(heard: Heard, signed: SignedByPeers): void {
  for (const [kind, all] of [
    ['acknowledgement', heard.acknowledgements],
    ['proposal', heard.proposals]
  ] as const) {
    for (const [key, block] of all) {
      const [peer = '', slot = ''] = key.split('/')
      signed.noteSlot(kind, peer as PublicKey, Number(slot), block, HEARD)
    }
  }
  for (const { peer, vote } of heard.votes) {
    const { period, recovery, root, source, target } = vote
    const link = { peer, root: root.id, sourceEpoch: source.epoch, targetEpoch: target.epoch, target: target.id }
    signed.noteVote({ ...link, period: `${period}${recovery ?? ''}` }, HEARD)
  }
}

/** Of a node that does not run: what its key has signed, as far back as its guard remembers. */
export function readGuard(path: string, key: PublicKey, name: string, signed: SignedByPeers): void {
  rowsOf(path, db => {
    for (const kind of ['acknowledgement', 'proposal'] as const) {
      for (const { slot, block } of db(`SELECT slot, block FROM ${kind}s`))
        signed.noteSlot(kind, key, Number(slot), hex(block), `guard of ${name}`)
    }
    for (const row of db('SELECT period, recovery, root, sourceEpoch, targetEpoch, target FROM votes')) {
      const { period, recovery, root, sourceEpoch, targetEpoch, target } = row
      const link = { root: hex(root), sourceEpoch: Number(sourceEpoch), targetEpoch: Number(targetEpoch) }
      const table = `${String(period)}${recovery === null ? '' : hex(recovery)}`
      signed.noteVote({ ...link, peer: key, period: table, target: hex(target) }, `guard of ${name}`)
    }
  })
}

function readLanes(path: string, name: string, said: Unique): void {
  rowsOf(path, db => {
    for (const { dag, round, author, digest } of db(
      'SELECT dag, round, author, digest FROM blocks JOIN lanes ON lanes.id = blocks.lane'
    ))
      said.note(`block ${String(dag)}/${String(author)}/${String(round)}`, String(digest), `blocks of ${name}`)
    for (const { dag, seat, round, header } of db(
      'SELECT dag, seat, round, header FROM proposals JOIN lanes ON lanes.id = proposals.lane'
    )) {
      const digest = dagDigest(read(dagHeaderCodec, header, DAG_LIMITS.headerBytes))
      said.note(`block ${String(dag)}/${String(seat)}/${String(round)}`, digest, `own blocks of ${name}`)
    }
    for (const { dag, seat, place, id } of db(
      'SELECT dag, seat, place, statements.id AS id FROM statements JOIN lanes ON lanes.id = statements.lane'
    ))
      said.note(`statement ${String(dag)}/${String(seat)}/${String(place)}`, String(id), `guard of ${name}`)
    for (const { certified } of db('SELECT certified FROM certificates')) {
      const { statement, signatures } = read(certifiedStatementCodec, certified, 1 << 20)
      for (const { seat } of signatures) {
        const key = `statement ${statement.dag}/${seat}/${statement.commitIndex}`
        said.note(key, statementIdOf(statement), `certificate at ${name}`)
      }
    }
  })
}

function rowsOf(path: string, use: (query: (sql: string) => readonly Row[]) => void): void {
  const database = new Database(path, { readonly: true })
  try {
    use(sql => database.prepare(sql).all() as readonly Row[])
  } finally {
    database.close()
  }
}

function hex(value: unknown): string {
  return bytesToHex(new Uint8Array(value as Buffer))
}

function read<T>(codec: Codec<T>, value: unknown, limit: number): T {
  const decoded = decode(codec, new Uint8Array(value as Buffer), limit)
  if (!decoded.ok) throw new Error(`a stored value cannot be read: ${decoded.why}`)
  return decoded.value
}
