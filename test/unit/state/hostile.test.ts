// What hostile people try with blocks that are valid as far as anybody can see: crowding out claims, making
// paths stale, serving without collateral, filling leaves, asking for more work than a block may [LED-5, CLM-4,
// CLM-6, FIN-8].
import { beforeEach, describe, expect, it } from 'vitest'
import { costOfTransaction, inLaneOrder } from '#base-layer/state/transactions/block-limits.ts'
import { BLOCK_VERIFICATIONS, JUSTIFIED_KEPT, OPEN_CLAIMS } from '#base-layer/state/limits.ts'
import { prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { addCommit, addConviction, hasRoomToCommit, hasRoomToConvict } from '#base-layer/state/claims/open-claims.ts'
import { appendLogItem, oldestWaiting } from '#base-layer/state/assets/log.ts'
import { Work } from '#base-layer/state/work.ts'
import { countSupply } from '#test/support/state-reads.ts'
import { logEntryCodec } from '#contracts/assets/log-item.ts'
import { stepInputCodec } from '#contracts/assets/step.ts'
import { inputHashOf, type TraceLeaf } from '#contracts/assets/trace.ts'
import { claimDepositMin } from '#contracts/bonds/slashing.ts'
import { encodeClaim } from '#contracts/claims/claim.ts'
import { showLeaf, traceLogOf } from '#contracts/claims/shown-leaf.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import { payoutIdOf } from '#contracts/ledger/output.ts'
import { leafHash } from '#contracts/merkle/hash.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'
import type { AssetId, BondId, ClaimId, DagId, Hash } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { statementIdOf } from '#contracts/statements/statement.ts'
import { AssetBuilder, falseEdge, TestClaim, twinStatements } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder, output } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const wanda = actor('wanda')
const chain = new ChainBuilder({ owners: ['olga', 'oscar', 'wanda'] })
const asset = new AssetBuilder(chain, olga)
chain.produce([asset.transaction])
chain.produce([asset.bond(oscar, ['v1', 'v2', 'v3', 'v4', 'v5'])])
chain.produceTo(69)
const start = chain.state
const deposit = claimDepositMin(asset.registration, 'checkpoint')

beforeEach(() => chain.rewind(start))

function commitAndFinalise(claim: TestClaim): void {
  chain.produce([claim.commit])
  const committed = chain.state.height
  while (chain.state.ticksSince(committed) === undefined) chain.produce()
}

describe('open claims [CLM-4]', () => {
  it('are limited by asset, so that cheap ones on one asset leave room on others', () => {
    const work = new Work(chain.state, chain.state.header.slot + 1)
    const other = hashHex<AssetId>('test-other')
    for (let i = 0; i < OPEN_CLAIMS; i++) addCommit(work, other, hashHex<ClaimId>('test', asciiToBytes(`${i}`)))
    expect(hasRoomToCommit(work, other)).toBe(false)
    expect(hasRoomToCommit(work, asset.id)).toBe(true)
  })

  it('leave room for the convictions of all commits beside those without one, and still make a state', () => {
    const work = new Work(chain.state, chain.state.header.slot + 1)
    const accuse = (seat: number): ClaimTarget => {
      return { kind: 'seat', asset: asset.id, epoch: 1, dag: hashHex<DagId>('test'), seat: seat % 64 }
    }
    for (let i = 0; i < OPEN_CLAIMS; i++) addConviction(work, accuse(i))
    expect(hasRoomToConvict(work, asset.id)).toBe(false)
    for (let i = 0; i < OPEN_CLAIMS; i++) addConviction(work, accuse(i))
    expect(() => work.seal()).not.toThrow()
  })
})

describe('a claim that shows a log item [CLM-6]', () => {
  it('stays good when the liars append to the log between its commit and its reveal', () => {
    const { claim, target, statement } = falseEntry()
    chain.produce([asset.post(oscar, statement)])
    const accusation = new TestClaim(chain, wanda, target, claim, deposit)
    commitAndFinalise(accusation)
    const noise = { kind: 'log.post', asset: asset.id, instruction: Uint8Array.of(1) } as const
    chain.produce([chain.spend({ from: oscar, action: noise })])
    chain.produce([accusation.reveal()])
    expect(accusation.record?.status).toBe('proven')
    expect(asset.checkpoint(1).status).toBe('void')
  })
})

