// Names on the chain: taking one, what only its owner may do, expiry, payments by name and their reviews [NAM-1, NAM-2,
// NAM-4], and the history that shows all of it [PRF-4].
import { beforeEach, describe, expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { historyLeaf, type HistoryEntry } from '#contracts/merkle/history.ts'
import { logRoot } from '#contracts/merkle/log.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { Name } from '#contracts/names/name.ts'
import { NO_TARGETS, nameCommitmentOf } from '#contracts/names/name-record.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'
import { NameBuilder } from '#test/support/name-builder.ts'

const [olga, oscar, mallory] = ['olga', 'oscar', 'mallory'].map(actor) as never as [Olga, Olga, Olga]
type Olga = ReturnType<typeof actor>
const shop = 'olgas-shop' as Name
const chain = new ChainBuilder({ owners: ['olga', 'oscar', 'mallory'] })
const names = new NameBuilder(chain)
chain.produceTo(3)
const early = chain.state
names.take(shop, olga)
const taken = chain.state

/** A canonical encoding of the neutral point: of small order. */
const UNUSABLE = `01${'0'.repeat(62)}` as PublicKey

describe('taking a name [NAM-2]', () => {
  beforeEach(() => chain.rewind(early))

  it('needs a commitment that is recorded final and NAME_COMMIT_MIN heights old', () => {
    expect(chain.refusalOf(names.claim(shop, olga))).toBe('E_NAME_COMMIT')
    chain.produce([names.commit(shop, olga)])
    names.wait(2)
    expect(chain.refusalOf(names.claim(shop, olga))).toBe('E_NAME_EARLY')
    names.wait(8)
    expect(chain.refusalOf(names.claim(shop, olga))).toBeUndefined()
  })

  it('needs the heights however soon the commitment is recorded final', () => {
    const slow = new ChainBuilder({ parameters: { nameCommitMin: 12 } })
    const those = new NameBuilder(slow)
    slow.produceTo(3)
    slow.produce([those.commit(shop, olga)])
    const committedAt = slow.state.height
    slow.produceTo(committedAt + 10)
    expect(slow.state.recordedFinal.height).toBeGreaterThan(committedAt)
    expect(slow.refusalOf(those.claim(shop, olga))).toBe('E_NAME_EARLY')
    slow.produce()
    expect(slow.refusalOf(those.claim(shop, olga))).toBeUndefined()
  })

  it('waits for finality however many heights have passed', () => {
    chain.isVoting = false
    chain.produce([names.commit(shop, olga)])
    names.wait(12)
    expect(chain.refusalOf(names.claim(shop, olga))).toBe('E_NAME_EARLY')
  })

  it('needs the very name, owner and salt that were committed to, and the signature of that owner', () => {
    chain.produce([names.commit(shop, olga), names.commit('another' as Name, oscar)])
    names.wait(10)
    expect(chain.refusalOf(names.claim('olgas-shap' as Name, olga))).toBe('E_NAME_COMMIT')
    expect(chain.refusalOf(names.claim(shop, oscar))).toBe('E_NAME_COMMIT')
    const { action, ...body } = names.claim(shop, olga)
    if (action?.kind !== 'name.claim') throw new Error('a claim')
    const targets = { ...NO_TARGETS, key: mallory.key }
    // Everything of the claim is public now, and still only its owner can say where the name points.
    const stolen = { ...body, action: { ...action, targets }, inputs: names.commit(shop, mallory).inputs }
    expect(chain.refusalOf(chain.sign(mallory, stolen))).toBe('E_TX_SIGNATURE')
    const otherOwner = { ...action, owner: mallory.key }
    expect(chain.refusalOf(chain.spend({ from: mallory, action: otherOwner, locks: names.price(shop, 1) }))).toBe(
      'E_NAME_COMMIT'
    )
  })

  it('is for whoever claims first, once', () => {
    chain.produce([names.commit(shop, olga), names.commit(shop, oscar)])
    names.wait(10)
    const first = names.claim(shop, olga)
    expect(chain.refusalOf(names.claim(shop, oscar), [first])).toBe('E_NAME_TAKEN')
    chain.produce([first])
    expect(chain.refusalOf(names.claim(shop, olga))).toBe('E_NAME_COMMIT')
    expect(names.standing(shop)).toMatchObject({ kind: 'held', owner: olga.key })
  })

  it('burns the price, and short names cost more', () => {
    const { burnt } = taken.finality
    chain.rewind(taken)
    names.take('ab0' as Name, oscar)
    const spentOnNames = names.price('ab0' as Name, 1)
    expect(spentOnNames).toBe(64n * chain.state.parameters.namePriceAtoms)
    expect(chain.state.finality.burnt - burnt).toBeGreaterThanOrEqual(spentOnNames)
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
    chain.produce([names.commit('abc' as Name, oscar)])
    names.wait(10)
    const { action } = names.claim('abc' as Name, oscar)
    if (action === null) throw new Error('a claim')
    const short = chain.spend({ from: oscar, action, locks: names.price('abc' as Name, 1) - 1n })
    expect(chain.refusalOf(short)).toMatch(/^E_TX_F(EE|UNDS)$/)
  })

  it('refuses keys that could own nothing', () => {
    chain.produce([names.commit(shop, olga)])
    names.wait(10)
    for (const targets of [
      { ...NO_TARGETS, key: UNUSABLE },
      { ...NO_TARGETS, host: UNUSABLE }
    ])
      expect(chain.refusalOf(names.claim(shop, olga, targets))).toBe('E_NAME_KEY')
  })

  it('forgets commitments after NAME_COMMIT_MAX ticks, and state keeps nothing of them', () => {
    chain.produce([names.commit(shop, olga)])
    const since = chain.state.height
    expect(chain.refusalOf(names.commit(shop, olga))).toBe('E_NAME_COMMITTED')
    const key = { kind: 'commit', commitment: nameCommitmentOf(shop, olga.key, names.saltOf(shop, olga)) } as const
    expect(chain.state.get('names', key)).toBeDefined()
    while ((chain.state.ticksSince(since) ?? 0) < 63) chain.produce()
    expect(chain.refusalOf(names.claim(shop, olga))).toBe('E_NAME_LATE')
    expect(chain.refusalOf(names.commit(shop, olga))).toBeUndefined()
    chain.produce()
    expect(chain.refusalOf(names.claim(shop, olga))).toBe('E_NAME_COMMIT')
    expect([...chain.state.entries('names')]).toEqual([])
  })

  it('committed to anew in the block in which the old commitment lapses, counts from there', () => {
    chain.produce([names.commit(shop, olga)])
    const since = chain.state.height
    while ((chain.state.ticksSince(since) ?? 0) < 63) chain.produce()
    chain.produce([names.commit(shop, olga)])
    expect([...chain.state.entries('names')].map(([key]) => key.kind).sort()).toEqual(['commit', 'line', 'waiting'])
    names.wait(10)
    expect(chain.refusalOf(names.claim(shop, olga))).toBeUndefined()
  })
})

describe('a name that is held [NAM-2]', () => {
  beforeEach(() => chain.rewind(taken))

  it('points where its owner says, and nobody else may say', () => {
    const targets = { ...NO_TARGETS, key: oscar.key, nickname: 'The Shop', host: chain.peers[0]?.key ?? null }
    expect(chain.refusalOf(names.update(shop, mallory, targets))).toBe('E_NAME_AUTHORITY')
    expect(chain.refusalOf(names.update('nobodys' as Name, olga, targets))).toBe('E_NAME_FREE')
    expect(chain.refusalOf(names.update(shop, olga, { ...targets, key: UNUSABLE }))).toBe('E_NAME_KEY')
    chain.produce([names.update(shop, olga, targets)])
    expect(names.standing(shop)).toMatchObject({ targets })
  })

  it("is the next owner's after the delay, without another transaction, and points to that owner alone", () => {
    chain.produce([names.transfer(shop, olga, oscar)])
    const at = names.record(shop)?.transfer?.at ?? 0
    expect(at).toBe(chain.state.ticks + chain.state.parameters.nameTransferTicks)
    names.waitToTick(at - 2)
    expect(chain.refusalOf(names.update(shop, oscar, NO_TARGETS))).toBe('E_NAME_AUTHORITY')
    chain.produce()
    expect(names.standing(shop)).toMatchObject({ owner: olga.key })
    // The next block is the first in which the name is oscar's.
    expect(chain.refusalOf(names.update(shop, olga, NO_TARGETS))).toBe('E_NAME_AUTHORITY')
    expect(chain.refusalOf(names.transfer(shop, olga, null))).toBe('E_NAME_AUTHORITY')
    chain.produce([names.transfer(shop, oscar, mallory)])
    expect(names.record(shop)).toMatchObject({
      owner: oscar.key,
      targets: { ...NO_TARGETS, key: oscar.key },
      transfer: { to: mallory.key }
    })
  })

  it('stays if its owner revokes in time; a transfer under way is neither replaced nor doubled', () => {
    expect(chain.refusalOf(names.transfer(shop, olga, null))).toBe('E_NAME_TRANSFER')
    expect(chain.refusalOf(names.transfer(shop, olga, olga))).toBe('E_NAME_TRANSFER')
    expect(chain.refusalOf(names.transfer(shop, mallory, oscar))).toBe('E_NAME_AUTHORITY')
    chain.produce([names.transfer(shop, olga, oscar)])
    expect(chain.refusalOf(names.transfer(shop, olga, mallory))).toBe('E_NAME_TRANSFER')
    chain.produce([names.transfer(shop, olga, null)])
    names.wait(30)
    expect(names.standing(shop)).toMatchObject({ owner: olga.key, targets: { key: olga.key } })
  })

  it('is not transferred past its expiry, to a key of nobody, or renewed for nothing or for ever', () => {
    const { action } = names.transfer(shop, olga, oscar)
    if (action?.kind !== 'name.transfer') throw new Error('a transfer')
    expect(chain.refusalOf(chain.spend({ from: olga, action: { ...action, to: UNUSABLE } }))).toBe('E_NAME_KEY')
    expect(chain.refusalOf(names.renew(shop, olga, 0))).toBe('E_NAME_TERM')
    expect(chain.refusalOf(names.renew(shop, olga, 10))).toBe('E_NAME_TERM')
    expect(chain.refusalOf(names.renew(shop, olga, 9))).toBeUndefined()
    const expiresAt = names.record(shop)?.expiresAt ?? 0
    names.waitToTick(expiresAt - chain.state.parameters.nameTransferTicks - 1)
    expect(chain.refusalOf(names.transfer(shop, olga, oscar))).toBe('E_NAME_TERM')
  })

  it("stands for nothing from its expiry on, is its owner's to renew through the grace, and then free", () => {
    const { expiresAt } = names.record(shop) ?? { expiresAt: 0 }
    const { nameGraceTicks, nameTermTicks } = chain.state.parameters
    names.waitToTick(expiresAt - 30)
    chain.produce([names.commit(shop, mallory)])
    names.waitToTick(expiresAt - 2)
    expect(chain.refusalOf(names.update(shop, olga, NO_TARGETS))).toBeUndefined()
    chain.produce()
    expect(chain.refusalOf(names.update(shop, olga, NO_TARGETS))).toBe('E_NAME_EXPIRED')
    expect(chain.refusalOf(names.transfer(shop, olga, oscar))).toBe('E_NAME_EXPIRED')
    expect(chain.refusalOf(names.pay(shop, oscar, olga.key))).toBe('E_NAME_EXPIRED')
    expect(chain.refusalOf(names.claim(shop, mallory))).toBe('E_NAME_TAKEN')
    expect(chain.refusalOf(names.renew(shop, mallory))).toBe('E_NAME_AUTHORITY')
    const inGrace = chain.state
    chain.produce([names.renew(shop, olga)])
    expect(names.record(shop)).toMatchObject({ owner: olga.key, expiresAt: expiresAt + nameTermTicks })
    chain.rewind(inGrace)
    names.waitToTick(expiresAt + nameGraceTicks - 1)
    expect(chain.refusalOf(names.renew(shop, olga))).toBe('E_NAME_FREE')
    expect(names.standing(shop)).toEqual({ kind: 'grace', owner: olga.key })
    const before = names.history(shop)
    names.take(shop, oscar)
    expect(names.standing(shop)).toMatchObject({ owner: oscar.key })
    expect(names.history(shop)?.size).toBe((before?.size ?? 0) + 1)
  })
})

describe('a payment that names its payee [NAM-4]', () => {
  beforeEach(() => chain.rewind(taken))

  it('pays the key the name points to, in the output it names', () => {
    expect(chain.refusalOf(names.pay(shop, oscar, mallory.key))).toBe('E_NAME_PAYEE')
    expect(chain.refusalOf(names.pay(shop, oscar, olga.key, 1000n, 9))).toBe('E_NAME_PAYEE')
    expect(chain.refusalOf(names.pay('nobodys' as Name, oscar, olga.key))).toBe('E_NAME_FREE')
    expect(chain.refusalOf(names.pay(shop, oscar, olga.key))).toBeUndefined()
    chain.produce([names.update(shop, olga, NO_TARGETS)])
    expect(chain.refusalOf(names.pay(shop, oscar, olga.key))).toBe('E_NAME_PAYEE')
  })

  it('may be reviewed by its payer once and answered by its payee once, and state forgets it then', () => {
    const payment = names.pay(shop, oscar, olga.key)
    const id = transactionIdOf(payment)
    expect(chain.refusalOf(names.review(id, oscar))).toBe('E_REVIEW_PAYMENT')
    chain.produce([payment])
    expect(chain.refusalOf(names.review(id, mallory))).toBe('E_REVIEW_AUTHORITY')
    expect(chain.refusalOf(names.review(id, mallory, 5, oscar))).toBe('E_TX_SIGNATURE')
    expect(chain.refusalOf(names.review(id, olga))).toBe('E_REVIEW_AUTHORITY')
    expect(chain.refusalOf(names.reply(id, olga))).toBe('E_REVIEW_PAYMENT')
    chain.produce([names.review(id, oscar, 2)])
    expect(chain.refusalOf(names.review(id, oscar))).toBe('E_REVIEW_PAYMENT')
    expect(chain.refusalOf(names.reply(id, oscar))).toBe('E_REVIEW_AUTHORITY')
    chain.produce([names.reply(id, olga)])
    expect(chain.refusalOf(names.reply(id, olga))).toBe('E_REVIEW_PAYMENT')
    expect(chain.state.get('names', { kind: 'payment', payment: id })).toBeUndefined()
    expect(names.history(shop)?.size).toBe(4)
  })

  it('may not be reviewed after NAME_REVIEW ticks; a reply has as long from the review on; then nothing is left', () => {
    const { nameReviewTicks } = chain.state.parameters
    const [first, second] = [names.pay(shop, oscar, olga.key, 5n), names.pay(shop, oscar, olga.key, 6n)]
    const [one, two] = [first, second].map(transactionIdOf) as never as [ReturnType<typeof transactionIdOf>, never]
    chain.produce([first, second])
    const paidAt = chain.state.height
    while ((chain.state.ticksSince(paidAt) ?? 0) < nameReviewTicks - 2) chain.produce()
    chain.produce([names.review(one, oscar)])
    const reviewedAt = chain.state.height
    expect(chain.refusalOf(names.review(two, oscar))).toBe('E_REVIEW_PAYMENT')
    chain.produce()
    expect(chain.state.get('names', { kind: 'payment', payment: two })).toBeUndefined()
    while ((chain.state.ticksSince(reviewedAt) ?? 0) < nameReviewTicks - 2) chain.produce()
    expect(chain.refusalOf(names.reply(one, olga))).toBeUndefined()
    chain.produce()
    expect(chain.refusalOf(names.reply(one, olga))).toBe('E_REVIEW_PAYMENT')
    chain.produce()
    expect([...chain.state.entries('names')].map(([key]) => key.kind)).toEqual(['name'])
  })

  it("is its payee's to answer though the name went to another since", () => {
    const payment = names.pay(shop, oscar, olga.key)
    const id = transactionIdOf(payment)
    chain.produce([payment, names.transfer(shop, olga, mallory)])
    names.wait(chain.state.parameters.nameTransferTicks)
    chain.produce([names.review(id, oscar)])
    expect(chain.refusalOf(names.reply(id, mallory))).toBe('E_REVIEW_AUTHORITY')
    chain.produce([names.reply(id, olga)])
    expect(names.standing(shop)).toMatchObject({ owner: mallory.key })
  })
})

describe('the history of a name [PRF-4]', () => {
  it('is count and root of all that touched it, handed out with the block that did', () => {
    chain.rewind(early)
    const entries: HistoryEntry[] = []
    const produce = (...transactions: Parameters<typeof chain.produce>[0] & object): void => {
      chain.produce(transactions)
      for (const { name, index, entry } of chain.state.nameEntries) {
        expect(name).toBe(shop)
        expect(index).toBe(entries.length)
        entries.push(entry)
      }
    }
    produce(names.commit(shop, olga))
    for (let i = 0; i < 10; i++) produce()
    produce(names.claim(shop, olga))
    produce(names.update(shop, olga, { ...NO_TARGETS, key: olga.key, nickname: 'Shop' }))
    const payment = names.pay(shop, oscar, olga.key)
    produce(names.transfer(shop, olga, oscar), payment)
    produce(names.review(transactionIdOf(payment), oscar), names.transfer(shop, olga, null))
    produce(names.reply(transactionIdOf(payment), olga), names.renew(shop, olga))
    expect(entries).toHaveLength(8)
    expect(names.history(shop)).toEqual({ size: 8, root: bytesToHex(logRoot(entries.map(historyLeaf))) })
    expect(new Set(entries.map(entry => entry.id)).size).toBe(8)
  })
})
