// Wallets at the command line against a running network of four peers: every command is a process of its own. Texts are
// compared whole, with ids, addresses and heights made alike, so that a change of wording is seen and meant.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDevNetwork, type DevNetwork } from '#cli/devnet/network.ts'
import { DEV_NODES } from '#cli/devnet/plan.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const MAIN = join(ROOT, 'cli', 'main.ts')
/** Keystores cost half a second each and the machine may be busy. */
const LONG_MS = 120_000

let cwd: string
let network: DevNetwork

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'surety-wallet-cli-'))
  const folder = join(cwd, '.dev')
  network = await createDevNetwork({ folder, nodes: DEV_NODES.slice(0, 4) })
  await network.start(new AbortController().signal)
  writeFileSync(join(folder, 'network.json'), JSON.stringify({ rpc: network.nodes[0]?.rpcUrl }))
  writeFileSync(join(cwd, 'password'), 'a few words\n')
}, LONG_MS)
afterAll(async () => {
  await network.stop()
  rmSync(cwd, { recursive: true, force: true })
}, LONG_MS)

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function surety(...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd, NO_COLOR: '1' }
  const child = spawn(NODE, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  return new Promise(resolve => child.once('close', status => resolve({ status, stdout, stderr })))
}

async function ok(...args: readonly string[]): Promise<Run> {
  const run = await surety(...args)
  expect(run.stderr + run.stdout).not.toMatch(/E_[A-Z_]+:/)
  expect(run.status).toBe(0)
  return run
}

async function json(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse((await ok(...args, '--json')).stdout) as Readonly<Record<string, unknown>>
}

/** Ids, addresses and numbers that differ from run to run. */
function alike(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<id>')
    .replace(/\b[0-9a-f]{12}\b/g, '<short>')
    .replace(/\bsdev1[a-z0-9]+/g, '<address>')
    .replace(/(height|tick|now) \d+/g, '$1 <n>')
    .replace(/about [\d.]+ s/g, 'about <t> s')
}

