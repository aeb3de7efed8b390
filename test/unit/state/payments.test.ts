// What a base transaction must be, each way to be wrong, and what becomes of its fee [LED-1 to LED-3, LED-5].
import { beforeEach, describe, expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import { outputIdOf, ownerOf } from '#contracts/ledger/output.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import { genesisOutputId } from '#contracts/ledger/genesis.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const chain = new ChainBuilder()
chain.produce()
const start = chain.state
/** The first output of olga, after the four of the peers. */
const hers = genesisOutputId(chain.genesis, 4)

beforeEach(() => chain.rewind(start))

describe('payments [LED-3]', () => {
  it('move coin to its new owner and change back [LED-1]', () => {
    const payment = chain.pay(olga, oscar, shares(7))
    chain.produce([payment])
    const owned = [...chain.state.entries('outputs')].map(([, one]) => one.output)
    expect(owned).toContainEqual(output(oscar.key, shares(7)))
    expect(owned).toContainEqual(output(olga.key, shares(993) - chain.feeOf(payment)))
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('may spend in one block what the same block created', () => {
    const first = chain.spend({ from: olga, to: [output(oscar.key, shares(5))] })
    const created = outputIdOf(transactionIdOf(first), 0)
    const outputs = [output(olga.key, shares(5) - 2000n)]
    const body = {
      outputs,
      inputs: [created],
      action: null,
      notBefore: null,
      notAfter: null,
      memo: null,
      preimages: []
    }
    const second = chain.sign(oscar, body)
    expect(chain.refusalOf(second)).toBe('E_TX_INPUT_UNKNOWN')
    chain.produce([first, second])
    expect(chain.state.get('outputs', created)).toBeUndefined()
    expect(chain.state.get('outputs', outputIdOf(transactionIdOf(second), 0))?.output).toMatchObject({
      owner: olga.key
    })
  })

  it('are refused without inputs, with one twice, or with one that is spent or unknown', () => {
    const body = { outputs: [], action: null, notBefore: null, notAfter: null, memo: null, preimages: [] }
    expect(chain.refusalOf(chain.sign(olga, { ...body, inputs: [] }))).toBe('E_TX_NO_INPUTS')
    expect(chain.refusalOf(chain.sign(olga, { ...body, inputs: [hers, hers] }))).toBe('E_TX_INPUT_TWICE')
    expect(chain.refusalOf(chain.sign(olga, { ...body, inputs: [hashHex('none')] }))).toBe('E_TX_INPUT_UNKNOWN')
    const spent = chain.spend({ from: olga, inputs: [hers], to: [output(oscar.key, shares(1))] })
    const again = chain.spend({ from: olga, inputs: [hers], to: [output(oscar.key, shares(2))] })
    expect(chain.refusalOf(again, [spent])).toBe('E_TX_INPUT_UNKNOWN')
  })

  it('are refused with inputs of several owners, or signed by another key [SIG-2]', () => {
    const both = chain.spend({ from: olga, inputs: [hers, genesisOutputId(chain.genesis, 14)] })
    expect(chain.refusalOf(both)).toBe('E_TX_SIGNATURE')
    const good = chain.pay(olga, oscar, shares(1))
    expect(chain.refusalOf(chain.sign(oscar, good))).toBe('E_TX_SIGNATURE')
    const malleated = { ...good, signature: good.signature.map((byte, i) => (i === 63 ? byte ^ 0x80 : byte)) }
    expect(chain.refusalOf(malleated)).toBe('E_TX_SIGNATURE')
  })

  it('are refused if they spend too much, pay too little, or make what nobody can own [SIG-3]', () => {
    expect(chain.refusalOf(chain.spend({ from: olga, inputs: [hers], to: [output(oscar.key, shares(1001))] }))).toBe(
      'E_TX_FUNDS'
    )
    expect(chain.refusalOf(chain.spend({ from: olga, to: [output(oscar.key, shares(1))], fee: 999n }))).toBe('E_TX_FEE')
    expect(chain.refusalOf(chain.spend({ from: olga, to: [output(oscar.key, 0n)] }))).toBe('E_TX_OUTPUT_EMPTY')
    const small = `01${'00'.repeat(31)}` as PublicKey
    expect(chain.refusalOf(chain.spend({ from: olga, to: [output(small, shares(1))] }))).toBe('E_TX_OUTPUT_KEY')
  })

  it('pay for every output beyond their inputs [LED-5]', () => {
    const to = Array.from({ length: 8 }, () => output(oscar.key, 1n))
    const spend = { from: olga, inputs: [hers], to }
    const least = chain.feeOf(chain.spend(spend))
    const alone = chain.feeOf(chain.spend({ from: olga, inputs: [hers], to: [output(oscar.key, 1n)] }))
    expect(least - alone).toBeGreaterThan(7n * chain.state.parameters.feeAtoms)
    expect(chain.refusalOf(chain.spend({ ...spend, fee: least - 1n }))).toBe('E_TX_FEE')
    expect(chain.refusalOf(chain.spend({ ...spend, fee: least }))).toBeUndefined()
  })

  it('are refused before notBefore and after notAfter', () => {
    const next = chain.state.height + 1
    const spend = { from: olga, inputs: [hers], to: [output(oscar.key, shares(1))] }
    expect(chain.refusalOf(chain.spend({ ...spend, notBefore: next + 1 }))).toBe('E_TX_EARLY')
    expect(chain.refusalOf(chain.spend({ ...spend, notAfter: next - 1 }))).toBe('E_TX_LATE')
    expect(chain.refusalOf(chain.spend({ ...spend, notBefore: next, notAfter: next }))).toBeUndefined()
  })

  it('are left out of a draft, and refuse a block, where they do not apply', () => {
    const good = chain.pay(olga, oscar, shares(1))
    const bad = chain.spend({ from: olga, to: [output(oscar.key, shares(1))], fee: 0n })
    const { block, dropped } = chain.draft([bad, good])
    expect(dropped).toEqual([bad])
    expect(block.transactions).toEqual([good])
    expect(applyBlock(chain.state, { ...block, transactions: [good, bad] })).toMatchObject({ code: 'E_TX_FEE' })
  })
})

describe('fees [LED-2]', () => {
  it('go to the proposer and the three best tickets of the next header, mature with it, and the rest burns', () => {
    chain.produce([chain.spend({ from: olga, to: [output(oscar.key, shares(1))], fee: 1_000_005n })])
    const proposer = chain.state.header.proposer
    chain.produce()
    const { state } = chain
    const shared = [...state.entries('outputs')].map(([, one]) => one).filter(one => one.maturesAt === state.height)
    const total = shared.reduce((sum, one) => sum + one.output.atoms, 0n)
    expect(total).toBe(500_002n + 3n * 166_667n)
    expect(state.finality.burnt - start.finality.burnt).toBe(1_000_005n - total)
    const rewards = chain.peers.find(one => one.key === proposer)?.rewards
    expect(shared.some(one => ownerOf(one.output) === rewards?.key && one.output.atoms >= 500_002n)).toBe(true)
    const [id, record] = [...state.entries('outputs')].find(([, one]) => one.maturesAt === state.height) ?? []
    const owner = chain.peers
      .map(one => one.rewards)
      .find(one => record !== undefined && one.key === ownerOf(record.output))
    if (id === undefined || owner === undefined) throw new Error('no fee share')
    const spend = () => chain.spend({ from: owner, inputs: [id], to: [], fee: 2000n })
    expect(chain.refusalOf(spend())).toBe('E_TX_IMMATURE')
    while (chain.state.recordedFinal.height < state.height) chain.produce()
    expect(chain.refusalOf(spend())).toBeUndefined()
  })

  it('of peers that acknowledged nothing burn', () => {
    chain.produce([chain.spend({ from: olga, to: [output(oscar.key, shares(1))], fee: 600n * 1000n })])
    const before = chain.state
    chain.awake = chain.peers.slice(0, 1)
    chain.produce()
    const paid = [...chain.state.entries('outputs')].filter(([, one]) => one.maturesAt === chain.state.height)
    expect(paid.reduce((sum, [, one]) => sum + one.output.atoms, 0n)).toBe(600_000n)
    expect(chain.state.finality.burnt).toBe(before.finality.burnt)
  })
})