/** A checkpoint whose only step took another first log item than base state holds. */
function falseEntry() {
  const place = asset.statement()
  const entries = Array.from({ length: asset.logSize }, (_, index) => {
    const entry = chain.state.get('logs', { kind: 'entry', asset: asset.id, index })
    if (entry?.kind !== 'entry') throw new Error('no entry')
    return encode(logEntryCodec, { height: entry.height, item: entry.item })
  })
  const input = encode(stepInputCodec, {
    kind: 'log',
    index: 0,
    baseHeight: place.baseHeight,
    slot: 1,
    tick: 1,
    logIndex: 0,
    entry: encode(logEntryCodec, { height: 3, item: { kind: 'instruction', instruction: Uint8Array.of(9) } })
  })
  const leaf: TraceLeaf = {
    index: 0,
    inputHash: inputHashOf(input),
    inputLength: input.length,
    root: place.postRoot,
    effectsHash: hashHex('test-effects')
  }
  const trace = traceLogOf([leaf])
  const statement = { ...place, traceRoot: bytesToHex(trace.root()) as Hash }
  const log = MerkleLog.ofHashes(entries.map(leafHash))
  const checkpoint = statementIdOf(statement)
  const claim = encodeClaim({
    kind: 'bad-input',
    asset: asset.id,
    sequence: 1,
    checkpoint,
    place: 0,
    input,
    leaf: present(showLeaf([leaf], trace, 0), 'a leaf'),
    lie: { kind: 'entry', entry: present(entries[0], 'an entry'), path: log.inclusionProof(0) }
  })
  const target: ClaimTarget = { kind: 'checkpoint', asset: asset.id, sequence: 1, checkpoint }
  return { claim, target, statement }
}

describe('a unit that is slashed for one epoch [BND-6, CLM-6]', () => {
  it('counts for nothing in the next epoch either', () => {
    while (asset.record.epoch < 2) {
      if (asset.record.status !== 'live') throw new Error(asset.record.status)
      const next = asset.statement()
      const last = asset.checkpoint(asset.record.sequence).statement?.baseHeight ?? 56
      chain.produce(next.baseHeight >= Math.max(last, 56) + 20 ? [asset.post(oscar, next)] : [])
    }
    const [old, next] = [asset.committee(1), asset.committee(2)]
    const seat = old.seats.findIndex(one => next.seats.some(other => other.bond === one.bond))
    const accused = present(old.seats[seat], 'a seat of both epochs')
    const twins = twinStatements(asset, seat)
    const claim = new TestClaim(chain, wanda, twins.target, twins.claim, deposit)
    commitAndFinalise(claim)
    chain.produce([claim.reveal()])
    expect(claim.record?.status).toBe('proven')
    const later = asset.committee(2).seats.find(one => one.bond === accused.bond)
    expect(later?.slashed).toBe(true)
    expect(asset.record.status).toBe('live')
  })
})

describe('evidence against an epoch [CLM-4, CLM-6]', () => {
  it('committed to in time stays good when a void below moves the start of its dag [CLM-4]', () => {
    while (asset.record.epoch < 2) {
      const last = asset.checkpoint(asset.record.sequence).statement?.baseHeight ?? 56
      const next = asset.statement()
      chain.produce(next.baseHeight >= Math.max(last, 56) + 20 ? [asset.post(oscar, next)] : [])
    }
    while (chain.state.recordedFinal.height < asset.committee(2).begins) chain.produce()
    const closing = falseEdge(asset, { epoch: 1 })
    chain.produce([asset.post(oscar, closing.statement)])
    const twins = twinStatements(asset, 0)
    const claim = new TestClaim(chain, wanda, twins.target, twins.claim, deposit)
    commitAndFinalise(claim)
    chain.produce([new TestClaim(chain, oscar, closing.target, closing.claim, deposit).reveal({ commit: null })])
    expect(asset.checkpoint(closing.statement.sequence).status).toBe('void')
    chain.produce([claim.reveal()])
    expect(claim.record?.status).toBe('proven')
  })

  it('is refused EVIDENCE_AGE after its last checkpoint is settled, with or without a commit', () => {
    const twins = twinStatements(asset, 1)
    const claim = new TestClaim(chain, wanda, twins.target, twins.claim, deposit)
    const bare = claim.reveal({ commit: null })
    expect(chain.refusalOf(bare)).toBeUndefined()
    asset.produceUntil('halted')
    const closedAt = present(asset.committee(1).closedAt, 'closed by the base')
    while ((chain.state.ticksSince(closedAt) ?? 0) < 199) chain.produce()
    expect(chain.refusalOf(claim.commit)).toBe('E_CLAIM_WINDOW')
    expect(chain.refusalOf(bare)).toBe('E_CLAIM_WINDOW')
  })
})