describe('a wallet of one key', () => {
  it('shows what it may spend, and that weight is in few hands [POS-10]', async () => {
    const { stdout, stderr } = await ok('wallet', 'balance', 'bob')
    expect(stdout).toBe('spendable 1600 share\nlocked    0 share\npending   0 share\n')
    expect(stderr).toBe('Few hands: 4 peers carry weight, 2 hold half; below 13 and 7 what is final rests on few\n')
    const document = await json('wallet', 'balance', 'bob')
    expect(Object.keys(document)).toEqual([
      'schema',
      'key',
      'address',
      'spendable',
      'hosted',
      'pending',
      'locked',
      'lockedFor',
      'decimals',
      'outputs',
      'concentration'
    ])
    expect(document).toMatchObject({
      schema: 'surety.wallet.balance/1',
      spendable: '160000000000',
      concentration: { peers: 4, isNarrow: true }
    })
  })

  it('shows whom it pays, the fee and the time before it asks, and sends nothing dry', async () => {
    const { stdout, stderr } = await ok('pay', '25', 'share', 'to', 'bob', '--dry-run')
    expect(alike(stdout)).toBe('would pay 25 share to bob (<short>); fee 0.00001234 share\n')
    expect(alike(stderr)).toBe(
      'pay 25 share to bob (<short>); fee 0.00001234 share, signed by alice\n' +
        'to <address>, a wallet here\nlikely in about <t> s, final in about <t> s\n'
    )
    const asked = await surety('pay', '25', 'share', 'to', 'bob')
    expect(asked.status).toBe(2)
    expect(asked.stderr).toContain('E_INPUT_NEEDED')
    expect((await json('wallet', 'history'))['transactions']).toEqual([])
  })

  it('pays, and keeps what it sent with its path [WAL-1]', async () => {
    const paid = await ok('pay', '25', 'share', 'to', 'bob', '--yes')
    expect(alike(paid.stdout)).toBe('final at height <n>: <id>\n')
    const likely = await json('pay', '1', 'share', 'to', 'bob', '--yes', '--wait', 'likely')
    expect(likely).toMatchObject({ schema: 'surety.pay/1', amount: '100000000', dryRun: false })
    const history = await json('wallet', 'history')
    expect(history['transactions']).toMatchObject([{}, { state: 'final', proofBytes: expect.any(Number) }])
    const tx = await ok('base', 'tx', String(likely['transaction']))
    expect(alike(tx.stdout)).toContain('<id>: ')
  })

  it.each([
    ['an unknown word for to', ['pay', '1', 'share', 'for', 'bob'], 2, 'E_USAGE'],
    ['nobody', ['pay', '1', 'share', 'to', 'no body'], 2, 'E_ADDRESS_FORMAT'],
    ['a name that is free', ['pay', '1', 'share', 'to', 'nobody-here'], 5, 'E_NAME_FREE'],
    ['more than there is', ['pay', '99999', 'share', 'to', 'bob', '--yes'], 5, 'E_FUNDS'],
    ['another step of the ladder', ['pay', '1', 'share', 'to', 'bob', '--wait', 'settled'], 2, 'E_USAGE'],
    ['a lock it does not have', ['lock', 'refund', 'ab'.repeat(32), '--yes'], 5, 'E_LOCK_UNKNOWN'],
    ['a host that is no peer', ['wallet', 'host', 'bob', '--yes'], 5, 'E_PEER_UNKNOWN'],
    ['a wallet that is not here', ['wallet', 'history', '--account', 'zoe'], 4, 'E_KEYSTORE_MISSING']
  ])('refuses %s with a code', async (_what, args, status, code) => {
    const run = await surety(...args)
    expect(run.stderr).toContain(code)
    expect(run.status).toBe(status)
  })

  it('locks coin that its claimant takes with the secret, and nobody without [LED-1]', async () => {
    const lock = await json('lock', 'create', '7', 'share', 'for', 'bob', '--ticks', '1000', '--yes')
    const id = String(lock['lock'])
    expect(alike((await ok('wallet', 'balance', '--quiet')).stdout)).toContain('hashlock    7 share')
    expect((await surety('lock', 'claim', id, 'ab'.repeat(32), '--account', 'bob', '--yes')).stderr).toContain(
      'E_LOCK_SECRET'
    )
    expect((await surety('lock', 'refund', id, '--yes')).stderr).toContain('E_TX_LOCK_EARLY')
    const claimed = await ok('lock', 'claim', id, String(lock['preimage']), '--account', 'bob', '--yes')
    expect(alike(claimed.stdout)).toBe('final at height <n>: <id>\n')
    expect(await json('lock', 'list')).toMatchObject({ schema: 'surety.lock.list/1', locks: [] })
  })

  it('registers shares with a peer that is not asked, and takes them back [POS-1]', async () => {
    const peers = (await json('peer', 'list'))['peers'] as readonly { readonly peer: string }[]
    await ok('wallet', 'host', peers[0]?.peer ?? '', '--shares', '40', '--yes')
    expect(await json('wallet', 'balance')).toMatchObject({ hosted: '4000000000' })
    await ok('wallet', 'unhost', '--yes')
    expect(await json('wallet', 'balance')).toMatchObject({ hosted: '0' })
  })
})

describe('a wallet of a phrase [KEY-1]', () => {
  const password = ['--password-file', 'password'] as const

  it('is paid at new keys, spends them together, and is found again from its words', async () => {
    const made = await ok('wallet', 'new', 'olga', ...password)
    expect(alike(made.stdout)).toBe(
      'olga: key <id>\nWrite its words down, they are the wallet: surety wallet phrase olga\n' +
        'Its address: surety wallet receive olga\n'
    )
    const addresses = [
      (await ok('wallet', 'receive', 'olga', '--new', '--quiet')).stdout.trim(),
      (await ok('wallet', 'receive', 'olga', '--new', '--quiet')).stdout.trim()
    ]
    expect(new Set(addresses).size).toBe(2)
    for (const address of addresses) await ok('pay', '50', 'share', 'to', address, '--yes', '--wait', 'likely')
    await ok('pay', '80', 'share', 'to', 'bob', '--yes', '--account', 'olga', ...password)
    const { phrase } = await json('wallet', 'phrase', 'olga', ...password)
    writeFileSync(join(cwd, 'words'), `${String(phrase)}\n`)
    const restored = await json('wallet', 'restore', 'olga2', '--phrase-file', 'words', ...password)
    expect(restored).toMatchObject({ schema: 'surety.wallet.restore/1', keys: 4 })
    const [before, after] = [await json('wallet', 'balance', 'olga'), await json('wallet', 'balance', 'olga2')]
    expect(after['spendable']).toBe(before['spendable'])
    expect(BigInt(String(after['spendable']))).toBeGreaterThan(1_999_000_000n)
  })

  it('does not open with another password, and exits 4', async () => {
    writeFileSync(join(cwd, 'wrong'), 'other words\n')
    const run = await surety('wallet', 'phrase', 'olga', '--password-file', 'wrong')
    expect(run.stderr).toContain('E_PASSWORD')
    expect(run.status).toBe(4)
  })
})

