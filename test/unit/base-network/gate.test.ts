import { describe, expect, test } from 'vitest'
import type { Chain } from '#base-layer/chain/chain.ts'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { Gate, priceOfBytes } from '#base-layer/network/gate.ts'
import { Intake } from '#base-layer/network/intake.ts'
import { GATE_LIMITS } from '#base-layer/network/limits.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { type PreparedTransaction, prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const { verified } = installNodeCrypto()

function setUp() {
  let nowMs = 0
  const gate = new Gate(() => nowMs)
  return { gate, pass: (ms: number) => (nowMs += ms) }
}

describe('the gate [GSP-1]', () => {
  test('looks at nothing of a sender that has used up what it may cost, until time has passed', async () => {
    const { gate, pass } = setUp()
    let looked = 0
    const useless = async () => {
      looked += 1
      return 'ignore' as const
    }
    const price = priceOfBytes(192 * 1024)
    const affordable = Math.floor(GATE_LIMITS.peer.capacity / price)
    for (let n = 0; n < affordable + 100; n++) expect(await gate.judge('mallory', 192 * 1024, useless)).toBe('ignore')
    expect(looked, 'old blocks replayed cost their sender').toBe(affordable)
    await gate.judge('bob', 100, useless)
    expect(looked, 'and nobody else').toBe(affordable + 1)
    pass(60_000)
    await gate.judge('mallory', 100, useless)
    expect(looked).toBe(affordable + 2)
  })

  test('lets through any amount of what is of use, and of what the sender could not know was here', async () => {
    const { gate } = setUp()
    for (let n = 0; n < 20_000; n++) {
      expect(await gate.judge('bob', 1_000, async () => 'accept')).toBe('accept')
      expect(await gate.judge('bob', 1_000, async () => 'known')).toBe('ignore')
    }
  })

  test('takes more for what is worthless whoever looks at it', async () => {
    const { gate } = setUp()
    let looked = 0
    const reject = async () => {
      looked += 1
      return 'reject' as const
    }
    while ((await gate.judge('mallory', 10, reject)) === 'reject');
    expect(looked).toBeLessThanOrEqual(GATE_LIMITS.peer.capacity / GATE_LIMITS.rejected)
  })

  test('has a signer wait whose signed things came to nothing, whoever relayed them', () => {
    const { gate, pass } = setUp()
    for (let n = 0; n < GATE_LIMITS.signer.capacity / GATE_LIMITS.failed; n++) {
      expect(gate.trusts(olga.key)).toBe(true)
      gate.blame(olga.key)
    }
    expect(gate.trusts(olga.key)).toBe(false)
    expect(gate.trusts(oscar.key)).toBe(true)
    pass(1_000)
    expect(gate.trusts(olga.key)).toBe(true)
  })
})

/** A chain with a mempool on a builder's state. */
function network(chain: ChainBuilder) {
  const mempool = new Mempool(chain.state)
  const submitted: PreparedTransaction[] = []
  const fake = {
    head: chain.state,
    final: chain.state,
    mempool,
    submit: (prepared: PreparedTransaction) => {
      submitted.push(prepared)
      return mempool.add(prepared)
    }
  } as unknown as Chain
  return { submitted, mempool, intake: new Intake(fake, new VerifyPool(verified), new Gate(() => 0)) }
}
const turn = () => new Promise(resolve => setTimeout(resolve, 5))

describe('a transaction from a peer [GSP-1]', () => {
  test('is relayed once its owner has signed, and applied after that', async () => {
    const chain = new ChainBuilder()
    const { submitted, mempool, intake } = network(chain)
    const { encoded } = prepareTransaction(chain.pay(olga, oscar, 5n))
    expect(await intake.takeTransaction(encoded, 'bob')).toBe('accept')
    expect(submitted).toHaveLength(0)
    await turn()
    expect(mempool.size).toBe(1)
    expect(await intake.takeTransaction(encoded, 'carol'), 'known already').toBe('ignore')
  })

  test('is not relayed with another’s signature, of coin that nobody owns, or again after it was refused', async () => {
    const chain = new ChainBuilder()
    const { submitted, intake } = network(chain)
    const paid = chain.pay(olga, oscar, 5n)
    const forged = prepareTransaction({ ...paid, signature: new Uint8Array(64).fill(3) })
    expect(await intake.takeTransaction(forged.encoded, 'mallory')).toBe('reject')
    const spent = prepareTransaction(chain.sign(olga, { ...paid, inputs: [prepareTransaction(paid).id as never] }))
    expect(await intake.takeTransaction(spent.encoded, 'mallory')).toBe('ignore')
    expect(submitted).toHaveLength(0)
    const poor = prepareTransaction(chain.spend({ from: olga, to: [], fee: 1n }))
    expect(await intake.takeTransaction(poor.encoded, 'mallory')).toBe('accept')
    await turn()
    expect(await intake.takeTransaction(poor.encoded, 'mallory')).toBe('ignore')
    expect(submitted).toHaveLength(1)
  })

  test('its owner answers for what does not apply: after a few such, none of its own is relayed', async () => {
    const chain = new ChainBuilder()
    const { submitted, intake } = network(chain)
    const body = chain.pay(olga, oscar, 5n)
    const answers: string[] = []
    for (let n = 0; n < 20; n++) {
      // Each with another time bound, so each is another transaction; none of them applies now.
      const early = prepareTransaction(chain.sign(olga, { ...body, notBefore: 1_000 + n }))
      answers.push(await intake.takeTransaction(early.encoded, `relay ${n}`))
      await turn()
    }
    const most = GATE_LIMITS.signer.capacity / GATE_LIMITS.failed
    expect(answers.filter(one => one === 'accept')).toHaveLength(most)
    expect(submitted).toHaveLength(most)
    const honest = prepareTransaction(chain.pay(oscar, olga, 5n))
    expect(await intake.takeTransaction(honest.encoded, 'relay 1')).toBe('accept')
  })

  test('that is dear to check is checked first, and one that fails costs its sender and its signer', async () => {
    const chain = new ChainBuilder()
    chain.isRevealing = false
    chain.produceTo(chain.state.chain.parameters.period)
    const [peer] = chain.awake
    if (peer === undefined) throw new Error('somebody is awake')
    const { submitted, intake } = network(chain)
    const revealed = chain.reveal(peer, 1)
    if (revealed.action?.kind !== 'seed.reveal') throw new Error('a reveal')
    const proof = revealed.action.proof.map((byte, place) => (place === 40 ? byte ^ 1 : byte))
    const answers: string[] = []
    for (let n = 0; n < 12; n++) {
      const bad = chain.sign(peer, { ...revealed, notAfter: 10_000 + n, action: { ...revealed.action, proof } })
      answers.push(await intake.takeTransaction(prepareTransaction(bad).encoded, 'mallory'))
    }
    expect(answers).not.toContain('accept')
    expect(submitted.length).toBeLessThan(12)
    const fresh = network(chain)
    expect(await fresh.intake.takeTransaction(prepareTransaction(revealed).encoded, 'bob')).toBe('accept')
    expect(fresh.mempool.size).toBe(1)
  })
})
