// A wallet's file: what was to be sent survives the process that was to send it [WAL-1], and what a phrase owned is found
// again from its words [KEY-1].
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAccount } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { discoverKeys } from '#base-layer/wallet/discovery.ts'
import { lockedOf } from '#base-layer/wallet/holdings.ts'
import { createDerivedKeys, GAP } from '#base-layer/wallet/keyring.ts'
import { openWalletStore, type WalletStore } from '#base-layer/wallet/wallet-store.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { hashOfPreimage } from '#contracts/ledger/output.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import { BuiltChain } from '#test/support/built-chain.ts'
import { actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
let folder: string
let built: BuiltChain
let store: WalletStore
const open = () => openWalletStore(join(folder, 'olga.db'), built.builder.genesis)
const account = () => createAccount(built.chain, new Secret(olga.secret), { memory: store })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-wallet-'))
  built = new BuiltChain(new ChainBuilder())
  store = await open()
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

async function reopen(): Promise<void> {
  await store.close()
  store = await open()
}

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(`${verdict.code} ${verdict.why}`)
  return verdict.value
}

test('what was built and not sent holds its coin over a crash, and can be sent then', async () => {
  const transaction = value(
    await account().build({ payments: [{ to: oscar.key, atoms: shares(9_990) }], note: 'rent' })
  )
  await reopen()
  expect(store.open()).toMatchObject([{ id: transactionIdOf(transaction), state: 'built', note: 'rent' }])
  expect(await account().build({ payments: [{ to: oscar.key, atoms: shares(11) }] })).toMatchObject({ code: 'E_FUNDS' })
  value(await account().submit(present(store.open()[0], 'the open one').transaction))
  built.advance()
  await account().resume()
  expect(store.open()).toEqual([])
  expect(store.history(5)).toMatchObject([{ state: 'final', height: 1, note: 'rent' }])
  expect(store.held).toBe(0)
})

test('what was sent into a network that was down goes out after a restart', async () => {
  built.isDown = true
  expect((await account().pay([{ to: oscar.key, atoms: 5n }])).ok).toBe(false)
  built.isDown = false
  await reopen()
  await account().resume()
  expect(built.waiting).toHaveLength(1)
})

test('a refused or released transaction gives its coin back; a replaced one leaves it to the next', async () => {
  const first = value(await account().build({ payments: [{ to: oscar.key, atoms: shares(9_990) }] }))
  account().release(first)
  expect(store.held).toBe(0)
  const id = value(await account().pay([{ to: oscar.key, atoms: 5n }]))
  built.waiting.splice(0)
  value(await account().replace(id, 300))
  expect(store.find(id)?.state).toBe('replaced')
  expect(store.held).toBe(1)
})

test('the file belongs to one network', async () => {
  await store.close()
  await expect(openWalletStore(join(folder, 'olga.db'), hashHex<GenesisHash>('test-other'))).rejects.toMatchObject({
    code: 'E_DATA_UNUSABLE'
  })
  store = await open()
})

test('keys and the numbers of locks are given once, also after a restart', async () => {
  store.addKeys([olga.key, oscar.key])
  store.given = 2
  expect([store.nextLock(), store.nextLock()]).toEqual([0, 1])
  await reopen()
  store.addKeys([oscar.key])
  expect(store.keys).toEqual([olga.key, oscar.key])
  expect([store.given, store.nextLock()]).toEqual([2, 2])
})

test('a phrase finds what came to its keys, up to GAP unused ones in a row [KEY-1]', async () => {
  const seed = new Secret(new Uint8Array(64).fill(7))
  const keys = createDerivedKeys(seed, { given: 45 }).keys
  expect(await discoverKeys(built.chain, seed)).toBe(0)
  const pay = async (place: number) => {
    value(await account().pay([{ to: present(keys[place], 'a key'), atoms: shares(1) }]))
    built.advance()
  }
  await pay(3)
  await pay(3 + GAP)
  expect(await discoverKeys(built.chain, seed)).toBe(4 + GAP)
  await pay(4 + 3 * GAP)
  expect(await discoverKeys(built.chain, seed)).toBe(4 + GAP)
})

test('locked coin is listed by what locks it', async () => {
  const lock = {
    kind: 'hashlock',
    hash: hashOfPreimage(new Uint8Array(32)),
    claimant: oscar.key,
    refund: olga.key,
    timeout: 500,
    atoms: shares(4)
  } as const
  value(await account().send({ outputs: [lock] }))
  built.advance()
  const own = new Set<PublicKey>([olga.key])
  const locked = await lockedOf(built.chain, account(), own)
  expect(locked).toMatchObject([{ purpose: 'hashlock', atoms: shares(4) }])
  const peer = present(built.builder.peers[0], 'a peer')
  const ofPeer = createAccount(built.chain, new Secret(peer.secret))
  expect(await lockedOf(built.chain, ofPeer, new Set([peer.key]))).toMatchObject([
    { purpose: 'peer', atoms: shares(100) }
  ])
})
