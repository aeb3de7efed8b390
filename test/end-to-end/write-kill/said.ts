// What the killed process says down its pipe, one JSON line each, and how it is told to run.

export type Said =
  /** On its way to the peers: nothing may ever contradict it [FIN-7]. */
  | { readonly kind: 'signed'; readonly topic: string; readonly bytes: string }
  | { readonly kind: 'final'; readonly height: number; readonly id: string }
  /** A payment that the node took. */
  | { readonly kind: 'seen'; readonly id: string }
  /** The wallet gave out the number of a hash lock: never again. */
  | { readonly kind: 'lock'; readonly next: number }
  | { readonly kind: 'keystore'; readonly name: string }
  /** A copy of the chain that was checked. */
  | { readonly kind: 'backup'; readonly path: string }
  | { readonly kind: 'peers'; readonly run: number; readonly slot: number }
  /** The clock, after genesis. */
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'done' }

export interface WorkloadSettings {
  readonly folder: string
  /** Counts the starts on one folder. */
  readonly run: number
  /** Where the virtual clock stands, after genesis. */
  readonly fromMs: number
  readonly slots: number
  /** For showing that the checks see it. */
  readonly breaks?: 'sign-first'
}

/** The complete lines; what was cut off in the middle was not said. */
export function readSaid(text: string): Said[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Said)
}