describe('a log full of notices that nobody consumes [VAL-3]', () => {
  it('is walked over once, and what waits behind them is still found', () => {
    const work = new Work(chain.state, chain.state.header.slot + 1)
    const reads = () => oldestWaiting(work, asset.id, 1)
    for (let i = 0; i < 40; i++) appendLogItem(work, asset.id, { kind: 'settled', sequence: i, signers: [] })
    expect(reads()).toBeUndefined()
    expect(work.get('logs', { kind: 'notices', asset: asset.id })).toEqual({ kind: 'notices', from: 1, to: 41 })
    appendLogItem(work, asset.id, { kind: 'instruction', instruction: Uint8Array.of(1) })
    expect(reads()).toMatchObject({ height: work.height, item: { kind: 'instruction' } })
    expect(oldestWaiting(work, asset.id, 0)).toMatchObject({ item: { kind: 'membership' } })
    expect(oldestWaiting(work, asset.id, 42)).toBeUndefined()
  })
})

describe('recorded finality [FIN-8]', () => {
  it('keeps a bounded number of justified points when every other epoch fails', () => {
    const honest = chain.certify.bind(chain)
    chain.certify = slot => (Math.floor(slot / 2) % 2 === 0 ? honest(slot) : [])
    const final = chain.state.recordedFinal
    for (let i = 0; i < 4 * JUSTIFIED_KEPT + 40; i++) chain.produce()
    expect(chain.state.recordedFinal).toEqual(final)
    expect(chain.state.justified.length).toBe(1 + JUSTIFIED_KEPT)
    chain.certify = honest
    for (let i = 0; i < 8; i++) chain.produce()
    expect(chain.state.recordedFinal.height).toBeGreaterThan(final.height)
  })
})

describe('the work a block asks for [LED-5, SIG-1]', () => {
  it('counts every new owner, so that outputs alone cannot stall whoever checks it', () => {
    const many = Array.from({ length: 255 }, () => output(wanda.key, 1n))
    const payment = prepareTransaction(chain.spend({ from: oscar, to: many }))
    expect(costOfTransaction(payment).verifications).toBeGreaterThan(255)
    const bonds = prepareTransaction(asset.bond(oscar, ['v6', 'v7']))
    expect(costOfTransaction(bonds).verifications).toBeGreaterThanOrEqual(7)
  })

  it('admits no more proofs of a seed than a second or two of checking them', () => {
    const reveal = prepareTransaction(chain.reveal(present(chain.peers[0], 'a peer'), 2))
    expect(Math.floor(BLOCK_VERIFICATIONS / costOfTransaction(reveal).verifications) * 2.8).toBeLessThan(2200)
  })

  it('keeps a part for every reserved lane while another is flooded', () => {
    const lie = falseEdge(asset)
    chain.produce([asset.post(oscar, lie.statement)])
    const claim = new TestClaim(chain, wanda, lie.target, lie.claim, deposit)
    const flood = prepareTransaction(asset.post(oscar, lie.statement))
    const commit = prepareTransaction(claim.commit)
    const payment = prepareTransaction(chain.pay(oscar, olga, 1n))
    const { parameters } = chain.state.chain
    const ordered = inLaneOrder([...Array.from({ length: 4096 }, () => flood), payment, commit], parameters)
    expect(ordered.indexOf(commit)).toBeLessThanOrEqual(4096 / 8)
    expect(ordered.indexOf(payment)).toBe(ordered.length - 1)
    expect(ordered.length).toBe(4098)
  })
})

describe('a payout of the chain [LED-2]', () => {
  it('has another id for another owner or amount, so that spending it on one fork spends no other on the next', () => {
    const id = payoutIdOf(5, 0, olga.key, 10n)
    expect(payoutIdOf(5, 0, olga.key, 11n)).not.toBe(id)
    expect(payoutIdOf(5, 0, oscar.key, 10n)).not.toBe(id)
    expect(payoutIdOf(5, 0, olga.key, 10n)).toBe(id)
  })
})

describe('a committee that waits for members', () => {
  it('is drawn without a bond that is released in the very block', () => {
    const late = new AssetBuilder(chain, olga)
    chain.produce([late.transaction])
    const post = late.bond(oscar, ['w1', 'w2', 'w3', 'w4', 'w5'])
    const bonds = AssetBuilder.bondIds(post, 5).slice(0, 1)
    chain.produce([post])
    chain.produceTo(101)
    const leave = chain.spend({ from: oscar, action: { kind: 'bond.leave', bonds } })
    chain.produce([leave, chain.spend({ from: oscar, action: { kind: 'bond.release', bonds } })])
    expect(late.committee(1).source).toBe(102)
    expect(late.committee(1).seats.map(seat => seat.bond)).not.toContain(bonds[0])
  })

  it('is drawn in the same block as if every block were tried [COM-4]', () => {
    const late = new AssetBuilder(chain, olga)
    chain.produce([late.transaction])
    chain.produce([late.bond(oscar, ['w1', 'w2', 'w3', 'w4'])])
    late.produceUntil('live')
    expect(late.committee(1).source).toBe(96 + 6)
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
    expect(chain.state.get('bonds', hashHex<BondId>('none'))).toBeUndefined()
  })
})
