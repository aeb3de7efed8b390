import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { MempoolFile } from '#base-layer/chain/mempool/mempool-file.ts'
import { prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { createAccount } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'
import { ALICE, LonePeer, secretOf } from '../../support/lone-peer.ts'

const olga = actor('olga')
const oscar = actor('oscar')
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-pool-'))
  path = join(folder, 'mempool.bin')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function setUp(count: number) {
  const chain = new ChainBuilder()
  const pool = new Mempool(chain.state)
  const payments = Array.from({ length: count }, (_, n) => prepareTransaction(chain.pay(olga, oscar, BigInt(n + 1))))
  for (const one of payments) expect(pool.add(one).ok).toBe(true)
  return { pool, payments }
}
/** What a start finds in the file. */
function idsIn(file: MempoolFile) {
  file.read()
  return file.left(100).map(one => one.id)
}

describe('the file of the mempool', () => {
  test('holds what was submitted here, though nothing was closed', () => {
    const { pool, payments } = setUp(3)
    const file = new MempoolFile(path, pool)
    for (const one of payments.slice(0, 2)) file.keep(one)
    for (const one of payments.slice(0, 2)) file.keep(one)
    expect(idsIn(new MempoolFile(path, pool))).toEqual(payments.slice(0, 2).map(one => one.id))
    file.close()
  })

  test('holds all that waits after a stop, oldest first', () => {
    const { pool, payments } = setUp(3)
    const file = new MempoolFile(path, pool)
    file.keep(payments[1] ?? prepareTransaction(new ChainBuilder().pay(olga, oscar, 9n)))
    file.close()
    expect(idsIn(new MempoolFile(path, pool))).toEqual(payments.map(one => one.id))
  })

  test('that was torn gives what is whole, and one that is no such file gives nothing', () => {
    const { pool, payments } = setUp(3)
    const file = new MempoolFile(path, pool)
    for (const one of payments) file.keep(one)
    truncateSync(path, readFileSync(path).length - 10)
    expect(idsIn(new MempoolFile(path, pool))).toEqual(payments.slice(0, 2).map(one => one.id))
    writeFileSync(path, new Uint8Array(5_000).fill(0xff))
    expect(idsIn(new MempoolFile(path, pool))).toEqual([])
    expect(idsIn(new MempoolFile(join(folder, 'none'), pool))).toEqual([])
    file.close()
  })

  test('keeps what is not taken again yet until it is kept or forgotten, those asked for last at the end', () => {
    const { pool, payments } = setUp(3)
    const ids = payments.map(one => one.id)
    const file = new MempoolFile(path, pool)
    file.close()
    // A node that is behind: its own mempool has none of them.
    const behind = new MempoolFile(path, new Mempool(new ChainBuilder().state))
    behind.read()
    expect(behind.left(1).map(one => one.id)).toEqual(ids.slice(0, 1))
    expect(behind.left(3).map(one => one.id)).toEqual([ids[1], ids[2], ids[0]])
    for (const id of ids.slice(0, 1)) behind.forget(id)
    behind.compact()
    expect(behind.leftOver).toBe(2)
    expect(new Set(idsIn(new MempoolFile(path, pool)))).toEqual(new Set(ids.slice(1)))
    behind.close()
  })

  test('brings a payment that was accepted into a block after a restart', async () => {
    const peer = new LonePeer()
    await peer.prepare()
    const first = await peer.open()
    await peer.clock.advance(8_000)
    const sent = await createAccount(first.chain, new Secret(secretOf('bob'))).pay([{ to: ALICE, atoms: 3n }])
    if (!sent.ok) throw new Error(sent.why)
    await first.stop()
    const second = await peer.open()
    await peer.clock.advance(20_000)
    expect(await second.chain.status(sent.value)).toMatchObject({ kind: 'final' })
    await second.stop()
    peer.remove()
  })
})
