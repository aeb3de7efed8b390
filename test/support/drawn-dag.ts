// DAGs drawn as text, for tests of the committer and the linearizer. Seats are letters, a block is its letter and round,
// and primes tell twins apart: A4, C13, C13'. One line per round:
//   Rounds 1-5 : *                                          every seat names every block of the round before
//   Round 4 : { A -> [D3], B, C -> [-D3], D -> [] }          exactly these ancestors; seats not listed write nothing
//   Round 5 : { C -> [*], C' -> [*, D4'], * -> [*] }         a twin of C; `*` on the left: all seats not listed
// In a list `*` is the first block of every seat in the round before, `-X` leaves X out, and a later block replaces an
// earlier one of its seat. Own blocks are not added by themselves. `@7` after a list sets the base height.
import { Dag, type Vertex } from '#asset-layer/consensus/dag.ts'
import type { Hash, Round } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import {
  type CheckedDagHeader,
  type DagContext,
  type DagHeader,
  type DagRef,
  dagBodyHash,
  dagDigest,
  dagRefOf,
  deriveDagContext,
  EMPTY_BODY
} from '#contracts/statements/dag-header.ts'
import { hashHex } from '#contracts/crypto/hash.ts'

export const TEST_DAG = hashHex('test', new Uint8Array(1))
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const NO_SIGNATURE = new Uint8Array(64)

export interface DrawnDag {
  readonly context: DagContext
  /** In the order drawn, round 0 left out. */
  readonly blocks: readonly CheckedDagHeader[]
  block(name: string): CheckedDagHeader
  nameOf(digest: Hash): string
  /** Draws more on top. */
  extend(text: string): DrawnDag
  /** A fresh accepted DAG of all blocks drawn so far, or of those `keep` wants. */
  dag(keep?: (name: string) => boolean): Dag
  vertex(dag: Dag, name: string): Vertex
}

export function drawDag(text: string, seats = 4): DrawnDag {
  const context = deriveDagContext(TEST_DAG, seats)
  const names = new Map<string, CheckedDagHeader>()
  context.genesis.forEach((block, seat) => {
    names.set(`${letterOf(seat)}0`, block)
  })
  return extendDrawing(context, names, text)
}

function extendDrawing(context: DagContext, before: ReadonlyMap<string, CheckedDagHeader>, text: string): DrawnDag {
  const names = new Map(before)
  for (const line of text.split('\n').map(part => part.trim())) if (line !== '') drawLine(context, names, line)
  const nameOf = new Map([...names].map(([name, block]) => [block.digest, name]))
  const blocks = [...names.values()].filter(block => block.header.round > 0)
  const drawn: DrawnDag = {
    context,
    blocks,
    block: name => present(names.get(name), `no block ${name}`),
    nameOf: digest => nameOf.get(digest) ?? digest,
    extend: more => extendDrawing(context, names, more),
    dag: (keep = () => true) => {
      const dag = new Dag(context)
      for (const block of blocks) if (keep(drawn.nameOf(block.digest))) dag.insert(block)
      return dag
    },
    vertex: (dag, name) => present(dag.get(drawn.block(name).digest), `${name} is not in the dag`)
  }
  return drawn
}

/** `A, B' -> [list]@height`. */
const RULE = /([A-Z*]'*(?: *, *[A-Z]'*)*) *-> *\[([^\]]*)\](?:@(\d+))?/g

function drawLine(context: DagContext, names: Map<string, CheckedDagHeader>, line: string): void {
  const [, first, last, body = ''] = present(/^Rounds? (\d+)(?:-(\d+))? *: *(.*)$/.exec(line), `no round: ${line}`)
  for (let round = Number(first); round <= Number(last ?? first); round++) {
    const rules = body === '*' ? '{ * -> [*] }' : body
    const listed = new Map<string, readonly [list: string, height: number]>()
    for (const [, authors = '', list = '', height] of rules.matchAll(RULE)) {
      for (const who of authors.split(',')) listed.set(who.trim(), [list, Number(height ?? 0)])
    }
    const everyoneElse = listed.get('*')
    const twins = new Set([...listed.keys()].filter(who => who !== '*'))
    for (let seat = 0; seat < context.seats; seat++) {
      const own = [...twins].filter(who => who.startsWith(letterOf(seat)))
      const rows = own.length > 0 ? own : everyoneElse === undefined ? [] : [letterOf(seat)]
      for (const who of rows) {
        const [list, height] = listed.get(who) ?? present(everyoneElse, 'listed')
        addBlock(context, names, { round, seat, who, list, height })
      }
    }
  }
}

interface BlockDrawing {
  readonly round: Round
  readonly seat: number
  readonly who: string
  readonly list: string
  readonly height: number
}

function addBlock(context: DagContext, names: Map<string, CheckedDagHeader>, drawing: BlockDrawing): void {
  const { round, seat, who, list, height } = drawing
  const ancestors = new Map<number, DagRef>()
  const find = (name: string): DagRef => dagRefOf(present(names.get(name), `${who}${round} names unknown ${name}`))
  const items = list
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
  if (items.some(item => item === '*' || item.startsWith('-'))) {
    for (let author = 0; author < context.seats; author++) {
      const block = names.get(`${letterOf(author)}${round - 1}`)
      if (block !== undefined) ancestors.set(author, dagRefOf(block))
    }
  }
  for (const item of items) {
    if (item.startsWith('-')) ancestors.delete(find(item.slice(1)).author)
    else if (item !== '*') ancestors.set(find(item).author, find(item))
  }
  const own = ancestors.get(seat)
  const others = [...ancestors.values()].filter(ref => ref.author !== seat)
  const name = `${who[0]}${round}${who.slice(1)}`
  assert(!names.has(name), `${name} is drawn twice`)
  // The number of primes goes into the body hash: twins with equal ancestors are still two blocks.
  names.set(
    name,
    buildHeader(context, {
      round,
      author: seat,
      ancestors: own === undefined ? others : [own, ...others],
      baseHeight: height,
      bodyHash: dagBodyHash(who.length === 1 ? EMPTY_BODY : Uint8Array.of(who.length))
    })
  )
}

export function letterOf(seat: number): string {
  return present(LETTERS[seat], 'letters name 26 seats')
}

/** A header with valid defaults and no real signature. */
export function buildHeader(context: DagContext, fields: Partial<DagHeader>): CheckedDagHeader {
  const header: DagHeader = {
    dag: context.dag,
    round: 1,
    author: 0,
    ancestors: context.genesis.map(dagRefOf),
    bodyHash: dagBodyHash(EMPTY_BODY),
    bodyBytes: EMPTY_BODY.length,
    baseHeight: 0,
    ...fields
  }
  return { header, signature: NO_SIGNATURE, digest: dagDigest(header) }
}
