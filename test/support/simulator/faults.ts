// What goes wrong in a run: a count of every kind that really happened (a fault that never fires tests nothing), and a
// plan of crashes and partitions drawn from the seed.
import type { Random } from '#test/support/random.ts'

export interface FaultCounts {
  count(kind: string): void
  readonly all: Readonly<Record<string, number>>
}

export function createFaultCounts(): FaultCounts {
  const all: Record<string, number> = {}
  return {
    all,
    count: kind => {
      all[kind] = (all[kind] ?? 0) + 1
    }
  }
}

export type Fault =
  | { readonly kind: 'crash'; readonly node: number; readonly atMs: number; readonly backAtMs: number }
  | {
      readonly kind: 'partition'
      readonly groups: readonly (readonly number[])[]
      readonly atMs: number
      readonly healAtMs: number
    }

/** Crashes and partitions before `untilMs`, each over by then. Crashes of one node do not overlap, nor do partitions. */
export function drawFaults(random: Random, nodes: number, untilMs: number): readonly Fault[] {
  const faults: Fault[] = []
  for (let node = 0; node < nodes; node++) {
    for (let atMs = random.between(200, untilMs); atMs < untilMs - 400 && random.chance(60); ) {
      const backAtMs = Math.min(untilMs, atMs + random.between(20, 2500))
      faults.push({ kind: 'crash', node, atMs, backAtMs })
      atMs = backAtMs + random.between(50, untilMs)
    }
  }
  for (let atMs = random.between(200, untilMs); atMs < untilMs - 400 && random.chance(70); ) {
    const healAtMs = Math.min(untilMs, atMs + random.between(50, 2500))
    const order = random.shuffle(Array.from({ length: nodes }, (_, node) => node))
    const cut = random.between(1, nodes - 1)
    faults.push({ kind: 'partition', groups: [order.slice(0, cut), order.slice(cut)], atMs, healAtMs })
    atMs = healAtMs + random.between(50, untilMs)
  }
  return faults
}
