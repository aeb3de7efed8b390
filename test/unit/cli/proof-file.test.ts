// What a proof file must look like before anything in it is judged: nothing in it may reach a codec that asserts. And what
// is said of each kind, as of which block, how old and how final.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BASE_KINDS, type BaseKind, checkBaseProof, PROOF_FILE, readHeadFile, readProofFile } from '#cli/proofs.ts'
import { sayAge, sayHead, sayShown } from '#cli/proof-words.ts'
import { ageMs } from '#base-layer/light/light-client.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { drawBodies, drawChain, encodeBody, encodeFinality, PAID_AT } from '../light/light-fixtures.ts'

const id = 'ab'.repeat(32)
const base = { schema: 'surety.proof/1', genesis: id, finality: '00', body: '00' } as const
const account = { ...base, kind: 'account', asset: id, sequence: 3, account: id, witness: '00' }
const receipt = { ...base, kind: 'receipt', asset: id, instruction: id, epoch: 1, receipt: '00' }

describe('a proof file', () => {
  it.each(
    [account, receipt, ...Object.keys(BASE_KINDS).map(kind => ({ ...base, kind }))].map(file => [file.kind, file])
  )('is read when it has the form of a %s', (_kind, file) => {
    expect(PROOF_FILE.safeParse(file).success).toBe(true)
  })

  it.each([
    ['the zero hash for an asset [HASH-1]', { ...account, asset: '0'.repeat(64) }],
    ['the zero hash for an account [HASH-1]', { ...account, account: '0'.repeat(64) }],
    ['the zero hash for an instruction [HASH-1]', { ...receipt, instruction: '0'.repeat(64) }],
    ['the zero hash for a network [HASH-1]', { ...account, genesis: '0'.repeat(64) }],
    ['a sequence below nothing', { ...account, sequence: -1 }],
    ['a sequence that no integer holds', { ...account, sequence: 2 ** 60 }],
    ['an epoch below nothing', { ...receipt, epoch: -1 }],
    ['an epoch with a fraction', { ...receipt, epoch: 0.5 }],
    ['a witness that is no hexadecimal', { ...account, witness: '0' }],
    ['a kind that is none', { ...base, kind: 'trust me' }],
    ['a field more', { ...account, note: 'trust me' }]
  ])('is refused with %s', (_what, file) => {
    expect(PROOF_FILE.safeParse(file).success).toBe(false)
  })
})

describe('a file that was not read', () => {
  it.each([
    ['readProofFile', readProofFile, 'E_PROOF_FILE'],
    ['readHeadFile', readHeadFile, 'E_HEAD_FILE']
  ])('is told apart by %s: missing, empty, or cut short', async (_name, read, code) => {
    const folder = await mkdtemp(join(tmpdir(), 'surety-proof-file-'))
    const path = join(folder, 'file.json')
    try {
      await expect(read(path)).rejects.toMatchObject({ code, message: expect.stringContaining('cannot read') })
      await writeFile(path, '')
      await expect(read(path)).rejects.toMatchObject({ code, message: expect.stringContaining('is empty') })
      await writeFile(path, '{"schema": "surety.pro')
      await expect(read(path)).rejects.toMatchObject({ code, message: expect.stringContaining('cut short') })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('what is said', () => {
  const chain = drawChain()
  const bodies = drawBodies(chain)
  const finality = bytesToHex(encodeFinality(chain))
  const fileOf = (kind: BaseKind) => ({
    ...base,
    kind,
    finality,
    body: bytesToHex(encodeBody(bodies[BASE_KINDS[kind]]))
  })
  const read = (kind: BaseKind) => {
    const checked = checkBaseProof(chain.client, fileOf(kind))
    if (!checked.ok) throw new Error(checked.why)
    return sayShown(checked.value.shown, checked.value.client)
  }

  it.each([
    ['head', /^block \w{12} is final$/],
    ['balance', /^the state holds outputs \w{12}, outputs \w{12}, keys \w{12}$/],
    ['absent', /^the state does not hold outputs \w{12}, keys \w{12}$/],
    ['block', new RegExp(`^block ${PAID_AT} of this chain is \\w{64}$`)],
    ['consistency', /^the head stands on block 42, \w{12}, and on everything that one stood on$/],
    ['transaction', /^transaction \w{12} \(a payment, 1 output\) is in block 7$/],
    ['spent', /^output \w{12} was spent in block 7 by transaction \w{12}$/],
    ['not-spent', /^output \w{12} was not spent in block 7$/],
    ['key-history', /^everything since entry 3 that touched keys \w{12}: 8 entries of 11$/]
  ] as const)('of a proof of kind %s is what it shows', (kind, words) => {
    expect(read(kind).words).toMatch(words)
  })

  it('is not believed of a file that is called something else', () => {
    for (const [kind, other] of [
      ['spent', 'not-spent'],
      ['output', 'absent'],
      ['block', 'head']
    ] as const) {
      expect(checkBaseProof(chain.client, { ...fileOf(kind), kind: other })).toMatchObject({ code: 'E_PROOF_VALUE' })
    }
  })

  it('names the block, its age, the price of finality and few hands [FIN-10, POS-10]', () => {
    const checked = checkBaseProof(chain.client, fileOf('head'))
    if (!checked.ok) throw new Error(checked.why)
    const { client } = checked.value
    const nowMs = client.network.genesisTimeMs + client.head.header.timeMs + 90_000
    expect(ageMs(client, nowMs)).toBe(90_000)
    const said = sayHead(client, nowMs)
    expect(said.words).toMatch(/^as of final block 100 \(\w{12}\), made 90 seconds ago$/)
    expect(said.behind).toBe('taking that back costs at least 13.33333334 share of collateral')
    expect(said.warning).toBe('few hands: 4 peers with weight, 2 with half of it')
    expect(said.document).toMatchObject({ height: 100, ageMs: 90_000, period: 2, finality: { isNarrow: true } })
  })

  it('of an age is in the largest unit that fits', () => {
    const ages = [-5, 1_000, 119_000, 120_000, 7_199_000, 7_200_000, 172_799_000, 172_800_000, 2_592_000_000]
    const said = ['0 seconds', '1 second', '119 seconds', '2 minutes', '119 minutes', '2 hours', '47 hours', '2 days']
    expect(ages.map(sayAge)).toEqual([...said, '30 days'])
  })
})
