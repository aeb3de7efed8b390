// A chain over several periods with all its states, and the proofs an honest node gives of it, for tests to
// break.
import { proveKey } from '#base-layer/chain/finalise.ts'
import {
  checkFinalityProof,
  type FinalityProof,
  finalityProofCodec,
  type Handover
} from '#base-layer/light/finality-proof.ts'
import { deriveTrustedStart } from '#base-layer/light/trusted-start.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { encode } from '#contracts/codec/codec.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { lastHeightOf, periodOf } from '#contracts/statements/period-table.ts'
import { type Certificate, isSamePoint, type Vote } from '#contracts/statements/vote.ts'
import { ChainBuilder, type ChainOptions } from '#test/support/chain-builder.ts'

export class FollowedChain {
  readonly builder: ChainBuilder
  /** By height. */
  readonly states: readonly ChainState[]
  readonly start
  readonly #certificates: readonly Certificate[]

  constructor(height: number, options: ChainOptions = {}) {
    this.builder = new ChainBuilder(options)
    const states = [this.builder.state]
    while (this.builder.state.height < height) {
      this.builder.produce()
      states.push(this.builder.state)
    }
    this.states = states
    this.#certificates = this.builder.blocks.flatMap(block => block.certificates)
    const start = deriveTrustedStart(this.builder.document)
    assert(start.ok, 'the document starts a network')
    this.start = start.value
  }

  get parameters() {
    return this.builder.state.chain.parameters
  }

  at(height: number): ChainState {
    return present(this.states[height], `block ${height}`)
  }

  /** L_j. */
  lastOf(period: number): ChainState {
    return this.at(lastHeightOf(period, this.parameters))
  }

  /** The certificates, carried by blocks, that make a block final; undefined if only a later block was voted for. */
  finalising(state: ChainState): readonly [Certificate, Certificate] | undefined {
    for (const first of this.#certificates.filter(one => one.vote.target.id === state.id)) {
      const { target } = first.vote
      const second = this.#certificates.find(({ vote }) => {
        return isSamePoint(vote.source, target) && vote.target.epoch === target.epoch + 1
      })
      if (second !== undefined) return [first, second]
    }
    return undefined
  }

  /** The newest block at or below a height that certificates make final. */
  finalAt(height: number): ChainState {
    for (let at = height; at > 0; at--) if (this.finalising(this.at(at)) !== undefined) return this.at(at)
    return this.at(0)
  }

  handover(period: number): Handover {
    const state = this.lastOf(period)
    const entries = present(state.tableOf(period + 1), 'the next table').entries
    const certificates = present(this.finalising(state), 'L_j is final')
    const key = { kind: 'head', period: period + 1 } as const
    return { certificates, header: state.header, entries, ...proveKey(state, 'periods', key) }
  }

  /** What an honest node tells of a final block. */
  proofOf(state: ChainState): FinalityProof {
    const handovers = Array.from({ length: periodOf(state.height, this.parameters) }, (_, j) => this.handover(j))
    return { handovers, certificates: this.finalising(state) ?? null, header: state.header }
  }

  check(proof: FinalityProof) {
    return checkFinalityProof(this.start, encode(finalityProofCodec, proof))
  }

  /** `accepted` or the code of the rejection. */
  verdictOn(proof: FinalityProof): string {
    const checked = this.check(proof)
    return checked.ok ? 'accepted' : checked.code
  }

  /** A pair of certificates after changes to their votes, signed by everyone or by some. */
  recertified(
    [first, second]: readonly [Certificate, Certificate],
    change: { readonly first?: Partial<Vote>; readonly second?: Partial<Vote> },
    voters = this.builder.peers
  ): readonly [Certificate, Certificate] {
    return [
      this.builder.certificate({ ...first.vote, ...change.first }, voters),
      this.builder.certificate({ ...second.vote, ...change.second }, voters)
    ]
  }
}
