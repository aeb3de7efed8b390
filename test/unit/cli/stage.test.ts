import { describe, expect, it } from 'vitest'
import { type SeenStep, Stage } from '#cli/demo/stage.ts'

function createStage(deadlineMs = 5_000, signal = new AbortController().signal) {
  const seen: SeenStep[] = []
  return { seen, stage: new Stage({ names: ['one', 'two'], deadlineMs, signal, onSeen: step => seen.push(step) }) }
}
const sight = <T>(value: T) => ({ value, summary: 'seen', detail: { value }, height: 7 })

describe('a stage', () => {
  it('reports steps in the order of the document, whatever the order they were seen in', async () => {
    const { stage, seen } = createStage()
    await stage.step('two', async () => sight(2))
    await stage.step('one', async () => sight(1))
    expect(seen.map(step => step.name)).toEqual(['two', 'one'])
    expect(stage.results.map(({ name, ok, detail }) => ({ name, ok, detail }))).toEqual([
      { name: 'one', ok: true, detail: { value: 1 } },
      { name: 'two', ok: true, detail: { value: 2 } }
    ])
    expect(stage.failure).toBeUndefined()
  })

  it('is not ok for a step that failed, nor for one that was not reached', async () => {
    const { stage } = createStage()
    await expect(
      stage.step('one', async () => {
        throw new Error('no block')
      })
    ).rejects.toThrow('no block')
    expect(stage.failure).toMatchObject({ name: 'one' })
    expect(stage.results.map(({ ok, detail }) => ({ ok, detail }))).toEqual([
      { ok: false, detail: { error: 'no block' } },
      { ok: false, detail: { error: 'not reached' } }
    ])
  })

  it('ends every wait when one step fails, naming what was awaited', async () => {
    const { stage } = createStage()
    const waiting = stage.fork(() => stage.until('a block', async () => undefined, 1))
    await stage
      .step('one', async () => {
        throw new Error('no')
      })
      .catch(() => undefined)
    await expect(waiting).rejects.toMatchObject({ code: 'E_DEMO_WAIT', message: 'ended while waiting for: a block' })
    await expect(stage.finish()).rejects.toThrow('a block')
  })

  it('keeps the first failure', async () => {
    const { stage } = createStage()
    await stage
      .step('two', async () => {
        throw new Error('first')
      })
      .catch(() => undefined)
    await stage
      .attempt('one', async () => {
        throw new Error('second')
      })
      .catch(() => undefined)
    expect(stage.failure).toMatchObject({ name: 'two' })
  })

  it('ends when it is interrupted', async () => {
    const interrupt = new AbortController()
    const { stage } = createStage(5_000, interrupt.signal)
    interrupt.abort()
    await expect(stage.until('anything', async () => undefined)).rejects.toMatchObject({ code: 'E_DEMO_WAIT' })
  })
})
