// From genesis to a final header with nothing else, over several periods, and every way in which a proof can
// be wrong [FIN-1, FIN-2, FIN-10].
import { describe, expect, it } from 'vitest'
import { proveKey } from '#base-layer/chain/finalise.ts'
import {
  checkFinalityProof,
  type FinalityProof,
  finalityProofCodec,
  type Handover
} from '#base-layer/light/finality-proof.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import type { Certificate } from '#contracts/statements/vote.ts'
import { peer } from '#test/support/chain-builder.ts'
import { createRandom } from '#test/support/random.ts'
import { FollowedChain } from './followed-chain.ts'

const chain = new FollowedChain(120)
const head = chain.finalAt(116)
const good = chain.proofOf(head)
const pair = present(chain.finalising(head), 'the head is final')
const beyond = hashHex('test-other-block')

/** The proof with another pair of certificates for its head. */
const withPair = (certificates: readonly Certificate[]): FinalityProof => ({ ...good, certificates })

/** The proof with one hand-over changed. */
function withHandover(period: number, change: (handover: Handover) => Partial<Handover>): FinalityProof {
  return { ...good, handovers: good.handovers.map((one, j) => (j === period ? { ...one, ...change(one) } : one)) }
}

describe('a proof of finality is accepted [FIN-10]', () => {
  it('for genesis, with nothing', () => {
    const { header, id } = chain.at(0)
    expect(chain.check({ handovers: [], certificates: null, header })).toMatchObject({ ok: true, value: { id } })
  })

  it('for a block of each period, and gives the header, its id and the table that made it final', () => {
    for (const [period, height] of [20, 60, 90, 116].entries()) {
      const state = chain.finalAt(height)
      const proof = chain.proofOf(state)
      expect(proof.handovers).toHaveLength(period)
      const table = { period, total: state.tableOf(period)?.total }
      const checked = chain.check(proof)
      expect(checked).toMatchObject({ ok: true, value: { id: state.id, table } })
      if (checked.ok) expect(blockIdOf(checked.value.header)).toBe(state.id)
    }
  })

  it('for the last block of a period, before and after the hand-over, with and without certificates', () => {
    const last = chain.lastOf(1)
    const before = chain.proofOf(last)
    const after = { ...before, handovers: [0, 1].map(period => chain.handover(period)) }
    for (const proof of [before, after, { ...after, certificates: null }]) {
      expect(chain.check(proof)).toMatchObject({ ok: true, value: { id: last.id, table: { period: 1 } } })
    }
    expect(chain.verdictOn({ ...before, certificates: null })).toBe('E_FINALITY_LINK')
  })

  it('with more than two thirds of the table, and no more [FIN-1]', () => {
    const three = chain.builder.peers.slice(0, 3)
    expect(chain.verdictOn(withPair(chain.recertified(pair, {}, three)))).toBe('accepted')
    expect(chain.verdictOn(withPair(chain.recertified(pair, {}, three.slice(0, 2))))).toBe('E_FINALITY_CERTIFICATE')
  })
})

