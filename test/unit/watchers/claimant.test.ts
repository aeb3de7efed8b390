// The claimant on a virtual clock and a chain that the test advances: commit, wait until it is recorded final, reveal, end; over
// restarts, refusals and targets that fall by another's proof [CLM-4, CLM-7].
import type { SampleOutcome } from '#base-layer/index.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Claimant } from '#asset-layer/watchers/claimant.ts'
import { Collector } from '#asset-layer/watchers/collector.ts'
import { AssetStore } from '#asset-layer/store/asset-store.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import type { Claim } from '#contracts/claims/claim.ts'
import { claimTargetOf } from '#contracts/claims/claim.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { commitmentOf } from '#contracts/ledger/actions/claim.ts'
import { tokenTemplate } from '#contracts/assets/token.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { AssetId, CheckpointId, ClaimId, Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, assert, present, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { FakeBaseChain } from '#test/support/fake-base-chain.ts'

const me = hashHex('test-claimant') as string as PublicKey
const checkpoint = hashHex<CheckpointId>('test-checkpoint')
const logger = createLogger({ name: 'test', level: 'silent' })

/** Nothing happens by itself: the test pokes. */
const still: Clock = { nowMs: () => 0, setTimer: () => () => {} }

let chain: FakeBaseChain
let store: AssetStore
let asset: AssetId
let acts: Action[]
let refuseNext: boolean

beforeEach(async () => {
  chain = new FakeBaseChain({ genesisTimeMs: 0 })
  const parameters = tokenTemplate.encodeParameters({
    name: 'T',
    decimals: 0,
    supplyCap: 1n,
    mint: true,
    burn: true,
    freeze: true,
    recall: true
  })
  assert(parameters.ok, 'good parameters')
  const registration: AssetRegister = {
    symbol: 'T',
    issuer: me,
    template: 'token',
    templateVersion: 1,
    parameters: parameters.value,
    mode: 'opt-in',
    seats: 4,
    collateralPerSeat: 1_000n,
    termTicks: 1,
    interval: 6,
    windowTicks: 48,
    statedValue: 0n,
    reserveAtoms: 0n
  }
  asset = chain.addAsset(registration, [me, me, me, me], 2)
  setCheckpoint('standing')
  store = await AssetStore.open(':memory:', 0)
  acts = []
  refuseNext = false
})
afterEach(async () => store.close())

function setCheckpoint(status: 'standing' | 'void' | 'settled'): void {
  chain.set(
    'checkpoints',
    { asset, sequence: 1 },
    {
      id: checkpoint,
      statement: null,
      postedAt: 0,
      status,
      signers: [0, 1, 2],
      openCommits: 0,
      settledAt: null
    }
  )
}

const claim = (): Claim => ({
  kind: 'bad-edge',
  asset,
  sequence: 1,
  checkpoint,
  edge: { kind: 'state', witness: { kind: 'empty' } }
})

/** Records commits as the base chain does, and nothing of reveals: the test says what becomes of them. */
async function act(action: Action): Promise<Verdict<TransactionId>> {
  acts.push(action)
  if (refuseNext) return reject('E_FUNDS', 'no coin')
  if (action.kind === 'claim.commit') return present(account, 'an account').act(action)
  return accept(hashHex<TransactionId>('test-reveal'))
}
let account: ReturnType<FakeBaseChain['account']>

function claimant(sampleFinal?: () => Promise<SampleOutcome>): Claimant {
  account = chain.account(me)
  const made = new Claimant({ chain, store, account: { key: me, act }, clock: still, logger, sampleFinal })
  made.start()
  return made
}

async function poke(one: Claimant): Promise<void> {
  one.poke()
  await new Promise(resolve => setImmediate(resolve))
  await new Promise(resolve => setImmediate(resolve))
}

const stateOf = (): string | undefined => store.offences()[0]?.state

