// The points that two thirds justified in the period that finality is in, and when this node could first know of each
// [FIN-1, POS-8]. Owned by finality.ts; nothing here judges.
import type { Certificate, FinalityPoint } from '#contracts/statements/vote.ts'

export interface Justified {
  readonly point: FinalityPoint
  /** The latest arrival among the certificates that lead to it from the root. */
  readonly knownMs: number
  /** Undefined for the root and for points that the final chain recorded. */
  readonly certificate: Certificate | undefined
}

export class JustifiedPoints {
  readonly #byKey = new Map<string, Justified>()

  /** `known`: the root, and what the final chain recorded: known for as long as anything. */
  constructor(known: Iterable<FinalityPoint>) {
    for (const point of known) this.add({ point, knownMs: Number.NEGATIVE_INFINITY, certificate: undefined })
  }

  get(point: FinalityPoint): Justified | undefined {
    return this.#byKey.get(keyOf(point))
  }

  /** The first certificate for a point stays. */
  add(justified: Justified): void {
    const key = keyOf(justified.point)
    if (!this.#byKey.has(key)) this.#byKey.set(key, justified)
  }

  /** The newest that was known by `byMs`. */
  newest(byMs: number): FinalityPoint | undefined {
    let newest: FinalityPoint | undefined
    for (const { point, knownMs } of this.#byKey.values()) {
      if (knownMs <= byMs && (newest === undefined || point.epoch > newest.epoch)) newest = point
    }
    return newest
  }

  where(holds: (point: FinalityPoint) => boolean): readonly Justified[] {
    return [...this.#byKey.values()].filter(({ point }) => holds(point))
  }

  forget(justified: Iterable<Justified>): void {
    for (const { point } of justified) this.#byKey.delete(keyOf(point))
  }
}

function keyOf(point: FinalityPoint): string {
  return `${point.epoch}/${point.height}/${point.id}`
}