describe('a proof of finality is refused', () => {
  it('if its bytes are no proof', () => {
    const bytes = encode(finalityProofCodec, good)
    expect(checkFinalityProof(chain.start, bytes)).toMatchObject({ ok: true })
    for (const wrong of [new Uint8Array(0), bytes.slice(1), bytes.slice(0, -1), Uint8Array.of(...bytes, 0)]) {
      expect(checkFinalityProof(chain.start, wrong)).toMatchObject({ ok: false, code: 'E_PROOF_MALFORMED' })
    }
  })

  it('with the header of another block, or one that was touched', () => {
    expect(chain.verdictOn({ ...good, header: chain.at(head.height - 1).header })).toBe('E_FINALITY_LINK')
    expect(chain.verdictOn({ ...good, header: { ...good.header, stateRoot: beyond } })).toBe('E_FINALITY_LINK')
    const [first, second] = pair
    const lower = { ...first.vote.target, height: head.height - 1 }
    const certificates = chain.recertified(pair, { first: { target: lower }, second: { source: lower } })
    expect(chain.verdictOn(withPair(certificates))).toBe('E_FINALITY_LINK')
    expect(second.vote.source).toEqual(first.vote.target)
  })

  it('without certificates, unless it is the root of a period', () => {
    expect(chain.verdictOn({ ...good, certificates: null })).toBe('E_FINALITY_LINK')
  })

  it('with exactly two thirds of the table [FIN-1]', () => {
    const three = new FollowedChain(12, { peers: ['alice', 'bob', 'carol'] })
    const state = three.finalAt(8)
    const proof = three.proofOf(state)
    const certificates = present(three.finalising(state), 'final')
    expect(three.verdictOn(proof)).toBe('accepted')
    const two = three.recertified(certificates, {}, three.builder.peers.slice(0, 2))
    for (const wrong of [two, [two[0], certificates[1]], [certificates[0], two[1]]]) {
      expect(three.verdictOn({ ...proof, certificates: wrong })).toBe('E_FINALITY_CERTIFICATE')
    }
  })

  it('with a vote that is forged, of a stranger, or counted twice [FIN-1]', () => {
    const [first, second] = pair
    const [vote, ...rest] = first.votes
    const one = present(vote, 'a vote')
    const forged = { ...first, votes: [{ ...one, signature: present(rest[0], 'another').signature }, ...rest] }
    const twice = { ...first, votes: [one, one, ...rest] }
    const strange = chain.builder.certificate(first.vote, [...chain.builder.peers.slice(1), peer('mallory')])
    for (const wrong of [forged, twice, strange]) {
      expect(chain.verdictOn(withPair([wrong, second]))).toBe('E_FINALITY_CERTIFICATE')
    }
  })

  it('with certificates whose epochs are not consecutive, or that do not follow each other [FIN-1]', () => {
    const [first, second] = pair
    const later = { ...second.vote.target, epoch: second.vote.target.epoch + 1 }
    expect(chain.verdictOn(withPair(chain.recertified(pair, { second: { target: later } })))).toBe('E_FINALITY_LINK')
    expect(chain.verdictOn(withPair([second, first]))).toBe('E_FINALITY_LINK')
    expect(chain.verdictOn(withPair([first, first]))).toBe('E_FINALITY_LINK')
    const elsewhere = chain.recertified(pair, { second: { source: first.vote.source } })
    expect(chain.verdictOn(withPair(elsewhere))).toBe('E_FINALITY_LINK')
  })

  it('with certificates from another root than the last block of the period before [FIN-1]', () => {
    const root = { ...pair[0].vote.root, id: beyond }
    const both = chain.recertified(pair, { first: { root }, second: { root } })
    expect(chain.verdictOn(withPair(both))).toBe('E_FINALITY_LINK')
    expect(chain.verdictOn(withPair([pair[0], both[1]]))).toBe('E_FINALITY_LINK')
  })

  it('with certificates of another period than the table, or for a block beyond its reach [FIN-2]', () => {
    const period = { period: pair[0].vote.period + 1 }
    const other = chain.recertified(pair, { first: period, second: period })
    expect(chain.verdictOn(withPair(other))).toBe('E_FINALITY_CERTIFICATE')
    const state = chain.finalAt(60)
    const proof = chain.proofOf(state)
    expect(chain.verdictOn({ ...proof, handovers: [] })).toBe('E_FINALITY_LINK')
    const [first, second] = present(chain.finalising(state), 'final')
    const root = { epoch: 0, height: 0, id: chain.start.genesisBlock }
    const stretched = chain.recertified([first, second], {
      first: { period: 0, root },
      second: { period: 0, root }
    })
    const bytes = encode(finalityProofCodec, { handovers: [], certificates: stretched, header: state.header })
    expect(checkFinalityProof(chain.start, bytes)).toMatchObject({ code: 'E_FINALITY_LINK' })
  })

  it('on another network, or from another table [SIG-2]', () => {
    const bytes = encode(finalityProofCodec, good)
    const genesis = hashHex('test-other-genesis')
    expect(checkFinalityProof({ ...chain.start, genesis }, bytes)).toMatchObject({ code: 'E_FINALITY_CERTIFICATE' })
    const { start } = new FollowedChain(0, { peers: ['erin', 'frank', 'grace', 'heidi'] })
    const strangers = { ...chain.start, table: start.table }
    expect(checkFinalityProof(strangers, bytes)).toMatchObject({ code: 'E_FINALITY_CERTIFICATE' })
  })
})

