// What a node took before it was killed is there when it is back, and the file does not grow with its restarts.
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MempoolFile } from '#base-layer/chain/mempool/mempool-file.ts'
import { createAccount } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { type PreparedTransaction, prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'
import { ALICE, GENESIS, LonePeer, secretOf } from '../../support/lone-peer.ts'

const olga = actor('olga')

/** A pool that takes whatever it is given. */
class Pool {
  readonly held = new Map<TransactionId, PreparedTransaction>()

  has(id: TransactionId): boolean {
    return this.held.has(id)
  }

  *waiting(): Generator<PreparedTransaction, undefined> {
    yield* this.held.values()
  }

  take(file: MempoolFile, prepared: PreparedTransaction): void {
    this.held.set(prepared.id, prepared)
    file.keep(prepared)
  }
}

describe('the file of a mempool whose node is killed', () => {
  let folder: string
  let path: string
  const chain = new ChainBuilder()
  const paying = (count: number): PreparedTransaction =>
    prepareTransaction(chain.spend({ from: olga, to: [output(olga.key, shares(count))] }))
  const one = paying(1)
  const two = paying(2)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'surety-mempool-'))
    path = join(folder, 'mempool.bin')
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  /** A process that took up what the one before left and was killed. */
  const live = (): readonly TransactionId[] => {
    const pool = new Pool()
    const file = new MempoolFile(path, pool)
    file.read()
    const left = file.left(8)
    for (const prepared of left) pool.take(file, prepared)
    file.compact()
    return left.map(({ id }) => id)
  }

  test('is no longer after ten kills than after one', () => {
    const pool = new Pool()
    const file = new MempoolFile(path, pool)
    pool.take(file, one)
    pool.take(file, two)
    const { size } = statSync(path)
    for (let kill = 0; kill < 10; kill++) expect(live()).toEqual([one.id, two.id])
    expect(statSync(path).size).toBe(size)
  })

  test('loses nothing that came after a write cut off in the middle', () => {
    const pool = new Pool()
    pool.take(new MempoolFile(path, pool), one)
    appendFileSync(path, Uint8Array.of(0, 0, 0))
    const next = new MempoolFile(path, pool)
    next.read()
    for (const prepared of next.left(8)) next.keep(prepared)
    next.compact()
    pool.take(next, two)
    expect(live()).toEqual([one.id, two.id])
  })

  test('keeps what was not taken again, until it is forgotten', () => {
    const pool = new Pool()
    pool.take(new MempoolFile(path, pool), one)
    const next = new MempoolFile(path, new Pool())
    next.read()
    next.compact()
    expect(live()).toEqual([one.id])
    const last = new MempoolFile(path, new Pool())
    last.read()
    last.forget(one.id)
    last.compact()
    expect(live()).toEqual([])
  })
})

test('what spends from blocks that a restarted node lacks is taken once it has them', async () => {
  const peer = new LonePeer()
  await peer.prepare()
  let node = await peer.open()
  const passSlots = (count: number): Promise<void> => peer.clock.advance(count * GENESIS.parameters.slotMs)
  await passSlots(8)
  const bob = createAccount(node.chain, new Secret(secretOf('bob')))
  const build = async (): Promise<Transaction> => {
    const built = await bob.build({ payments: [{ to: ALICE, atoms: ATOMS_PER_SHARE }] })
    if (!built.ok) throw new Error(built.why)
    return built.value
  }
  const parent = await build()
  expect((await node.chain.submit(parent)).ok).toBe(true)
  await passSlots(4)
  const child = prepareTransaction(await build())
  await node.stop()
  for (const file of ['chain.db', 'chain.db-wal', 'chain.db-shm', 'votes.db', 'mempool.bin'])
    rmSync(join(peer.folder, file), { force: true })
  new Pool().take(new MempoolFile(join(peer.folder, 'mempool.bin'), new Pool()), child)
  await peer.prepare()
  node = await peer.open()
  await passSlots(8)
  expect(await node.chain.status(child.id)).toMatchObject({ kind: 'refused' })
  expect((await node.chain.submit(parent)).ok).toBe(true)
  await passSlots(30)
  expect(await node.chain.status(child.id)).toMatchObject({ kind: 'final' })
  await node.stop()
  peer.remove()
  expect(peer.failures).toEqual([])
})
