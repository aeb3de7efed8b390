// What every body of BaseChain proves to wallets, whoever answers: one suite for in process and over JSON-RPC.
// Everything is checked as a wallet does, from the genesis document and the bytes alone.
import { expect, test } from 'vitest'
import { type BaseChain, createAccount, deriveTrustedStart, type ProofRequest } from '#base-layer/index.ts'
import { compareHeads } from '#base-layer/light/heads.ts'
import { createLightClient, type LightClient, positionOf, stepLightClient } from '#base-layer/light/light-client.ts'
import { checkDocument, type Shown } from '#base-layer/light/proof-document.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import { asName } from '#contracts/names/name.ts'
import { ZERO_HASH } from '#contracts/primitives/ids.ts'
import type { BlockId, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { ALICE, BOB, GENESIS, secretOf } from '../../support/lone-peer.ts'
import type { Body } from './compliance.ts'

const NOTHING = `${ZERO_HASH.slice(1)}1` as OutputId & TransactionId & BlockId
const nowMs = GENESIS.genesisTimeMs

function clientAtGenesis(): LightClient {
  const start = deriveTrustedStart(GENESIS)
  if (!start.ok) throw new Error(start.why)
  const client = createLightClient({ kind: 'genesis', start: start.value }, nowMs)
  if (!client.ok) throw new Error(client.why)
  return client.value
}

async function askFor(chain: BaseChain, request: ProofRequest) {
  const document = await chain.proofs.document(request)
  if (document === undefined) return undefined
  const checked = checkDocument(clientAtGenesis(), document.finality, document.body)
  if (!checked.ok) throw new Error(`${checked.code}: ${checked.why}`)
  return checked.value
}

async function shownOf(chain: BaseChain, request: ProofRequest): Promise<Shown | undefined> {
  return (await askFor(chain, request))?.shown
}

export function describeProofs({ chain, passSlots }: Body): void {
  let paid: TransactionId
  let height: number

  test('after a payment that is final', async () => {
    const bob = createAccount(chain(), new Secret(secretOf('bob')))
    const sent = await bob.pay([{ to: ALICE, atoms: 9n, host: null }])
    if (!sent.ok) throw new Error(sent.why)
    paid = sent.value
    await passSlots(14)
    const status = await chain().status(paid)
    if (status.kind !== 'final') throw new Error(status.kind)
    height = status.height
  })

  test('shows keys that are in the state, of several sections at once, and keys that are not [PRF-2]', async () => {
    const output = outputIdOf(paid, 0)
    const keys = [
      { section: 'outputs', key: output },
      { section: 'peers', key: ALICE },
      { section: 'parameters', key: 'now' }
    ] as const
    const all = [...(await chain().list('parameters'))].map(one => one.key)
    const asked = keys.map(one => (one.section === 'parameters' ? { ...one, key: present(all[0], 'one') } : one))
    const shown = await shownOf(chain(), { kind: 'present', keys: asked })
    if (shown?.kind !== 'present') throw new Error('present')
    expect(shown.leaves.map(one => one.section)).toEqual(['outputs', 'peers', 'parameters'])
    expect(shown.leaves[0]).toMatchObject({ key: output, value: { output: { owner: ALICE, atoms: 9n } } })
    const none = [{ section: 'outputs', key: NOTHING }] as const
    expect(await shownOf(chain(), { kind: 'absent', keys: none })).toEqual({ kind: 'absent', keys: none })
    expect(await chain().proofs.document({ kind: 'present', keys: none })).toBeUndefined()
    expect(await chain().proofs.document({ kind: 'absent', keys: asked })).toBeUndefined()
  })

  test('shows any block of the chain under its head, and how heads stand on each other [PRF-1, PRF-6]', async () => {
    for (const at of [0, 1, height]) {
      const block = await chain().block(at)
      expect(await shownOf(chain(), { kind: 'block', height: at })).toMatchObject({ kind: 'block', id: block?.id })
      expect(await shownOf(chain(), { kind: 'consistency', height: at })).toMatchObject({ older: { id: block?.id } })
    }
    const { height: final, id } = await chain().tip('final')
    expect(await shownOf(chain(), { kind: 'block', height: final })).toMatchObject({ id })
    expect(await chain().proofs.document({ kind: 'block', height: final + 1_000 })).toBeUndefined()
    expect(await chain().proofs.document({ kind: 'consistency', height: final })).toBeUndefined()
  })

  test('shows a transaction, what it spent and when, and what a block did not spend [PRF-3]', async () => {
    const found = await shownOf(chain(), { kind: 'transaction', id: paid })
    expect(found).toMatchObject({ kind: 'transaction', id: paid, header: { height } })
    if (found?.kind !== 'transaction') throw new Error('transaction')
    const input = present(found.transaction.inputs[0], 'an input')
    const spent = { kind: 'spent', output: input, transaction: paid, header: { height } }
    expect(await shownOf(chain(), { kind: 'spent', output: input })).toMatchObject(spent)
    const output = outputIdOf(paid, 0)
    for (const at of [height - 1, height]) {
      expect(await shownOf(chain(), { kind: 'notSpentIn', output, height: at })).toMatchObject({
        header: { height: at }
      })
    }
    expect(await chain().proofs.document({ kind: 'notSpentIn', output: input, height })).toBeUndefined()
    expect(await chain().proofs.document({ kind: 'spent', output })).toBeUndefined()
    expect(await chain().proofs.document({ kind: 'transaction', id: NOTHING })).toBeUndefined()
  })

  test('shows everything that touched a key, or all since an entry, and that nothing touched one [PRF-4]', async () => {
    const subject = { section: 'keys', key: BOB } as const
    const whole = await shownOf(chain(), { kind: 'history', subject, start: 0 })
    if (whole?.kind !== 'history') throw new Error('history')
    expect(whole.entries.length).toBeGreaterThan(0)
    expect(whole.entries).toContainEqual({ height, id: paid })
    const start = whole.entries.length - 1
    expect(await shownOf(chain(), { kind: 'history', subject, start })).toMatchObject({
      start,
      entries: whole.entries.slice(start)
    })
    expect(await chain().proofs.document({ kind: 'history', subject, start: start + 100 })).toBeUndefined()
    const nobody = { section: 'keys', key: NOTHING as string as PublicKey } as const
    expect(await shownOf(chain(), { kind: 'history', subject: nobody, start: 0 })).toMatchObject({ entries: [] })
    const name = present(asName('nobody-has-this'), 'a name')
    const unclaimed = { section: 'names', key: { kind: 'name', name } } as const
    expect(await shownOf(chain(), { kind: 'history', subject: unclaimed, start: 0 })).toMatchObject({ entries: [] })
  })

  test('leads a light client on, over a new period, and fetches only what is new [FIN-10, PRF-7]', async () => {
    let client = clientAtGenesis()
    const step = async () => {
      const update = await chain().proofs.update(positionOf(client))
      const next = stepLightClient(client, update)
      if (!next.ok) throw new Error(`${next.code}: ${next.why}`)
      client = next.value.client
      return update.length
    }
    await step()
    expect(client.head.id).toBe((await chain().tip('final')).id)
    const kept = client
    const last = lastHeightOf(kept.table.period, GENESIS.parameters)
    await passSlots(Math.max(0, last - kept.head.header.height) + 12)
    const far = await step()
    expect(client.table.period).toBe(kept.table.period + 1)
    expect(client.head.id).toBe((await chain().tip('final')).id)
    await passSlots(4)
    expect(await step()).toBeLessThan(far)
    expect(client.head.header.height).toBeGreaterThan(kept.head.header.height)
    const { height: before } = kept.head.header
    const { height: now } = client.head.header
    const relation = await chain().proofs.relate({ height: before, id: kept.head.id }, now)
    expect(compareHeads(kept.head, client.head, relation ?? null)).toMatchObject({ kind: 'ahead', which: 'second' })
    const other = { header: kept.head.header, id: NOTHING }
    const apart = await chain().proofs.relate({ height: before, id: NOTHING }, now)
    expect(compareHeads(other, client.head, apart ?? null)).toMatchObject({ kind: 'conflict' })
    expect(await chain().proofs.relate({ height: 1, id: NOTHING }, 1_000_000)).toBeUndefined()
  })

  test('starts a client from the id of one block [FIN-5]', async () => {
    const start = deriveTrustedStart(GENESIS)
    if (!start.ok) throw new Error(start.why)
    const final = await chain().tip('final')
    for (const at of [0, 1, lastHeightOf(0, GENESIS.parameters), final.height]) {
      const { id } = present(await chain().block(at), 'a final block')
      const bytes = present(await chain().proofs.anchor(at), 'an anchor')
      const client = createLightClient({ kind: 'anchor', start: start.value, id, bytes }, nowMs)
      if (!client.ok) throw new Error(`${client.code}: ${client.why}`)
      const update = await chain().proofs.update(positionOf(client.value))
      expect(stepLightClient(client.value, update)).toMatchObject({
        ok: true,
        value: { client: { head: { id: final.id } } }
      })
      expect(createLightClient({ kind: 'anchor', start: start.value, id: NOTHING, bytes }, nowMs)).toMatchObject({
        ok: false
      })
    }
    expect(await chain().proofs.anchor(final.height + 1_000)).toBeUndefined()
  })
}
