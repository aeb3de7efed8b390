// What a header must say, each way to be wrong [POS-4, POS-5, POS-7, PRF-1 to PRF-3, FIN-1, FIN-8].
import { beforeEach, describe, expect, it } from 'vitest'
import { applyBlock, buildBlock } from '#base-layer/state/transition.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import type { Block, BlockHeader } from '#contracts/statements/block.ts'
import type { Certificate, Vote } from '#contracts/statements/vote.ts'
import { actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const chain = new ChainBuilder()
chain.produceTo(9)
const start = chain.state
const { block } = chain.draft([chain.pay(olga, olga, shares(1))])

beforeEach(() => chain.rewind(start))

function codeOf(changed: Block): string | undefined {
  const verdict = applyBlock(chain.state, changed)
  return verdict.ok ? undefined : verdict.code
}

function withHeader(change: Partial<BlockHeader>): string | undefined {
  return codeOf({ ...block, header: { ...block.header, ...change } })
}

describe('a header', () => {
  it('is accepted as it was built', () => {
    expect(codeOf(block)).toBeUndefined()
  })

  it('is refused in another place or time, or of somebody without tickets [POS-4]', () => {
    const { slot, height, timeMs } = block.header
    expect(withHeader({ parent: hashHex<BlockId>('other') })).toBe('E_BLOCK_PARENT')
    expect(withHeader({ height: height + 1 })).toBe('E_BLOCK_HEIGHT')
    expect(withHeader({ slot: start.header.slot })).toBe('E_BLOCK_SLOT')
    expect(withHeader({ timeMs: timeMs - 1 })).toBe('E_BLOCK_EARLY')
    expect(withHeader({ timeMs: (slot + 1) * 500 })).toBe('E_BLOCK_LATE')
    expect(withHeader({ proposer: olga.key })).toBe('E_BLOCK_PROPOSER')
  })

  it('is refused for each root and counter that is not what its body leads to [PRF-1 to PRF-3, FIN-8]', () => {
    const other = hashHex('other')
    const { justified, recordedFinal, ticks, score } = block.header
    expect(withHeader({ transactionsRoot: other })).toBe('E_BLOCK_TRANSACTIONS')
    expect(withHeader({ certificatesHash: other })).toBe('E_BLOCK_CERTIFICATES')
    expect(withHeader({ spentRoot: other })).toBe('E_BLOCK_SPENT')
    expect(withHeader({ historyRoot: other })).toBe('E_BLOCK_HISTORY')
    expect(withHeader({ stateRoot: other })).toBe('E_BLOCK_STATE')
    expect(withHeader({ score: score + 1n })).toBe('E_BLOCK_SCORE')
    expect(withHeader({ recordedFinal: recordedFinal + 1 })).toBe('E_BLOCK_FINAL')
    expect(withHeader({ justified: { ...justified, height: 0 } })).toBe('E_BLOCK_JUSTIFIED')
    expect(withHeader({ ticks: ticks + 1 })).toBe('E_BLOCK_TICKS')
  })

  it('is refused for an acknowledgement twice, out of order, forged, or of nobody [POS-5, POS-7]', () => {
    const [first, second] = block.header.acknowledgements
    if (first === undefined || second === undefined) throw new Error('fewer than two acknowledgements')
    expect(withHeader({ acknowledgements: [first, first] })).toBe('E_ACK_TWICE')
    expect(withHeader({ acknowledgements: [second, first] })).toBe('E_ACK_ORDER')
    expect(withHeader({ acknowledgements: [{ ...first, digest: hashHex('other') }] })).toBe('E_ACK_SIGNATURE')
    expect(withHeader({ acknowledgements: [{ ...first, peer: olga.key }] })).toBe('E_ACK_PEER')
    expect(withHeader({ acknowledgements: [] })).toBe('E_BLOCK_SCORE')
  })
})

describe('a certificate counts only', () => {
  const vote: Vote = (() => {
    const [certificate] = chain.certify(block.header.slot + 2)
    if (certificate === undefined) throw new Error('no certificate')
    return certificate.vote
  })()
  const codeWith = (certificate: Certificate): string | undefined => codeOf({ ...block, certificates: [certificate] })
  const of = (change: Partial<Vote>): Certificate => chain.certificate({ ...vote, ...change })

  it('from a justified source to a block of this chain, later and not lower [FIN-1, FIN-8]', () => {
    expect(codeWith(of({}))).toBe('E_BLOCK_CERTIFICATES')
    expect(codeWith(of({ source: { ...vote.source, epoch: vote.source.epoch - 1 } }))).toBe('E_CERT_SOURCE')
    expect(codeWith(of({ root: { ...vote.root, id: hashHex<BlockId>('other') } }))).toBe('E_CERT_ROOT')
    expect(codeWith(of({ period: 1 }))).toBe('E_CERT_PERIOD')
    expect(codeWith(of({ target: { ...vote.target, id: hashHex<BlockId>('other') } }))).toBe('E_CERT_TARGET')
    expect(codeWith(of({ target: { ...vote.target, epoch: vote.source.epoch } }))).toBe('E_VOTE_EPOCH')
    expect(codeWith(of({ target: { ...vote.target, height: 42 } }))).toBe('E_VOTE_HEIGHT')
    expect(codeWith(of({ target: { ...vote.target, height: 41 } }))).toBe('E_CERT_TARGET')
  })

  it('if it says something new, though it came after one of a later target was recorded [FIN-2, FIN-8]', () => {
    const { period, recovery, root, target } = vote
    const link = { period, recovery, root }
    const [first, second, third] = [0, 1, 2].map(more => ({ ...target, epoch: target.epoch + more }))
    if (first === undefined || second === undefined || third === undefined) throw new Error('three epochs')
    const after = (certificates: readonly Certificate[]) =>
      buildBlock(chain.state, { ...block.header, transactions: [], certificates }).state
    const recorded = [of({}), chain.certificate({ ...link, source: first, target: third })]
    const late = chain.certificate({ ...link, source: first, target: second })
    expect(after(recorded).recordedFinal).not.toEqual(first)
    expect(after([...recorded, late]).recordedFinal).toEqual(first)
    expect(
      after([...recorded, late])
        .justified.map(point => point.epoch)
        .slice(-3)
    ).toEqual([first, second, third].map(point => point.epoch))
    expect(after([...recorded, late]).id).toBe(after([...recorded, late, late]).id)
  })

  it('with more than two thirds of the table, each signed, none a stranger [FIN-1]', () => {
    expect(codeWith(chain.certificate(vote, chain.peers.slice(0, 2)))).toBe('E_CERTIFICATE_WEIGHT')
    const whole = of({})
    const forged = whole.votes.map((one, i) => (i === 0 ? { ...one, signature: new Uint8Array(64) } : one))
    expect(codeWith({ ...whole, votes: forged })).toBe('E_CERTIFICATE_SIGNATURE')
    const stranger = [...whole.votes, { peer: 'ff'.repeat(32) as PublicKey, signature: new Uint8Array(64) }]
    expect(codeWith({ ...whole, votes: stranger })).toBe('E_CERTIFICATE_STRANGER')
    expect(codeWith({ ...whole, votes: [...whole.votes].reverse() })).toBe('E_CERTIFICATE_ORDER')
  })

  it('to finalise a source whose next epoch it justifies; over a gap it justifies alone [FIN-1]', () => {
    chain.isVoting = false
    for (let i = 0; i < 4; i++) chain.produce()
    const { recordedFinal, justified } = chain.state
    chain.isVoting = true
    chain.produce()
    expect(chain.state.justified.at(-1)?.epoch).toBeGreaterThan((justified.at(-1)?.epoch ?? 0) + 1)
    expect(chain.state.recordedFinal).toEqual(recordedFinal)
    const target = chain.state.justified.at(-1)
    while (chain.state.justified.at(-1) === target) chain.produce()
    expect(chain.state.recordedFinal).toEqual(target)
  })

  it('once: what the chain has recorded is not carried again [FIN-8]', () => {
    const known = chain.blocks.flatMap(one => one.certificates).at(-1)
    if (known === undefined) throw new Error('no certificate was carried')
    expect(codeWith(known)).toMatch(/^E_CERT_(KNOWN|SOURCE)$/)
  })
})
