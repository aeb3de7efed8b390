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
class Unique {
  readonly contradictions: string[] = []
  readonly #seen = new Map<string, string>()
  #compared = 0

  get compared(): number {
    return this.#compared
  }

  note(key: string, value: string, where: string): void {
    const before = this.#seen.get(key)
    this.#compared += 1
    if (before === undefined) this.#seen.set(key, value)
    else if (before !== value) this.contradictions.push(`${key}: ${before} and ${value} (${where})`)
  }
}

/** All contradictions in words, and how much was compared. */
export function auditDisks(
  nodes: readonly StoppedNode[],
  heard: Heard
): { readonly contradictions: readonly string[]; readonly compared: number } {
  const said = new Unique()
  for (const [key, block] of heard.acknowledgements) said.note(`acknowledgement ${key}`, block, 'heard')
  for (const [key, block] of heard.proposals) said.note(`proposal ${key}`, block, 'heard')
  for (const { peer, vote } of heard.votes) {
    said.note(`vote ${peer}/${vote.period}/${vote.target.epoch}`, vote.target.id, 'heard')
  }
  for (const { name, folder, key } of nodes) {
    readGuard(join(folder, 'data', 'votes.db'), key, name, said)
    readLanes(join(folder, 'data', 'asset.db'), name, said)
  }
  return { contradictions: [...heard.contradictions, ...said.contradictions], compared: said.compared }
}

function readGuard(path: string, key: PublicKey, name: string, said: Unique): void {
  rowsOf(path, db => {
    for (const kind of ['acknowledgement', 'proposal'] as const) {
      for (const { slot, block } of db(`SELECT slot, block FROM ${kind}s`)) {
        said.note(`${kind} ${key}/${String(slot)}`, hex(block), `guard of ${name}`)
      }
    }
    for (const { period, targetEpoch, target } of db('SELECT period, targetEpoch, target FROM votes')) {
      said.note(`vote ${key}/${String(period)}/${String(targetEpoch)}`, hex(target), `guard of ${name}`)
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
