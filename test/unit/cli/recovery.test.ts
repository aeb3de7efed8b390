// surety node recovery, from a chain whose finality is stuck to one that carries the file [FIN-9]: drafted, signed by wallet
// after wallet, checked with and without a node, posted.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BaseChain } from '#base-layer/index.ts'
import { createBaseRpc } from '#base-layer/client/rpc-methods.ts'
import { createRpcServer, type RpcServer } from '#base-layer/runtime/json-rpc.ts'
import { formatGenesis } from '#cli/devnet/genesis-file.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { BuiltChain } from '#test/support/built-chain.ts'
import { actor, ChainBuilder, type Peer } from '#test/support/chain-builder.ts'
import { runCommand } from './in-process.ts'

const builder = new ChainBuilder({ peers: ['alice', 'bob', 'carol', 'dave', 'erin'] })
const [alice, bob, carol, dave, erin] = builder.peers as readonly [Peer, Peer, Peer, Peer, Peer]
builder.produceTo(20)
// Two fifths of the table never come back.
builder.awake = [alice, bob, carol]
builder.produceTo(45)
const built = new BuiltChain(builder)

let folder: string
let server: RpcServer
const path = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-recovery-'))
  mkdirSync(path('wallets'))
  for (const [name, { secret }] of Object.entries({ alice, bob, carol, olga: actor('olga') })) {
    const key = { schema: 'surety.dev-key/1', secret: bytesToHex(secret) }
    writeFileSync(path(`wallets/${name}.dev-key.json`), JSON.stringify(key))
  }
  writeFileSync(path('genesis.json'), formatGenesis(builder.genesisState.chain.document))
  server = await createRpcServer({ port: 0, version: 'test', methods: createBaseRpc(built.chain as BaseChain) })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

async function recovery(verb: string, ...args: readonly string[]) {
  const settings = [
    '--rpc',
    server.url,
    '--genesis',
    path('genesis.json'),
    '--wallets',
    path('wallets'),
    '--yes',
    '--json'
  ]
  const { code, stdout } = await runCommand(['node', 'recovery', verb, path('file'), ...settings, ...args])
  return { code, document: JSON.parse(stdout) as Readonly<Record<string, unknown>> }
}

describe('surety node recovery', () => {
  it('refuses what is no file, and whoever is not in the table', async () => {
    expect(await recovery('check')).toMatchObject({ code: 2, document: { code: 'E_RECOVERY_FILE' } })
    expect(await recovery('new', '--without', 'olga')).toMatchObject({ document: { code: 'E_RECOVERY_PEER' } })
    writeFileSync(path('file'), 'what')
    expect(await recovery('check')).toMatchObject({ document: { code: 'E_RECOVERY_FORM' } })
    expect(await recovery('new', '--without', dave.key)).toMatchObject({ code: 2 })
    rmSync(path('file'))
  })

  it('drafts a file that nobody can post before it is signed', async () => {
    const drafted = await recovery('new', '--without', `${dave.key},${erin.key}`)
    expect(drafted).toMatchObject({ code: 0, document: { schema: 'surety.node.recovery.new/1', holders: [] } })
    expect(drafted.document['table']).toHaveLength(3)
    expect(await recovery('post', '--account', 'olga')).toMatchObject({ document: { code: 'E_RECOVERY_FILE' } })
  })

  it('gathers signatures, one for each wallet, until they are enough', async () => {
    const stages: unknown[] = []
    for (const name of ['alice', 'carol', 'bob']) {
      const signed = await recovery('sign', '--account', name)
      expect([name, signed.code]).toEqual([name, 0])
      stages.push((signed.document['stage'] as { readonly isEnough: boolean }).isEnough)
    }
    expect(stages).toEqual([false, false, true])
    expect(await recovery('sign', '--account', 'bob')).toMatchObject({ document: { code: 'E_RECOVERY_HOLDER' } })
    expect(await recovery('sign', '--account', 'olga')).toMatchObject({ document: { code: 'E_RECOVERY_HOLDER' } })
  })

  it('signs nothing dry, and refuses a file of which a byte was changed', async () => {
    const before = readFileSync(path('file'))
    await recovery('sign', '--account', 'alice', '--dry-run')
    expect(readFileSync(path('file')).equals(before)).toBe(true)
    writeFileSync(
      path('file'),
      before.map((byte, place) => (place === before.length - 3 ? byte ^ 1 : byte))
    )
    expect(await recovery('check')).toMatchObject({ document: { code: 'E_RECOVERY_SIGNATURE' } })
    writeFileSync(path('file'), before)
  })

  it('is checked without a node, posted, and then carried', async () => {
    const alone = await recovery('check', '--rpc', 'http://127.0.0.1:9/rpc')
    expect(alone).toMatchObject({ code: 0, document: { stage: null } })
    expect(await recovery('post', '--account', 'olga', '--dry-run')).toMatchObject({ code: 0 })
    const settings = ['--rpc', server.url, '--wallets', path('wallets'), '--account', 'olga', '--yes', '--json']
    const posted = await runCommand(['node', 'recovery', 'post', path('file'), ...settings], async stderr => {
      if (stderr.includes('sent')) built.advance()
    })
    expect(posted.code).toBe(0)
    expect(await recovery('check')).toMatchObject({ code: 0, document: { stage: { kind: 'carried' } } })
    expect(builder.state.recoveries).toEqual([(await recovery('check')).document['id']])
  })
})
