// Rules of fork choice, finality and signing, each with a change to the source that breaks it: `--break RULE` runs the
// simulation with that one change made as the file is loaded, and must find it out in some seed. docs/simulation.md says
// which promise goes with which rule. A text that is not found exactly once is an error: the table follows the code.
import { registerHooks } from 'node:module'
import { assert } from '#contracts/primitives/verdict.ts'

export interface Mutant {
  readonly rule: string
  /** From the root of the repository. */
  readonly file: string
  readonly from: string
  readonly to: string
  /** Where to begin: one of the next ten seeds finds it out, whatever else changes the course of runs. */
  readonly seed: number
  /** True for one that takes up to forty seeds: too long for every commit. */
  readonly isRare?: boolean
}

const consensus = 'base-layer/consensus'

export const BASE_MUTANTS: readonly Mutant[] = [
  {
    rule: 'quorum-of-a-third',
    file: 'contracts/statements/certificate.ts',
    from: 'return 3n * weight > 2n * table.total',
    to: 'return 3n * weight > table.total',
    seed: 2
  },
  {
    rule: 'final-without-next-epoch',
    file: `${consensus}/finality.ts`,
    from: 'if (target.epoch !== source.epoch + 1 || source.height',
    to: 'if (source.height',
    seed: 1
  },
  {
    rule: 'hand-over-forgotten',
    file: 'base-layer/state/finality/certificates.ts',
    from: 'now.period += 1',
    to: 'now.period += 0',
    seed: 1
  },
  {
    rule: 'vote-beyond-the-period',
    file: `${consensus}/signing.ts`,
    from: 'const height = Math.min(tip.height - DESCENDANTS, lastHeightOf(period, this.#settings.parameters))',
    to: 'const height = tip.height - DESCENDANTS + 0 * lastHeightOf(period, this.#settings.parameters)',
    seed: 1
  },
  {
    rule: 'head-beside-justified',
    file: `${consensus}/machine.ts`,
    from: 'const { node } = this.#finality.newestJustified(Number.POSITIVE_INFINITY)',
    to: 'const node = this.#finality.finalNode',
    seed: 32,
    isRare: true
  },
  {
    rule: 'lightest-tip',
    file: `${consensus}/fork-choice.ts`,
    from: 'return left > right ? -1 : left < right ? 1 : compareText(a.id, b.id)',
    to: 'return left > right ? 1 : left < right ? -1 : compareText(a.id, b.id)',
    seed: 1
  },
  {
    rule: 'blocks-carry-no-certificates',
    file: `${consensus}/carried-certificates.ts`,
    from: 'chosen.push(readableOn(state, certificate))',
    to: 'readableOn(state, certificate)',
    seed: 1
  },
  {
    rule: 'recorded-final-without-next-epoch',
    file: 'base-layer/state/finality/certificates.ts',
    from: 'return source.epoch > 0 && target.epoch === source.epoch + 1',
    to: 'return source.epoch > 0',
    seed: 8,
    isRare: true
  },
  {
    rule: 'contradicting-votes-unseen',
    file: `${consensus}/vote-pool.ts`,
    from: 'const other = before.find(earlier => contradicts(earlier.vote, vote))',
    to: 'const other = before.find(earlier => contradicts(earlier.vote, earlier.vote))',
    seed: 4
  },
  {
    rule: 'old-source-after-a-loss',
    file: `${consensus}/signing.ts`,
    from: 'if (loss === null || vote.source.epoch >= loss.epoch) return false',
    to: 'if (loss === null || loss.epoch >= 0) return false',
    seed: 7
  },
  {
    rule: 'propose-again',
    file: `${consensus}/signing.ts`,
    from: 'if (slot <= guard.proposedSlot) return undefined',
    to: 'if (slot < 0) return undefined',
    seed: 1
  },
  {
    rule: 'no-silence-after-a-loss',
    file: `${consensus}/signing.ts`,
    from: 'if (view.nowMs < Math.max(0, guard.maySignFromMs)) return []',
    to: 'if (view.nowMs < 0) return []',
    seed: 2,
    isRare: true
  },
  {
    rule: 'ticks-without-finality',
    file: 'base-layer/state/finality/certificates.ts',
    from: 'if (height - now.recordedFinal.height <= work.parameters.finalLag) now.ticks += 1',
    to: 'now.ticks += height - height + 1',
    seed: 1
  },
  {
    rule: 'surround-unseen',
    file: 'contracts/statements/vote.ts',
    from: 'return surrounds(a, b) || surrounds(b, a)',
    to: 'return surrounds(a, a)',
    seed: 5
  },
  {
    rule: 'conflict-unseen',
    file: `${consensus}/block-desk.ts`,
    from: 'takeUnproven(block, target => this.#dead.includes(target.id))',
    to: 'takeUnproven(block, target => this.#dead.includes(target.id) && false)',
    seed: 37,
    isRare: true
  },
  {
    rule: 'recovery-never-followed',
    file: `${consensus}/machine.ts`,
    from: 'if (!this.#finality.recover(this.#head)) return',
    to: 'return',
    seed: 6
  }
]

/** Makes one change to what is loaded from now on; to be called before anything of the base layer is imported. */
export function installMutant(mutant: Mutant): void {
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(`/${mutant.file}`)) return loaded
      const source = sourceText(loaded.source)
      assert(source.split(mutant.from).length === 2, `${mutant.file} has the text of ${mutant.rule} exactly once`)
      return { ...loaded, source: source.replace(mutant.from, mutant.to) }
    }
  })
}

function sourceText(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}
