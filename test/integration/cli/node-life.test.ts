// One node as its operator and its callers meet it: a real process, its RPC held against its own document, its pages, its
// files while it runs, its log, and its end.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import type { NodeStatus } from '#cli/node/node-methods.ts'
import { writeNodeFolder } from '#cli/node/data-folder.ts'
import { encode, hex32 } from '#contracts/codec/codec.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MAIN = join(ROOT, 'cli', 'main.ts')
const DOCUMENT = join(ROOT, 'docs', 'openrpc.json')
const START_MS = 30_000
const STOP_MS = 5_000

const secretOf = (name: string): Uint8Array => createHash('sha256').update(`node-life ${name}`).digest()
const SECRETS = { signing: secretOf('signing'), vrf: secretOf('vrf'), network: secretOf('network') }
const PEER = derivePublicKey(SECRETS.signing)

function genesisOf(genesisTimeMs: number): Genesis {
  const vrfKey = vrfPublicKey(SECRETS.vrf)
  return {
    prefix: 'sdev',
    genesisTimeMs,
    parameters: DEV_PARAMETERS,
    seed0: bytesToHex(secretOf('seed')) as Hash,
    peers: [{ peer: PEER, vrfKey, rewards: PEER, bondAtoms: 10n * ATOMS_PER_SHARE }],
    outputs: [{ kind: 'key', owner: PEER, host: PEER, atoms: 100n * ATOMS_PER_SHARE }]
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

let folder: string
let url: string
let port: number
let child: ChildProcess
let ended: Promise<number | null>
const at = (path: string): URL => new URL(path, url)
const status = async (): Promise<NodeStatus> => (await rpcCall(url, 'node.status')) as NodeStatus
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, 'node', ...args, '--data', folder, '--json'], { encoding: 'utf8', cwd: folder })

async function until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await delay(100)) {
    const found = await probe().catch(() => undefined)
    if (found !== undefined) return found
  }
  throw new Error(`not in time: ${what}; the log: ${readFileSync(join(folder, 'log'), 'utf8').slice(-1_000)}`)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-life-'))
  port = await freePort()
  url = `http://127.0.0.1:${port}/rpc`
  const { signing, vrf, network } = SECRETS
  await writeNodeFolder(folder, {
    genesis: genesisOf(Date.now()),
    keys: { signing: new Secret(signing), vrf: new Secret(vrf), network: new Secret(network) },
    settings: {
      name: 'life',
      listen: ['/ip4/127.0.0.1/tcp/0'],
      rpcPort: port,
      logLevel: 'debug',
      chainName: 'harbour',
      backup: '',
      check: ''
    }
  })
  const log = openSync(join(folder, 'log'), 'a')
  child = spawn(process.execPath, [MAIN, 'node', 'start', '--data', folder], { stdio: ['ignore', log, log] })
  closeSync(log)
  ended = new Promise(resolve => {
    child.once('exit', resolve)
  })
  await until('final blocks', async () => ((await status()).base.final >= 3 ? true : undefined))
})
afterAll(async () => {
  child.kill('SIGKILL')
  await ended
  rmSync(folder, { recursive: true, force: true })
})

describe('the RPC of a node', () => {
  interface Described {
    readonly name: string
    readonly params: readonly { readonly name: string; readonly required: boolean }[]
    readonly result: { readonly schema: object }
  }
  const hexKey = bytesToHex(encode(hex32<PublicKey>(), PEER))
  const transaction = '00'
  /** What each method is asked; a method that is not here fails the test. */
  const ASKED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'base.tip': { which: 'head' },
    'base.block': { height: 1 },
    'base.transactions': { height: 1 },
    'base.read': { section: 'peers', key: hexKey },
    'base.list': { section: 'peers' },
    'base.outputs': { owner: PEER },
    'base.prove': { section: 'peers', key: hexKey },
    'base.submit': { transaction },
    'name.login.get': { login: 'ana' },
    'base.status': { id: 'ab'.repeat(32) }
  }

  it('is the one that docs/openrpc.json describes', async () => {
    const document = await rpcCall(url, 'rpc.discover')
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(DOCUMENT)
  })

  it('has methods of different names, each with a result, and answers each as the document says', async () => {
    const { methods } = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as { methods: readonly Described[] }
    expect(new Set(methods.map(one => one.name)).size).toBe(methods.length)
    const refused: string[] = []
    for (const { name, params, result } of methods) {
      const asked = ASKED[name] ?? {}
      const missing = params.filter(one => one.required && !(one.name in asked)).map(one => one.name)
      if (missing.length > 0) {
        refused.push(name)
        await expect(rpcCall(url, name, asked), name).rejects.toMatchObject({ code: 'E_BAD_PARAMS' })
        continue
      }
      const answer = await rpcCall(url, name, asked).catch((error: unknown) => String(error))
      if (name === 'rpc.discover') continue
      const checked = z.fromJSONSchema(result.schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(answer)
      expect(checked.success ? [] : [name, answer, checked.error.issues], name).toEqual([])
    }
    // Methods of proofs have tests of their own with what they need.
    expect(
      refused.filter(name => !/^base\.(anchor|proof|relate|update)$|^chief\.prefer$|^name\.login\.put$/.test(name))
    ).toEqual([])
  })
})

