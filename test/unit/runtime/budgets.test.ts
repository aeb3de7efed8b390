import { describe, expect, test } from 'vitest'
import { Budgets } from '#base-layer/runtime/budgets.ts'
import { HandlerPlaces } from '#base-layer/runtime/handler-places.ts'

function setUp(namesMax = 4) {
  let nowMs = 0
  const budgets = new Budgets({ capacity: 100, perSecond: 10, namesMax }, () => nowMs)
  return { budgets, pass: (ms: number) => (nowMs += ms) }
}

describe('a budget [GSP-1]', () => {
  test('is spent, refused when it is empty, and comes back with time', () => {
    const { budgets, pass } = setUp()
    expect(budgets.spend('bob', 60)).toBe(true)
    expect(budgets.spend('bob', 60)).toBe(false)
    expect(budgets.left('bob'), 'a refusal takes nothing').toBe(40)
    pass(2_000)
    expect(budgets.spend('bob', 60)).toBe(true)
    expect(budgets.left('carol')).toBe(100)
  })

  test('is given back for what was of use, and never grows above its capacity', () => {
    const { budgets, pass } = setUp()
    for (let n = 0; n < 1_000; n++) {
      expect(budgets.spend('bob', 90)).toBe(true)
      budgets.giveBack('bob', 90)
    }
    budgets.giveBack('bob', 500)
    pass(60_000)
    expect(budgets.left('bob')).toBe(100)
    expect(budgets.size, 'a full one is not remembered').toBe(0)
  })

  test('can be overdrawn by a charge, down to its capacity, and is over it after a while', () => {
    const { budgets, pass } = setUp()
    budgets.charge('bob', 1_000)
    expect(budgets.left('bob')).toBe(-100)
    pass(9_900)
    expect(budgets.spend('bob', 1)).toBe(false)
    pass(300)
    expect(budgets.spend('bob', 1)).toBe(true)
  })

  test('remembers a bounded number of names, those heard of last', () => {
    const { budgets } = setUp(2)
    for (const name of ['a', 'b', 'a', 'c']) budgets.spend(name, 10)
    expect(budgets.size).toBe(2)
    expect(['a', 'b', 'c'].map(name => budgets.left(name))).toEqual([80, 100, 90])
  })
})

describe('the places of a handler', () => {
  function places(concurrency: number, concurrencyPerPeer?: number) {
    let nowMs = 0
    const ended: string[] = []
    const made = new HandlerPlaces(
      { concurrency, ...(concurrencyPerPeer === undefined ? {} : { concurrencyPerPeer }) },
      () => nowMs
    )
    const take = (peer: string) => made.take(peer, () => ended.push(peer))
    return { made, take, ended, pass: (ms: number) => (nowMs += ms) }
  }

  test('are never all of one peer', () => {
    const { take } = places(8)
    const mallory = Array.from({ length: 20 }, () => take('mallory')).filter(one => one !== undefined)
    expect(mallory).toHaveLength(4)
    expect(take('bob')).toBeDefined()
    mallory[0]?.leave()
    expect(take('mallory')).toBeDefined()
    expect(take('mallory')).toBeUndefined()
  })

  test('are bounded for all together, and one place is enough to work', () => {
    const { take } = places(3, 2)
    expect(['a', 'a', 'b', 'c'].map(peer => take(peer) !== undefined)).toEqual([true, true, true, false])
    const single = places(1)
    expect([single.take('a'), single.take('b')].map(one => one !== undefined)).toEqual([true, false])
  })

  test('of a peer that does not read go to one that has fewer, at once, and to anyone after a while', () => {
    const { made, take, ended, pass } = places(4)
    const held = ['m', 'm', 'n', 'o'].map(peer => take(peer))
    expect(take('bob'), 'all are being worked on').toBeUndefined()
    for (const one of held) one?.write()
    expect(take('bob')).toBeDefined()
    expect(ended).toEqual(['m'])
    expect(take('m'), 'it has one, as many as the others').toBeUndefined()
    pass(1_001)
    expect(take('p')).toBeDefined()
    expect(ended).toEqual(['m', 'm'])
    expect(made.taken).toBe(4)
    held[0]?.leave()
    expect(made.taken, 'what was taken away is not left twice').toBe(4)
  })
})
