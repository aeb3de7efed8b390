// What answers to requests may cost [GSP-1, GSP-3].
import { expect, test } from 'vitest'
import { type AnswerKind, AnswerMeter } from '#base-layer/network/answer-meter.ts'
import { ANSWER_LIMITS } from '#base-layer/network/limits.ts'

function setUp() {
  let nowMs = 0
  const meter = new AnswerMeter(() => nowMs)
  const ask = (from: string, kind: AnswerKind, ms: number): Promise<string> =>
    meter
      .answer(from, kind, () => {
        nowMs += ms
        return 'answered'
      })
      .catch((error: { readonly code: string }) => error.code)
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { ask, wait }
}

test('a peer that asks for dear answers without end is soon answered for a part of the time only [GSP-1]', async () => {
  const { ask, wait } = setUp()
  let answered = 0
  for (let second = 0; second < 100; second++) {
    for (let n = 0; n < 20; n++) if ((await ask('mallory', 'each', 50)) === 'answered') answered += 1
    wait(1_000)
  }
  const spentMs = answered * 50
  expect(spentMs).toBeGreaterThan(ANSWER_LIMITS.each.capacity)
  expect(spentMs).toBeLessThan(ANSWER_LIMITS.each.capacity + 130 * ANSWER_LIMITS.each.perSecond)
})

test('others are answered meanwhile, and it again when it has waited', async () => {
  const { ask, wait } = setUp()
  await ask('mallory', 'each', ANSWER_LIMITS.each.capacity + 100)
  expect(await ask('mallory', 'each', 1)).toBe('E_BUSY')
  expect(await ask('bob', 'each', 1)).toBe('answered')
  wait(2_000)
  expect(await ask('mallory', 'each', 1)).toBe('answered')
})

test('a crowd that asks for proofs is bounded as one, and blocks are still to be had', async () => {
  const { ask } = setUp()
  for (let n = 0; n < 50; n++) await ask(`crowd ${n}`, 'all', ANSWER_LIMITS.all.capacity / 10)
  expect(await ask('bob', 'all', 1)).toBe('E_BUSY')
  expect(await ask('bob', 'each', 1)).toBe('answered')
})

test('work that fails is paid for as well', async () => {
  let nowMs = 0
  const meter = new AnswerMeter(() => nowMs)
  const failing = meter.answer('mallory', 'each', () => {
    nowMs += ANSWER_LIMITS.each.capacity + 100
    throw new Error('not here')
  })
  await expect(failing).rejects.toThrow('not here')
  await expect(meter.answer('mallory', 'each', () => 1)).rejects.toMatchObject({ code: 'E_BUSY' })
})