describe('CLM-4: a claim', () => {
  it('is committed with its deposit, revealed once that is recorded final, and ends with the verdict', async () => {
    new Collector(store, logger).add(claim(), 0)
    const one = claimant()
    await poke(one)
    const [offence] = store.offences()
    const { salt, claim: bytes } = present(offence, 'the offence')
    expect(acts).toEqual([
      {
        kind: 'claim.commit',
        target: claimTargetOf(claim()),
        claimant: me,
        deposit: 75n,
        commitment: commitmentOf({ claim: bytes, claimant: me, salt })
      }
    ])
    chain.advance(3)
    await poke(one)
    expect(acts).toHaveLength(1)
    chain.advance(2)
    await poke(one)
    expect(acts[1]).toMatchObject({ kind: 'claim.reveal', commit: offence?.submission, salt })
    expect(stateOf()).toBe('revealed')
    const key = { kind: 'commit', id: offence?.submission as Hash as ClaimId } as const
    const commit = chain.now('claims', key)
    assert(commit?.kind === 'commit', 'the commit is recorded')
    chain.set('claims', key, { ...commit, status: 'proven' })
    chain.advance(3)
    await poke(one)
    expect(stateOf()).toBe('done')
    await poke(one)
    expect(acts).toHaveLength(2)
  })

  it('is not filed while strangers have another final block, and is once they agree [NET-2]', async () => {
    new Collector(store, logger).add(claim(), 0)
    let outcome: SampleOutcome = { kind: 'conflict', peers: ['stranger'] }
    const one = claimant(async () => outcome)
    await poke(one)
    expect(acts).toEqual([])
    expect(stateOf()).toBe('found')
    outcome = { kind: 'agrees', asked: 4, same: 4 }
    await poke(one)
    await poke(one)
    expect(acts).toHaveLength(1)
  })

  it('goes on after a restart with the salt it was committed with', async () => {
    new Collector(store, logger).add(claim(), 0)
    await poke(claimant())
    chain.advance(6)
    const salt = store.offences()[0]?.salt
    await poke(claimant())
    expect(acts.map(({ kind }) => kind)).toEqual(['claim.commit', 'claim.reveal'])
    expect(acts[1]).toMatchObject({ salt })
  })

  it('is tried again if it was refused, and sent again if it is nowhere to be seen', async () => {
    new Collector(store, logger).add(claim(), 0)
    refuseNext = true
    const one = claimant()
    await poke(one)
    expect(stateOf()).toBe('found')
    refuseNext = false
    store.setOffence(store.offences()[0]?.id ?? '', 'committed', hashHex('test-lost'), 0)
    chain.advance(8)
    await poke(one)
    expect(stateOf()).toBe('committed')
    chain.advance(4)
    await poke(one)
    await poke(one)
    expect(stateOf()).toBe('committed')
    expect(acts.map(({ kind }) => kind)).toEqual(['claim.commit', 'claim.commit'])
  })

  it.each(['void', 'settled'] as const)('is dropped if its target is %s before it is committed', async status => {
    setCheckpoint(status)
    new Collector(store, logger).add(claim(), 0)
    await poke(claimant())
    expect([stateOf(), acts.length]).toEqual(['dropped', 0])
  })

  it('is revealed although another proof voided its target after the commit', async () => {
    new Collector(store, logger).add(claim(), 0)
    const one = claimant()
    await poke(one)
    setCheckpoint('void')
    chain.advance(6)
    await poke(one)
    expect(acts.map(({ kind }) => kind)).toEqual(['claim.commit', 'claim.reveal'])
  })

  it('is kept once for one accused', () => {
    const collector = new Collector(store, logger)
    expect([collector.add(claim(), 0), collector.add(claim(), 1)]).toEqual([true, false])
  })

  it('waits while claiming is switched off', async () => {
    new Collector(store, logger).add(claim(), 0)
    const one = claimant()
    one.stop()
    await poke(one)
    expect(acts.length).toBeLessThanOrEqual(1)
    const before = acts.length
    chain.advance(8)
    await poke(one)
    expect(acts).toHaveLength(before)
  })
})