describe('the pages of a node', () => {
  it('say that it works, and that alone it is not to be relied on', async () => {
    const [health, ready] = await Promise.all([fetch(at('/healthz')), fetch(at('/readyz'))])
    expect(health.status).toBe(200)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ ok: false, peers: 0 })
  })

  it('show the metrics that the alert rules are about', async () => {
    const text = await (await fetch(at('/metrics'))).text()
    const values = new Map(
      text.split('\n').flatMap(line => {
        const [, name = '', value = ''] = /^(\w+(?:\{[^}]*\})?) ([-\d.e+]+)$/.exec(line) ?? []
        return name === '' ? [] : [[name, Number(value)] as const]
      })
    )
    expect(values.get('surety_chain_final_height')).toBeGreaterThanOrEqual(3)
    expect(values.get('surety_chain_finality_lag_blocks')).toBeGreaterThanOrEqual(0)
    expect(values.get('surety_guard_signing')).toBe(1)
    expect(values.get('surety_guard_writes')).toBeGreaterThan(3)
    expect(values.get('surety_chain_conflicted')).toBe(0)
    expect(values.get('surety_peers{direction="in"}')).toBe(0)
    expect(values.get('surety_file_bytes{file="votes.db"}')).toBeGreaterThan(0)
    expect(values.get('surety_rpc_calls_total{method="node.status",code="ok"}')).toBeGreaterThan(0)
    expect(values.has('surety_event_loop_delay_seconds{quantile="0.99"}')).toBe(true)
    const rules = readFileSync(join(ROOT, 'docs', 'service', 'alerts.yaml'), 'utf8')
    const named = new Set([...rules.matchAll(/surety_\w+/g)].map(([name]) => name))
    const shown = new Set([...text.matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name))
    expect([...named].filter(name => !shown.has(name))).toEqual([])
  })
})

describe('the files of a node that runs', () => {
  it('are copied and checked while it writes', async () => {
    const copied = run('backup')
    expect([copied.status, copied.stderr]).toEqual([0, ''])
    const { path, height, stateRoot } = JSON.parse(copied.stdout) as { path: string; height: number; stateRoot: string }
    expect(height).toBeGreaterThanOrEqual(3)
    expect(stateRoot).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const checked = spawnSync(process.execPath, [MAIN, 'node', 'check', path, '--data', folder, '--json'], {
      encoding: 'utf8'
    })
    expect(JSON.parse(checked.stdout)).toMatchObject({ schema: 'surety.node.check/1', ok: true, height, stateRoot })
    expect(run('check').status).toBe(0)
  })

  it('are not replaced under it', () => {
    const copy = join(folder, 'copy.db')
    writeFileSync(copy, '')
    expect(run('restore', copy, '--yes').stdout).toContain('E_DATA_LOCKED')
  })

  it('exit 8 when damaged', () => {
    const copied = JSON.parse(run('backup').stdout) as { path: string }
    const bytes = readFileSync(copied.path)
    bytes.fill(0xa5, bytes.length / 2)
    writeFileSync(copied.path, bytes)
    expect(run('check', copied.path)).toMatchObject({ status: 8 })
  })
})

describe('a second start', () => {
  it('on the same folder is refused; on a taken port too, in a sentence', async () => {
    expect(run('start')).toMatchObject({ status: 2, stderr: expect.stringContaining('E_DATA_LOCKED') })
    const other = mkdtempSync(join(tmpdir(), 'surety-life-'))
    const { signing, vrf } = { signing: secretOf('other'), vrf: secretOf('other vrf') }
    await writeNodeFolder(other, {
      genesis: genesisOf(1),
      keys: { signing: new Secret(signing), vrf: new Secret(vrf), network: new Secret(secretOf('other network')) },
      settings: { listen: [`/ip4/127.0.0.1/tcp/${port}`], rpcPort: 0, logLevel: 'error' }
    })
    const start = spawnSync(process.execPath, [MAIN, 'node', 'start', '--data', other, '--json'], { encoding: 'utf8' })
    const { code, why } = JSON.parse(start.stdout) as { code: string; why: string }
    expect([start.status, code]).toEqual([2, 'E_PORT_TAKEN'])
    expect(why.length).toBeLessThan(160)
    rmSync(other, { recursive: true })
  })

  it.each([
    ['genesis.json', (text: string) => text.replace(/"atoms": "\d+"/, '"atoms": "-1"'), 'E_GENESIS_FILE'],
    [
      'genesis.json',
      (text: string) => text.replace(/"atoms": "\d+"/, '"atoms": "1"'),
      'E_DATA_LOCKED|E_DATA_UNUSABLE|E_GENESIS'
    ],
    ['keys.json', () => '{}', 'E_NODE_FOLDER'],
    ['surety.toml', () => '[node]\nrpcPort = "x"\n', 'E_CONFIG'],
    ['surety.toml', () => '[node]\nrpcPrt = 1\n', 'E_CONFIG']
  ])('with a changed %s has a code', (file, change, code) => {
    const path = join(folder, file)
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, change(before))
    try {
      const { status: exit, stdout } = run('start')
      expect((JSON.parse(stdout) as { code: string }).code).toMatch(new RegExp(code))
      expect(exit).not.toBe(0)
      expect(exit).not.toBe(1)
    } finally {
      writeFileSync(path, before)
    }
  })
})

describe('the end of a node', () => {
  it('is told by SIGTERM, comes within five seconds, and with 0', async () => {
    const from = Date.now()
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(Date.now() - from).toBeLessThan(STOP_MS)
    expect(run('check').status).toBe(0)
  })

  it('leaves a log without a byte of any key in it, in hexadecimal or base64', () => {
    const log = readFileSync(join(folder, 'log'), 'utf8')
    expect(log.length).toBeGreaterThan(200)
    for (const [name, secret] of Object.entries(SECRETS)) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const text = Buffer.from(secret).toString(encoding)
        expect(log.toLowerCase().includes(text.toLowerCase()), `${name} in ${encoding}`).toBe(false)
        // Half of a key is too much as well.
        expect(log.includes(text.slice(0, text.length / 2)), `half of ${name} in ${encoding}`).toBe(false)
      }
    }
  })
})
