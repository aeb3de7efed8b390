import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BaseNode, createAccount, deriveTrustedStart } from '#base-layer/index.ts'
import { checkFinalityProof } from '#base-layer/light/finality-proof.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { genesisHashOf, genesisOutputId } from '#contracts/ledger/genesis.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { ALICE, BOB, GENESIS, LonePeer, secretOf } from '../../support/lone-peer.ts'

const P = GENESIS.parameters

describe('a base node', () => {
  let peer: LonePeer
  let node: BaseNode

  beforeEach(async () => {
    peer = new LonePeer()
    await peer.prepare()
    node = await peer.open()
  })

  afterEach(async () => {
    await node.stop()
    peer.remove()
    expect(peer.failures).toEqual([])
  })

  /** Lets slots pass; the first few go by while the node looks for peers. */
  const passSlots = (count: number): Promise<void> => peer.clock.advance(count * P.slotMs)

  const reopen = async (): Promise<void> => {
    await node.stop()
    node = await peer.open()
  }

  test('produces a block in a slot and finalises behind the head [POS-4, FIN-1]', async () => {
    await passSlots(30)
    const { height, final } = node.status()
    expect(height).toBeGreaterThan(20)
    expect(height - final).toBeLessThanOrEqual(8)
    const tip = await node.chain.tip('final')
    expect((await node.chain.block(tip.height))?.id).toBe(tip.id)
  })

  test('reveals for the seed by itself, so that the next period has tickets [POS-3]', async () => {
    await passSlots(60)
    const head = await node.chain.read('periods', { kind: 'head', period: 1 })
    expect(head).toMatchObject({ head: { seeded: true } })
    expect(await node.chain.read('periods', { kind: 'silent', period: 1 })).toMatchObject({ peers: [] })
    expect(node.status().height).toBeGreaterThan(50)
  })

  test('a payment is seen, then final, and pays its fee once [LED-3]', async () => {
    await passSlots(8)
    const bob = createAccount(node.chain, new Secret(secretOf('bob')))
    const sent = await bob.pay([{ to: ALICE, atoms: ATOMS_PER_SHARE }])
    if (!sent.ok) throw new Error(sent.why)
    expect(await node.chain.status(sent.value)).toEqual({ kind: 'seen' })
    await passSlots(14)
    expect(await node.chain.status(sent.value)).toMatchObject({ kind: 'final' })
    const fee = 49n * ATOMS_PER_SHARE - (await bob.balance()).spendable
    expect(fee).toBeGreaterThan(2n * P.feeAtoms)
    expect(fee).toBeLessThan(3n * P.feeAtoms)
  })

  test('two transactions over one output: the second is refused with a code', async () => {
    await passSlots(8)
    const one = createAccount(node.chain, new Secret(secretOf('bob')))
    const other = createAccount(node.chain, new Secret(secretOf('bob')))
    expect((await one.pay([{ to: ALICE, atoms: 1n }])).ok).toBe(true)
    expect(await other.pay([{ to: ALICE, atoms: 2n }])).toMatchObject({ ok: false, code: 'E_TX_CONFLICT' })
  })

  test('a transaction changed after signing is refused [SIG-1]', async () => {
    await passSlots(8)
    const built = await createAccount(node.chain, new Secret(secretOf('bob'))).build({
      payments: [{ to: ALICE, atoms: 5n }]
    })
    if (!built.ok) throw new Error(built.why)
    const [first, ...rest] = built.value.outputs
    if (first === undefined) throw new Error('an output')
    const forged = { ...built.value, outputs: [{ ...first, atoms: 4n }, ...rest] }
    expect(await node.chain.submit(forged)).toMatchObject({ ok: false, code: 'E_TX_SIGNATURE' })
  })

  test('proofs of final state and finality lead from genesis across periods [FIN-10, PRF-2]', async () => {
    await passSlots(2 * P.period + P.lag + 30)
    const start = deriveTrustedStart(GENESIS)
    if (!start.ok) throw new Error(start.why)
    const head = checkFinalityProof(start.value, await node.chain.proveFinality())
    if (!head.ok) throw new Error(`${head.code} ${head.why}`)
    expect(head.value.header.height).toBeGreaterThan(lastHeightOf(1, P))
    expect(head.value.table.period).toBe(2)

    const owned = genesisOutputId(genesisHashOf(GENESIS), 3)
    const proof = await node.chain.prove('outputs', owned)
    expect(proof.header.header.height).toBe(head.value.header.height)
    const read = readSection('outputs', owned, { ...proof, header: proof.header.header })
    expect(read).toMatchObject({ ok: true, value: { output: { owner: BOB } } })
    const absent = await node.chain.prove('outputs', genesisOutputId(genesisHashOf(GENESIS), 99))
    expect(absent.value).toBeNull()
  })

  test('goes on from its files after a stop, on the same chain', async () => {
    await passSlots(20)
    const before = await node.chain.tip('final')
    await reopen()
    expect((await node.chain.tip('final')).id).toBe(before.id)
    expect(node.status().height).toBeGreaterThan(before.height)
    await passSlots(20)
    expect(node.status().final).toBeGreaterThan(before.height + 10)
    expect((await node.chain.block(before.height))?.id).toBe(before.id)
  })

  test('without its guard file it signs nothing for two epochs, nor from old sources [FIN-7]', async () => {
    await passSlots(20)
    await node.stop()
    rmSync(join(peer.folder, 'votes.db'))
    node = await peer.open()
    const { height, final } = node.status()
    await peer.clock.advance(P.finalityEpochMs * 2 - 100)
    expect(node.status().height).toBe(height)
    await passSlots(20)
    expect(node.status().height).toBeGreaterThan(height)
    // The only voter has lost its memory: everything justified before the loss stays out of its reach.
    expect(node.status().final).toBe(final)
  })

  test('an older copy of the guard file is a lost one [FIN-7]', async () => {
    await passSlots(12)
    await node.stop()
    copyFileSync(join(peer.folder, 'votes.db'), join(peer.folder, 'old.db'))
    node = await peer.open()
    await passSlots(12)
    await node.stop()
    copyFileSync(join(peer.folder, 'old.db'), join(peer.folder, 'votes.db'))
    node = await peer.open()
    const { height } = node.status()
    await passSlots(3)
    expect(node.status().height).toBe(height)
  })

  test('refuses a data folder of another network', async () => {
    await node.stop()
    const other = { ...GENESIS, seed0: genesisHashOf(GENESIS) }
    await expect(peer.open(other)).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
    node = await peer.open()
  })
})