describe('a hand-over is refused', () => {
  it('if it is missing, there twice or out of order [FIN-2]', () => {
    const [first, second, third] = good.handovers
    const [a, b, c] = [present(first, 'one'), present(second, 'two'), present(third, 'three')]
    for (const handovers of [[], [a], [a, b], [b, c], [a, c], [a, a, b, c], [b, a, c], [a, b, c, c]]) {
      expect(chain.verdictOn({ ...good, handovers })).toBe('E_FINALITY_LINK')
    }
  })

  it('if it is not from the last height of its period [FIN-2]', () => {
    const early = chain.finalAt(40)
    const change = () => ({ header: early.header, certificates: present(chain.finalising(early), 'final') })
    expect(chain.verdictOn(withHandover(0, change))).toBe('E_FINALITY_LINK')
  })

  it('if its certificates do not make its block final', () => {
    const certified = (change: (pair: readonly [Certificate, Certificate]) => readonly Certificate[]) => {
      return chain.verdictOn(withHandover(1, () => ({ certificates: change(pairOf(1)) })))
    }
    expect(certified(one => one)).toBe('accepted')
    expect(certified(([first, second]) => [second, first])).toBe('E_FINALITY_LINK')
    const few = chain.builder.peers.slice(0, 2)
    expect(certified(one => chain.recertified(one, {}, few))).toBe('E_FINALITY_CERTIFICATE')
    expect(certified(() => pairOf(0))).toBe('E_FINALITY_LINK')
    const root = { epoch: 0, height: chain.lastOf(0).height, id: beyond }
    expect(certified(one => chain.recertified(one, { first: { root }, second: { root } }))).toBe('E_FINALITY_LINK')
  })

  it('if the entries are swapped, changed, left out or added to [POS-1]', () => {
    const wrong = (entries: (from: Handover['entries']) => Handover['entries']) => {
      return chain.verdictOn(withHandover(1, handover => ({ entries: entries(handover.entries) })))
    }
    expect(wrong(entries => [...entries])).toBe('accepted')
    expect(wrong(([a, b, ...rest]) => [present(b, 'b'), present(a, 'a'), ...rest])).toBe('E_FINALITY_TABLE')
    expect(wrong(([a, ...rest]) => [{ ...present(a, 'a'), weight: 1n }, ...rest])).toBe('E_FINALITY_TABLE')
    expect(wrong(([, ...rest]) => rest)).toBe('E_FINALITY_TABLE')
    expect(wrong(entries => [...entries, present(entries[0], 'a')])).toBe('E_FINALITY_TABLE')
  })

  it('if its section roots are permuted or of another state [PRF-2]', () => {
    const reversed = withHandover(0, ({ sectionRoots }) => ({ sectionRoots: sectionRoots.toReversed() }))
    expect(chain.verdictOn(reversed)).toBe('E_PROOF_ROOT')
    const later = proveKey(chain.at(50), 'periods', { kind: 'head', period: 1 })
    expect(chain.verdictOn(withHandover(0, () => later))).toBe('E_PROOF_ROOT')
  })

  it('if its witness is of another key, another section or another state [PRF-2]', () => {
    const last = chain.lastOf(0)
    const witness = (of: { readonly witness: Uint8Array }) => {
      return chain.verdictOn(withHandover(0, () => ({ witness: of.witness })))
    }
    expect(witness(proveKey(last, 'periods', { kind: 'head', period: 1 }))).toBe('accepted')
    expect(witness(proveKey(last, 'periods', { kind: 'head', period: 0 }))).toBe('E_PROOF_INCOMPLETE')
    expect(witness(proveKey(last, 'finality', { kind: 'head' }))).toBe('E_PROOF_ROOT')
    expect(witness(proveKey(chain.at(80), 'periods', { kind: 'head', period: 1 }))).toBe('E_PROOF_ROOT')
    expect(witness({ witness: new Uint8Array(3) })).toBe('E_PROOF_ROOT')
  })

  it('if its state holds no table for the next period [FIN-10]', () => {
    const earlier = chain.at(20)
    const last = chain.lastOf(0)
    const header = { ...last.header, stateRoot: earlier.header.stateRoot }
    const target = { ...pairOf(0)[0].vote.target, id: blockIdOf(header) }
    const point = { ...pairOf(0)[1].vote.target, id: blockIdOf(header) }
    const certificates = chain.recertified(pairOf(0), { first: { target }, second: { source: target, target: point } })
    const evidence = proveKey(earlier, 'periods', { kind: 'head', period: 1 })
    const proof = {
      handovers: [{ ...chain.handover(0), header, certificates, ...evidence }],
      certificates: null,
      header
    }
    expect(chain.check(proof)).toMatchObject({ code: 'E_FINALITY_TABLE', why: 'the next period is not in the state' })
  })
})

it('a proof of finality with any one bit flipped is refused, and nothing throws [PRF-5]', () => {
  const bytes = encode(finalityProofCodec, good)
  const random = createRandom('finality bits')
  for (let i = 0; i < 400; i++) {
    const at = random.below(bytes.length * 8)
    const flipped = new Uint8Array(bytes)
    flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7))
    expect([at, checkFinalityProof(chain.start, flipped).ok]).toEqual([at, false])
  }
})

function pairOf(period: number): readonly [Certificate, Certificate] {
  return present(chain.finalising(chain.lastOf(period)), 'L_j is final')
}
