// surety proof against a running node: every kind fetched, checked without the node, and refused when a bit of
// it changed; heads kept, followed and compared [PRF-1 to PRF-6, FIN-10]. Commands run in this process; files
// are real.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type BaseNode, createAccount } from '#base-layer/index.ts'
import { createRpcServer, type RpcServer } from '#base-layer/runtime/json-rpc.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { formatGenesis } from '#cli/devnet/genesis-file.ts'
import { createProgram } from '#cli/program.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { ALICE, BOB, GENESIS, LonePeer, secretOf } from '../../support/lone-peer.ts'

let folder: string
let peer: LonePeer
let node: BaseNode
let server: RpcServer
let paid: TransactionId
let height: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-proof-'))
  writeFileSync(join(folder, 'genesis.json'), formatGenesis(GENESIS))
  peer = new LonePeer()
  await peer.prepare()
  node = await peer.open()
  server = await createRpcServer({ port: 0, version: 'test', methods: node.rpcMethods })
  await peer.clock.advance(16 * GENESIS.parameters.slotMs)
  const sent = await createAccount(node.chain, new Secret(secretOf('bob'))).pay([{ to: ALICE, atoms: 7n }])
  if (!sent.ok) throw new Error(sent.why)
  paid = sent.value
  await peer.clock.advance(14 * GENESIS.parameters.slotMs)
  const status = await node.chain.status(paid)
  if (status.kind !== 'final') throw new Error(status.kind)
  height = status.height
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

afterAll(async () => {
  await server.stop()
  await node.stop()
  peer.remove()
  rmSync(folder, { recursive: true })
})

const path = (name: string): string => join(folder, name)

/** Exit code and the one document of a command, run at the chain's own time. */
async function surety(...args: readonly string[]) {
  let printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    printed += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  vi.useFakeTimers({ toFake: ['Date'], now: peer.clock.nowMs() })
  const code = await createProgram().run(['--json', '--rpc', server.url, '--genesis', path('genesis.json'), ...args])
  vi.restoreAllMocks()
  vi.useRealTimers()
  return { code, document: JSON.parse(printed) as Record<string, unknown> }
}

const fetchTo = async (file: string, ...args: readonly string[]) =>
  await surety('proof', 'get', ...args, '-o', path(file))

const kinds = (): readonly (readonly [kind: string, args: readonly string[], shows: object])[] => [
  ['head', [], {}],
  ['balance', ['share', BOB], { owner: BOB }],
  ['output', [outputIdOf(paid, 0)], { owner: ALICE, atoms: '7' }],
  ['transaction', [paid], { transaction: paid, blockHeight: height }],
  ['not-spent', [outputIdOf(paid, 0), String(height)], { blockHeight: height }],
  ['block', ['3'], { blockHeight: 3 }],
  ['consistency', ['5'], { olderHeight: 5 }],
  ['key', ['peers', ALICE], { section: 'peers', key: ALICE }],
  ['absent', ['outputs', 'ab'.repeat(32)], {}],
  ['key-history', [BOB], { start: 0 }],
  ['parameters', [], {}]
]

describe('surety proof', () => {
  it('fetches every kind, and checks it without the node', async () => {
    for (const [kind, args, shows] of kinds()) {
      const file = `${kind}.json`
      expect([kind, await fetchTo(file, kind, ...args)]).toMatchObject([kind, { code: 0 }])
      const checked = await surety('proof', 'check', path(file), '--rpc', 'http://127.0.0.1:9/rpc')
      expect([kind, checked]).toMatchObject([kind, { code: 0, document: { valid: true, proof: kind, ...shows } }])
    }
  })

  it('shows where an output was spent', async () => {
    const blocks = await node.chain.transactions(height)
    const input = present(blocks?.[0]?.inputs[0], 'an input')
    await fetchTo('spent.json', 'spent', input)
    const { document } = await surety('proof', 'check', path('spent.json'))
    expect(document).toMatchObject({ valid: true, output: input, transaction: paid, blockHeight: height })
    expect(await surety('proof', 'get', 'not-spent', input, String(height))).toMatchObject({
      code: 5,
      document: { code: 'E_PROOF_NONE' }
    })
    expect(await surety('proof', 'get', 'output', input)).toMatchObject({ code: 5 })
  })

  it('exits 8 for a proof of which anything was changed, and says why', async () => {
    await fetchTo('transaction.json', 'transaction', paid)
    const good = JSON.parse(readFileSync(path('transaction.json'), 'utf8')) as Record<string, string>
    const { finality = '', body = '' } = good
    const flip = (text: string, at: number): string =>
      text.slice(0, at) + (Number.parseInt(text.charAt(at), 16) ^ 1).toString(16) + text.slice(at + 1)
    for (const wrong of [
      { ...good, body: flip(body, body.length - 30) },
      { ...good, body: flip(body, 40) },
      { ...good, finality: flip(finality, finality.length - 40) },
      { ...good, finality: flip(finality, 300) },
      { ...good, kind: 'block' }
    ]) {
      writeFileSync(path('wrong.json'), JSON.stringify(wrong))
      const { code, document } = await surety('proof', 'check', path('wrong.json'))
      expect([code, document]).toMatchObject([8, { valid: false, code: expect.stringMatching(/^E_/) as string }])
    }
    writeFileSync(path('wrong.json'), '{}')
    expect(await surety('proof', 'check', path('wrong.json'))).toMatchObject({
      code: 2,
      document: { code: 'E_PROOF_FILE' }
    })
  })

  it('keeps a head, follows it, checks later proofs from it, and refuses it when it is old [FIN-5]', async () => {
    const kept = path('kept.json')
    expect(await surety('proof', 'heads', 'follow', kept)).toMatchObject({ code: 0 })
    await fetchTo('before.json', 'head')
    await peer.clock.advance(40 * GENESIS.parameters.slotMs)
    const followed = await surety('proof', 'heads', 'follow', kept)
    const final = await node.chain.tip('final')
    expect(followed).toMatchObject({ code: 0, document: { periods: 1, head: { height: final.height, id: final.id } } })
    await fetchTo('small.json', 'transaction', paid, '--head', kept)
    await fetchTo('large.json', 'transaction', paid)
    const size = (name: string): number => readFileSync(path(name)).length
    expect(size('small.json')).toBeLessThan(size('large.json'))
    for (const name of ['small.json', 'large.json']) {
      expect(await surety('proof', 'check', path(name), '--head', kept)).toMatchObject({ code: 0 })
    }
    expect(await surety('proof', 'check', path('small.json'))).toMatchObject({ code: 8 })
    await fetchTo('after.json', 'head')
    await peer.clock.advance((GENESIS.parameters.evidenceAgeTicks + 1) * GENESIS.parameters.slotMs)
    expect(await surety('proof', 'check', path('large.json'), '--head', kept)).toMatchObject({
      code: 5,
      document: { code: 'E_LIGHT_STALE' }
    })
  })

  it('compares heads: one ahead of the other, and stops without a proof of it [PRF-6]', async () => {
    const compare = (...args: readonly string[]) => surety('proof', 'heads', 'compare', ...args)
    const [before, after] = [path('before.json'), path('after.json')]
    expect(await compare(before, before)).toMatchObject({ code: 0, document: { kind: 'same', goesOn: true } })
    expect(await compare(before, after)).toMatchObject({ code: 0, document: { kind: 'ahead', which: 'second' } })
    expect(await compare(after, before)).toMatchObject({ code: 0, document: { kind: 'ahead', which: 'first' } })
  })
})
