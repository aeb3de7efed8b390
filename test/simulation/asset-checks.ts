// What must hold in every run of the asset layer's consensus, checked at every commit, signature and accusation:
// one sequence of commits, no block twice, complete history, one own block a round, nobody honest accused.
import type { CommittedSubDag } from '#asset-layer/consensus/events.ts'
import type { Hash, Seat } from '#contracts/primitives/ids.ts'
import type { DagHeader } from '#contracts/statements/dag-header.ts'
import type { Kernel } from '#test/support/simulator/kernel.ts'

export class AssetChecks {
  /** The first contradiction found, if any. */
  divergence: string | undefined
  /** Seats that an honest node can prove to have lied. */
  readonly accused = new Set<Seat>()
  /** Commits of the longest sequence. */
  readonly sequence: CommittedSubDag[] = []
  readonly #texts: string[] = []
  readonly #committed = new Set<Hash>()
  readonly #headers = new Map<Hash, DagHeader>()
  readonly #signed = new Map<string, Hash>()
  readonly #heights = new Map<number, number>()
  readonly #kernel: Kernel
  readonly #gcDepth: number
  readonly #honest: (seat: Seat) => boolean

  constructor(kernel: Kernel, gcDepth: number, honest: (seat: Seat) => boolean) {
    this.#kernel = kernel
    this.#gcDepth = gcDepth
    this.#honest = honest
  }

  /** Commits a node has, restarts included. */
  heightOf(node: number): number {
    return this.#heights.get(node) ?? 0
  }

  fail(why: string): void {
    this.divergence ??= `${why} (at ${this.#kernel.nowMs} ms)`
  }

  /** Every header that exists, honest or not. */
  onHeader(digest: Hash, header: DagHeader): void {
    this.#headers.set(digest, header)
  }

  /** `expected` is the index that follows what the node stored. */
  onCommit(node: number, commit: CommittedSubDag, expected: number): void {
    const text = JSON.stringify(commit)
    this.#kernel.trace(`commit ${node} ${text}`)
    if (commit.index !== expected) this.fail(`node ${node} commits ${commit.index} after ${expected - 1}`)
    const known = this.#texts[commit.index - 1]
    if (known === undefined) this.#append(node, commit, text)
    else if (known !== text) this.fail(`node ${node} has another commit ${commit.index}: ${text} against ${known}`)
    this.#heights.set(node, Math.max(this.heightOf(node), commit.index))
  }

  onSign(seat: Seat, round: number, digest: Hash): void {
    this.#kernel.trace(`sign ${seat} ${round} ${digest}`)
    const place = `${seat}@${round}`
    const before = this.#signed.get(place)
    if (before !== undefined && before !== digest) this.fail(`seat ${seat} signed two blocks of round ${round}`)
    this.#signed.set(place, digest)
  }

  onEvidence(node: number, seat: Seat): void {
    this.#kernel.trace(`evidence ${node} ${seat}`)
    this.accused.add(seat)
    if (this.#honest(seat)) this.fail(`node ${node} accuses honest seat ${seat}`)
  }

  #append(node: number, commit: CommittedSubDag, text: string): void {
    const last = this.sequence.at(-1)
    if (commit.index !== this.sequence.length + 1) this.fail(`node ${node} skips to commit ${commit.index}`)
    if (last !== undefined && commit.leader.round <= last.leader.round) this.fail(`commit ${commit.index} goes back`)
    if (commit.blocks.at(-1)?.digest !== commit.leader.digest)
      this.fail(`commit ${commit.index} ends without its leader`)
    const gcRound = Math.max(0, (last?.leader.round ?? 0) - this.#gcDepth)
    for (const { digest } of commit.blocks) {
      if (this.#committed.has(digest)) this.fail(`commit ${commit.index} has a block that was committed before`)
      this.#committed.add(digest)
      for (const ancestor of this.#headers.get(digest)?.ancestors ?? []) {
        if (ancestor.round > gcRound && !this.#committed.has(ancestor.digest)) {
          this.fail(`commit ${commit.index} leaves out an ancestor of a block it holds`)
        }
      }
    }
    this.sequence.push(commit)
    this.#texts.push(text)
  }
}
