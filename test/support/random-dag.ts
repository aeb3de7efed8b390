// Random valid DAGs: every block names its author's own block and a quorum of the round before. Twins on request.
import { createRandom, type Random } from './random.ts'
import { buildHeader, TEST_DAG } from './drawn-dag.ts'
import type { Round, Seat } from '#contracts/primitives/ids.ts'
import {
  type CheckedDagHeader,
  type DagContext,
  dagRefOf,
  deriveDagContext,
  EMPTY_BODY,
  dagBodyHash
} from '#contracts/statements/dag-header.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'

export interface RandomDagOptions {
  readonly seats: number
  readonly rounds: number
  /** Chance of 100 that a block names the leader of the round before, if it can. */
  readonly leaderPercent: number
  /** Leaders of the DAG, to know whom to name. */
  readonly leaderOf: (round: Round) => Seat
  /** A seat that writes up to three blocks a round. */
  readonly twin?: Seat
}

export function drawRandomDag(
  seed: string,
  options: RandomDagOptions
): {
  readonly context: DagContext
  readonly blocks: readonly CheckedDagHeader[]
} {
  const random = createRandom(seed)
  const context = deriveDagContext(TEST_DAG, options.seats)
  const blocks: CheckedDagHeader[] = []
  let previous = context.genesis.map(block => [block])
  for (let round = 1; round <= options.rounds; round++) {
    const row = previous.map((_, author) => {
      const count = author === options.twin ? random.between(1, 3) : 1
      return Array.from({ length: count }, (_, copy) =>
        drawBlock(random, context, previous, { round, author, copy }, options)
      )
    })
    blocks.push(...row.flat())
    previous = row
  }
  return { context, blocks }
}

function drawBlock(
  random: Random,
  context: DagContext,
  previous: readonly (readonly CheckedDagHeader[])[],
  place: { readonly round: Round; readonly author: Seat; readonly copy: number },
  options: RandomDagOptions
): CheckedDagHeader {
  const { round, author, copy } = place
  const leader = options.leaderOf(round - 1)
  const others = random.shuffle(previous.map((_, seat) => seat).filter(seat => seat !== author && seat !== leader))
  const named = [author]
  if (leader !== author && random.chance(options.leaderPercent)) named.push(leader)
  const extra = random.chance(30) ? random.below(others.length + 1) : 0
  named.push(...others.slice(0, Math.max(context.quorum - named.length, extra)))
  // With few seats a quorum may need the leader after all.
  if (named.length < context.quorum) named.push(leader)
  return buildHeader(context, {
    round,
    author,
    ancestors: named.map(seat => dagRefOf(random.pick(previous[seat] ?? []))),
    bodyHash: dagBodyHash(copy === 0 ? EMPTY_BODY : uintToBytes(copy, 4))
  })
}
