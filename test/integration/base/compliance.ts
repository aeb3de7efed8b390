// What every body of BaseChain must do, whoever answers: one suite for in process and over JSON-RPC.
import { hostOf, ownerOf } from '#contracts/ledger/output.ts'
import { expect, test } from 'vitest'
import type { BaseChain, BlockSummary } from '#base-layer/index.ts'
import { createAccount, deriveTrustedStart } from '#base-layer/index.ts'
import { checkFinalityProof } from '#base-layer/light/finality-proof.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { genesisHashOf, genesisOutputId } from '#contracts/ledger/genesis.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { ZERO_HASH } from '#contracts/primitives/ids.ts'
import type { AssetId, TransactionId } from '#contracts/primitives/ids.ts'
import { ALICE, BOB, GENESIS, secretOf } from '../../support/lone-peer.ts'

const NOBODY = `${ZERO_HASH.slice(1)}1` as AssetId & TransactionId

export interface Body {
  readonly chain: () => BaseChain
  /** Lets the network make this many slots. */
  readonly passSlots: (count: number) => Promise<void>
}

export function describeBaseChain({ chain, passSlots }: Body): void {
  test('says which network it is', async () => {
    expect(await chain().info()).toEqual({
      genesis: genesisHashOf(GENESIS),
      genesisTimeMs: GENESIS.genesisTimeMs,
      prefix: 'sdev',
      parameters: GENESIS.parameters
    })
  })

  test("the head is above the final block, which is the chain's block of its height", async () => {
    const [final, head] = [await chain().tip('final'), await chain().tip('head')]
    expect(head.height).toBeGreaterThan(final.height)
    expect(await chain().block(final.height)).toEqual(final)
    expect(await chain().block(0)).toMatchObject({ height: 0, transactions: 0 })
    expect(await chain().block(head.height + 1_000)).toBeUndefined()
  })

  test('reads what is there and what is not', async () => {
    const id = genesisOutputId(genesisHashOf(GENESIS), 0)
    expect(await chain().read('outputs', id)).toMatchObject({ output: { owner: ALICE, host: ALICE } })
    expect(await chain().read('assets', NOBODY, 'head')).toBeUndefined()
    expect(await chain().read('periods', { kind: 'head', period: 0 })).toMatchObject({
      head: { period: 0, seeded: true }
    })
  })

  test('lists a section', async () => {
    const peers = await chain().list('peers')
    expect(peers).toHaveLength(1)
    expect(peers[0]).toMatchObject({ key: ALICE, value: { bondAtoms: 10n * ATOMS_PER_SHARE } })
    expect(await chain().list('bonds', 'head')).toEqual([])
  })

  test('finds the outputs of an owner', async () => {
    const outputs = await chain().outputsOf(ALICE)
    expect(outputs.every(one => ownerOf(one.record.output) === ALICE)).toBe(true)
    expect(outputs.filter(one => hostOf(one.record.output) === ALICE).map(one => one.record.output.atoms)).toEqual([
      100n * ATOMS_PER_SHARE
    ])
    expect(outputs.filter(one => one.record.output.atoms === ATOMS_PER_SHARE)).toHaveLength(2)
    expect(await chain().outputsOf(NOBODY as never)).toEqual([])
  })

  test('proves presence and absence under a header that is proved final [PRF-2, FIN-10]', async () => {
    const start = deriveTrustedStart(GENESIS)
    if (!start.ok) throw new Error(start.why)
    const final = checkFinalityProof(start.value, await chain().proveFinality())
    if (!final.ok) throw new Error(final.why)
    const key = { kind: 'head', period: 0 } as const
    const there = await chain().prove('periods', key)
    expect(final.value.header).toEqual(there.header.header)
    expect(readSection('periods', key, { ...there, header: there.header.header })).toEqual({
      ok: true,
      value: there.value
    })
    const missing = await chain().prove('assets', NOBODY)
    expect(missing.value).toBeNull()
    expect(readSection('assets', NOBODY, { ...missing, header: missing.header.header })).toEqual({
      ok: true,
      value: null
    })
  })

  test('a refused transaction says why, and goes on saying so', async () => {
    const built = await createAccount(chain(), new Secret(secretOf('bob'))).build({
      payments: [{ to: ALICE, atoms: 5n }]
    })
    if (!built.ok) throw new Error(built.why)
    const late = { ...built.value, notAfter: 1 }
    expect(await chain().submit(late)).toMatchObject({ ok: false, code: 'E_TX_LATE' })
    expect(await chain().status(transactionIdOf(late))).toMatchObject({ kind: 'refused', code: 'E_TX_LATE' })
    expect(await chain().status(NOBODY)).toEqual({ kind: 'unknown' })
  })

  test('a payment goes from seen to final, and whoever listens hears of it', async () => {
    const heard: BlockSummary[] = []
    const stop = chain().onFinal(tip => heard.push(tip))
    await passSlots(2)
    const before = await chain().tip('final')
    const bob = createAccount(chain(), new Secret(secretOf('bob')))
    const sent = await bob.pay([{ to: ALICE, atoms: 7n, host: BOB }])
    if (!sent.ok) throw new Error(sent.why)
    expect((await chain().status(sent.value)).kind).toBe('seen')
    await passSlots(14)
    const status = await chain().status(sent.value)
    expect(status).toMatchObject({ kind: 'final' })
    if (status.kind !== 'final') throw new Error('final')
    expect((await chain().block(status.height))?.id).toBe(status.block)
    const there = await chain().transactions(status.height)
    expect(there?.map(one => transactionIdOf(one))).toContain(sent.value)
    expect(await chain().transactions(status.height + 1_000)).toBeUndefined()
    stop()
    expect(heard.at(-1)?.height).toBeGreaterThan(before.height)
    expect(heard.map(tip => tip.height)).toEqual([...heard.map(tip => tip.height)].sort((a, b) => a - b))
    const count = heard.length
    await passSlots(4)
    expect(heard).toHaveLength(count)
  })
}