describe('several wallets [SIG-3]', () => {
  it('pay together, each in a process that lives until the signature is made', async () => {
    const begun = surety(
      ...['cosign', 'new', 'joint', '--from', 'alice=10,bob=5,issuer=2', '--to', 'ada-owner=17'],
      ...['--account', 'alice', '--yes', '--json']
    )
    while (!existsSync(join(cwd, 'joint', 'session.json'))) await delay(50)
    const joined = await Promise.all(
      ['bob', 'issuer'].map(name => surety('cosign', 'join', 'joint', '--account', name, '--yes', '--json'))
    )
    const documents = [await begun, ...joined].map(({ status, stdout }) => {
      expect(status).toBe(0)
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>
    })
    expect(new Set(documents.map(one => one['signature'])).size).toBe(1)
    expect(documents[1]).toMatchObject({ schema: 'surety.cosign/1', net: '500000000', status: 'final' })
    const shown = await ok('cosign', 'show', 'joint')
    expect(shown.stdout.match(/yes {6,}yes/g)).toHaveLength(3)
  })

  it('is not entered twice by one wallet, whose secret nonce is gone', async () => {
    const again = await surety('cosign', 'join', 'joint', '--account', 'bob', '--yes')
    expect(again.status).not.toBe(0)
    expect(again.stderr).toMatch(/E_COSIGN_AGAIN|E_TX_INPUT_UNKNOWN/)
  })

  it('say who did not come', async () => {
    const alone = await surety(
      ...['cosign', 'new', 'alone', '--from', 'alice=1,bob=1', '--to', 'issuer=2', '--yes', '--within', '1']
    )
    expect(alone.stderr).toContain('E_COSIGN_WAIT')
    expect(alone.status).toBe(6)
    const late = await surety('cosign', 'join', 'alone', '--account', 'alice', '--yes', '--within', '1')
    expect(late.stderr).toContain('E_COSIGN_AGAIN')
    const other = await surety('cosign', 'join', 'alone', '--account', 'issuer', '--yes', '--within', '1')
    expect(other.stderr).toContain('E_SIGNERS_ABSENT')
  })

  it('are not asked to sign what does not add up', async () => {
    const run = await surety('cosign', 'new', 'odd', '--from', 'alice=1,bob=1', '--to', 'issuer=3', '--yes')
    expect(run.stderr).toContain('E_JOINT')
  })
})

describe('names [NAM-2]', () => {
  it('are taken in two steps, paid by, and shown proven', async () => {
    await ok('name', 'register', 'harbour', '--nickname', 'The harbour', '--yes')
    const shown = await ok('name', 'show', 'harbour')
    expect(alike(shown.stdout)).toBe(
      'harbour: held, owner <id>, proven\nexpires at tick <n>, now <n>\nkey        <id>\nnickname   The harbour\n'
    )
    const paid = await json('pay', '2', 'share', 'to', 'harbour', '--named', '--account', 'bob', '--yes')
    expect(paid['known']).toBe('the name harbour, who calls itself "The harbour", proven')
    await ok('name', 'review', String(paid['transaction']), '4', 'good berth', '--account', 'bob', '--yes')
    const taken = await surety('name', 'register', 'harbour', '--account', 'bob', '--yes')
    expect(taken.stderr).toContain('E_NAME_TAKEN')
    expect(taken.status).toBe(5)
  })
})
