// Secrets print as [redacted] however they are printed, texts from peers cannot forge log lines, the datastore under
// libp2p has caps, and cron texts are checked before they run.
import { inspect } from 'node:util'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { NETWORK_LIMITS } from '#base-layer/runtime/limits.ts'
import { printable } from '#base-layer/runtime/logger.ts'
import { RecordStore } from '#base-layer/runtime/record-store.ts'
import { createScheduler, isCronExpression } from '#base-layer/runtime/scheduler.ts'
import { Secret } from '#base-layer/runtime/secret.ts'

describe('a secret', () => {
  const secret = new Secret('correct horse')

  it('prints as [redacted]', () => {
    const lines: string[] = []
    pino(
      {},
      {
        write: (line: string) => {
          lines.push(line)
        }
      }
    ).info({ secret, deep: { secret } }, 'signing with %s', secret)
    for (const text of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { showHidden: true }), ...lines]) {
      expect(text).toContain('[redacted]')
      expect(text).not.toContain('correct')
    }
  })

  it('is given out by reveal alone', () => {
    expect(secret.reveal()).toBe('correct horse')
    expect(Object.keys(secret)).toEqual([])
  })
})

describe('text from a peer', () => {
  it('is printed on one line and cut', () => {
    expect(printable('a\nb\u001b[31m')).toBe('a\\nb\\u001b[31m')
    expect(printable('x'.repeat(1000)).length).toBe(257)
  })
})

describe('the datastore under libp2p', () => {
  const key = (name: string) => ({ toString: () => name }) as Parameters<RecordStore['put']>[0]

  it('keeps the most recently used DHT records up to its cap', () => {
    const store = new RecordStore()
    for (let i = 0; i < NETWORK_LIMITS.dhtRecordsMax; i++) store.put(key(`/dht/record/${i}`), Uint8Array.of(1))
    store.get(key('/dht/record/0'))
    for (let i = 0; i < 10; i++) store.put(key(`/dht/record/new${i}`), Uint8Array.of(1))
    expect(store.count('/dht/record/')).toBe(NETWORK_LIMITS.dhtRecordsMax)
    expect(store.has(key('/dht/record/0'))).toBe(true)
    expect(store.has(key('/dht/record/1'))).toBe(false)
  })

  it('keeps no more bytes of records than its cap, the most recently used of them', () => {
    const store = new RecordStore()
    const value = new Uint8Array(NETWORK_LIMITS.dhtRecordBytesMax)
    const most = Math.floor(NETWORK_LIMITS.dhtBytesMax / value.length)
    for (let i = 0; i < most + 20; i++) store.put(key(`/dht/record/${i}`), value)
    expect(store.count('/dht/record/')).toBe(most)
    expect(store.has(key(`/dht/record/${most + 19}`))).toBe(true)
    for (let i = 0; i < most + 20; i++) store.delete(key(`/dht/record/${i}`))
    for (let i = 0; i < most; i++) store.put(key(`/dht/record/again${i}`), value)
    expect(store.count('/dht/record/')).toBe(most)
  })

  it('drops provider records and values above the size limit', () => {
    const store = new RecordStore()
    store.put(key('/dht/provider/a/b'), Uint8Array.of(1))
    store.put(key('/dht/record/big'), new Uint8Array(NETWORK_LIMITS.dhtRecordBytesMax * 2))
    expect(store.count('/dht/provider/')).toBe(0)
    expect(store.has(key('/dht/record/big'))).toBe(false)
  })

  it('lets a flood of records not push out peers', () => {
    const store = new RecordStore()
    store.put(key('/peers/alice'), Uint8Array.of(1))
    for (let i = 0; i < NETWORK_LIMITS.dhtRecordsMax * 2; i++) store.put(key(`/dht/record/${i}`), Uint8Array.of(1))
    expect(store.has(key('/peers/alice'))).toBe(true)
  })
})

describe('the scheduler', () => {
  it('knows a cron expression from another text', () => {
    expect(isCronExpression('*/5 * * * *')).toBe(true)
    expect(isCronExpression('every now and then')).toBe(false)
  })

  it('stops what it started', async () => {
    const scheduler = createScheduler({ error: () => {} })
    const cancel = scheduler.schedule('backup', '0 3 * * *', () => {})
    cancel()
    await scheduler.stop()
  })
})
